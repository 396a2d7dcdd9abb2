"""Floor 5, the application: the `genfx` command, config files, reports, the public Python API."""

__version__ = "0.1.0"
