"""Floor 5, the application: the `genfx` command, config files, reports, and the small public Python API."""

__version__ = "0.1.0"
