"""What commands print with: text, tables and JSON to stdout, complaints to stderr."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table


def console(*, stderr: bool = False) -> Console:
    """Return the console of stdout or stderr; made anew, because tests and pipes replace them."""
    return Console(highlight=False, stderr=stderr)


def complain(message: str) -> None:
    """Print an error to stderr."""
    typer.secho("error: ", err=True, fg="red", nl=False)
    typer.echo(message, err=True)


def print_json(value: object) -> None:
    """Print a value for a program: sorted keys, two spaces."""
    typer.echo(json_text(value), nl=False)


def json_text(value: object) -> str:
    """Return a value as JSON: sorted keys, two spaces; null where a number has no end."""
    return json.dumps(_finite(value), indent=2, sort_keys=True) + "\n"


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table; columns after the first that hold numbers are flush right."""
    body = [tuple(row) for row in rows]
    table = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for index, name in enumerate(head):
        cells = [row[index] for row in body]
        right = bool(index) and _all_numbers(cells)
        table.add_column(name, justify="right" if right else "left", no_wrap=right or not index)
    for row in body:
        table.add_row(*row)
    console().print(table)


def print_lines(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heading, in columns as wide as they need, whatever the screen."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    numbers = [_all_numbers(cells[1:]) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            f"{cell:>{width}}" if number else f"{cell:<{width}}"
            for cell, width, number in zip(row, widths, numbers, strict=True)
        ]
        typer.echo("  ".join(cells).rstrip())


def grid_width(rows: Sequence[Sequence[str]]) -> int:
    """Return the columns that `print_grid` needs."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return sum(widths) + len(widths) // 2 * 3 - 2


def print_grid(rows: Sequence[Sequence[str]]) -> None:
    """Print pairs of label and value side by side; values are flush right."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        pairs = [
            f"{row[i]:<{widths[i]}} {row[i + 1]:>{widths[i + 1]}}" for i in range(0, len(row), 2)
        ]
        typer.echo("  ".join(pairs).rstrip())


def _all_numbers(cells: Sequence[str]) -> bool:
    return all(cell[-1:].isdigit() or cell in {"", "-"} or cell.endswith("%") for cell in cells)


def write_file(path: Path, content: bytes, *read: Path | str | None) -> None:
    """Write a file whole, through links; files that the same command reads are never replaced.

    Raises:
        DataError: The path is a folder, is one of `read`, or cannot be written.
    """
    write_files({path: content}, *read)


def write_files(contents: Mapping[Path, bytes], *read: Path | str | None) -> None:
    """Write all files or none, as `write_file` does.

    Raises:
        DataError: One of them is a folder, is one of `read`, or cannot be written.
    """
    from backtest.files import write_all

    write_all({_target(path, *read): content for path, content in contents.items()})


def _target(path: Path, *read: Path | str | None) -> Path:
    """Return where to write."""
    from backtest.files import real_path
    from dsl.errors import DataError

    try:
        if path.is_dir():
            raise DataError(f"{path}: is a folder", hint="name a file in it")
        target = real_path(path)
        if target in {real_path(Path(source)) for source in read if source}:
            raise DataError(f"{path}: would be overwritten", hint="name another file to write")
        if target.is_symlink():
            raise DataError(f"{path}: is a link that leads to itself", hint="name another file")
    except OSError as problem:
        raise DataError(f"{path}: cannot be written: {problem.strerror}") from None
    return target if path.is_symlink() else path
