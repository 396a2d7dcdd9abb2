"""Floor 2, bars, broker facts, the trade simulation, metrics; knows arrays, never graphs."""
