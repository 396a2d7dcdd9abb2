"""Floor 3, from a graph to a Plan, and from the Plan to evaluation programs, Python, MQL5 and MetaTrader's files."""
