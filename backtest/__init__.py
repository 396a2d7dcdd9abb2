"""Floor 2, bars, symbol and broker facts, the trade simulation and its metrics; knows arrays and Programs, never graphs."""
