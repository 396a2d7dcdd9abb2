"""`genfx` and `python -m genfx`."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # as a shell counts Ctrl-C


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback, while it loads too."""
    try:
        from genfx.cli.app import app  # here: loading takes longest

        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
