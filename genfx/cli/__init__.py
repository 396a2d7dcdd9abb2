"""The `genfx` command: the only place that prints, reads arguments or exits.

Commands import their work inside the function, so that `genfx --help` starts at once.
"""
