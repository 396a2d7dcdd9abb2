"""`genfx import`: an Expert Advisor that genfx emitted, back into the strategy it trades."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import list2cmdline
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import CodegenError, DataError
from genfx.cli.options import JsonOption
from genfx.cli.replacing import ForceOption, refuse_existing
from genfx.cli.show import print_json, write_file, write_files

if TYPE_CHECKING:
    from codegen.mql5.portfolio_reading import ReadPortfolio
    from codegen.mql5.reading import ReadExpert


@dataclass(frozen=True, slots=True)
class _Target:
    """The file to write, None: print instead; and whether it may be replaced."""

    out: Path | None
    force: bool


def import_expert(
    file: Annotated[Path, typer.Argument(help="An Expert Advisor that genfx emitted (.mq5).")],
    out: Annotated[
        Path | None,
        typer.Option(help="The strategy file (.strat), numbered for the parts of a portfolio."),
    ] = None,
    ignore_changes: Annotated[
        bool, typer.Option("--ignore-changes", help="Read the header of changed code too.")
    ] = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give back the strategy of an emitted Expert Advisor, with the values its inputs have now.

    Values of inputs may have been edited; ranges stay, and reach to the new value at least. Where
    anything else is no longer as genfx wrote it, the strategy in the header is not what the code
    does, and that is an error. Of a portfolio every part comes back, in a numbered file each, with
    the command that joins them again by their weights and magic numbers. Comments do not come back:
    they are in the file that was exported, which is replaced with --force alone.
    """
    from backtest.files import read_whole, real_path
    from codegen.mql5.portfolio_reading import is_portfolio, read_portfolio
    from codegen.mql5.reading import decoded_source, read_expert

    source = decoded_source(read_whole(file), str(file))
    if out is not None and real_path(out) == real_path(file):
        raise DataError(f"{file}: would be overwritten", hint="name another file with --out")
    if is_portfolio(source):
        parts = read_portfolio(source, str(file))
        _refuse_changed(file, parts.changed, ignore_changes)
        _give_parts(parts, file, _Target(out, force), as_json)
    else:
        found = read_expert(source, str(file))
        _refuse_changed(file, found.changed, ignore_changes)
        _give(found, _Target(out, force), as_json)


def _refuse_changed(file: Path, changed: str, ignored: bool) -> None:
    if changed and not ignored:
        raise CodegenError(
            f"{file}: {changed}",
            hint="write the change into a strategy (.strat) and export it; --ignore-changes reads "
            "the strategy in the header, which the code no longer follows",
        )


def _give(found: ReadExpert, target: _Target, as_json: bool) -> None:
    """Write or print the strategy."""
    from dsl.text.printer import format_strategy

    out = target.out
    text = format_strategy(found.strategy)
    if out is not None:
        refuse_existing({out: text.encode()}, target.force)
        write_file(out, text.encode())
    if as_json:
        print_json(_facts(found) | {"strategy": text})
        return
    if out is None:
        typer.echo(text, nl=False)
    for note in _notes(found):
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"{out}: {found.strategy.title or 'untitled'}, {found.strategy.strategy_id[:8]}")


def _give_parts(found: ReadPortfolio, file: Path, target: _Target, as_json: bool) -> None:
    """Write or print each part of a portfolio; files are numbered."""
    from dsl.text.printer import format_strategy

    out = target.out
    texts = [format_strategy(part.strategy) for part in found.parts]
    paths = [out.with_stem(f"{out.stem}_{n}") for n in range(1, len(texts) + 1)] if out else []
    contents = {path: text.encode() for path, text in zip(paths, texts, strict=False)}
    refuse_existing(contents, target.force)
    write_files(contents, file)
    if as_json:
        print_json(_portfolio_facts(found, texts, paths))
        return
    if out is None:
        typer.echo("\n".join(texts), nl=False)
    for path, part in zip(paths, found.parts, strict=False):
        title = part.strategy.title or "untitled"
        typer.echo(f"{path}: {title}, {part.strategy.strategy_id[:8]}")
    for note in _portfolio_notes(found, paths):
        typer.echo(f"note: {note}", err=True)


def _portfolio_notes(found: ReadPortfolio, paths: list[Path]) -> list[str]:
    """Return what the strategies of the parts cannot say."""
    from genfx.verify.subject import excess_weight

    notes = [f"{edit.name} = {edit.value}, was {edit.emitted}" for edit in found.edits]
    for number, part in enumerate(found.parts, 1):
        notes.append(f"part {number}: weight {part.weight:g}, magic number {part.magic}")
    if found.server_shift:
        notes.append(f"ServerShift {found.server_shift} hours: belongs to the broker, is left out")
    if found.changed:
        notes.append(f"changed: {found.changed}")
    if weights := excess_weight(part.weight for part in found.parts):
        notes.append(f"{weights}; genfx portfolio takes at most 1, so lower them in the command")
    if paths:
        notes.append(f"the same portfolio again: {_command(found, paths)}")
    return notes


def _command(found: ReadPortfolio, paths: list[Path]) -> str:
    """Return the command that joins the parts again, as they were."""
    weights = ",".join(repr(part.weight) for part in found.parts)
    magics = ",".join(str(part.magic) for part in found.parts)
    options = ["--weights", weights, "--magics", magics]
    if found.capital:
        options += ["--capital", repr(found.capital)]
    words = ["genfx", "portfolio", *map(str, paths), *options, "--out", "PORTFOLIO.mq5"]
    return list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _portfolio_facts(
    found: ReadPortfolio, texts: list[str], paths: list[Path]
) -> dict[str, object]:
    rows = [
        {
            "strategy": text,
            "strategy_id": part.strategy.strategy_id,
            "weight": part.weight,
            "magic": part.magic,
        }
        for text, part in zip(texts, found.parts, strict=True)
    ]
    return {
        "parts": rows,
        "files": [str(path) for path in paths],
        "capital": found.capital,
        "edits": [asdict(edit) for edit in found.edits],
        "changed": found.changed,
        "server_shift": found.server_shift,
        "command": _command(found, paths) if paths else None,
    }


def _notes(found: ReadExpert) -> list[str]:
    """Return what a strategy text cannot say."""
    notes = [f"{edit.name} = {edit.value}, was {edit.emitted}" for edit in found.edits]
    notes.append(f"magic number {found.magic}: output.magic of a config")
    if found.server_shift:
        notes.append(f"ServerShift {found.server_shift} hours: belongs to the broker, is left out")
    if found.changed:
        notes.append(f"changed: {found.changed}")
    return [f"note: {note}" for note in notes]


def _facts(found: ReadExpert) -> dict[str, object]:
    return {
        "strategy_id": found.strategy.strategy_id,
        "emitted_id": found.emitted.strategy_id,
        "edits": [asdict(edit) for edit in found.edits],
        "changed": found.changed,
        "magic": found.magic,
        "server_shift": found.server_shift,
        "comment": found.comment,
    }
