"""Which files a command may replace without being told so: those that hold nothing of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dsl.errors import DataError, GenfxError

ForceOption = Annotated[bool, typer.Option("--force", help="Replace existing files.")]


def refuse_existing(files: Mapping[Path, bytes], force: bool, *read: Path | str | None) -> None:
    """Refuse to replace what somebody may have written; call it before anything is written.

    Replaced are files that already hold the same bytes, and Expert Advisors that are still as
    genfx wrote them. Files in `read` are left to `write_file`, which never replaces them.

    Raises:
        DataError: Another file exists, and `force` does not stand.
    """
    from backtest.files import real_path

    if force:
        return
    sources = {real_path(Path(source)) for source in read if source}
    there = [
        path
        for path, content in files.items()
        if path.is_file() and real_path(path) not in sources and not _replaceable(path, content)
    ]
    if there:
        names = ", ".join(map(str, there))
        raise DataError(f"{names}: exists", hint="--force replaces it, --out names another file")


def _replaceable(path: Path, content: bytes) -> bool:
    """Return whether nothing is lost with a file: it is the same, or an untouched EA of genfx."""
    from backtest.files import read_whole
    from codegen.mql5.portfolio_reading import is_portfolio, read_portfolio
    from codegen.mql5.reading import decoded_source, read_expert

    there = read_whole(path)
    if there == content:
        return True
    if path.suffix.lower() != ".mq5":
        return False
    try:
        source = decoded_source(there, str(path))
        read = read_portfolio if is_portfolio(source) else read_expert
        found = read(source, str(path))
    except GenfxError:
        return False
    return not found.changed and not found.edits
