"""The fast engines: the whole trading contract in numba over signal bits, and the event jump."""
