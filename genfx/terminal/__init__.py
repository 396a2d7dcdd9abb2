"""What commands do with a MetaTrader 5 terminal and with the files it wrote."""
