"""Floor 4, the search: GenFx populations, operators, particle swarms, the run store."""
