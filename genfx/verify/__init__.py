"""What `genfx verify` and `genfx selftest parity` do: Expert Advisors replayed and compared."""
