"""A run of `genfx evolve`: from a config to the files of its folder."""
