"""Names of the engines, apart from the engines, so that the command line knows them at once."""

ENGINES = ("fast", "reference", "python")
