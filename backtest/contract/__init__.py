"""The rules of the trading contract as plain functions; the reference engine is made of them."""
