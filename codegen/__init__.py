"""Floor 3, from a graph to a Plan, and from it to programs, Python, MQL5, MetaTrader's files."""
