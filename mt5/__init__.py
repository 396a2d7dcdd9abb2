"""The bridge to MetaTrader 5: what the terminal writes is read, what it runs is started."""
