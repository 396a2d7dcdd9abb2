"""`genfx` and `python -m genfx`."""

from __future__ import annotations

from genfx.cli.app import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
