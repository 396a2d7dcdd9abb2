"""`genfx import`: an Expert Advisor that genfx emitted, back into the strategy it trades."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dsl.errors import CodegenError
from genfx.cli.options import JsonOption
from genfx.cli.show import print_json, read_bytes, write_file

if TYPE_CHECKING:
    from codegen.mql5.reading import ReadExpert


def import_expert(
    file: Annotated[Path, typer.Argument(help="An Expert Advisor that genfx emitted (.mq5).")],
    out: Annotated[
        Path | None, typer.Option(help="The strategy file (.strat); default: the screen.")
    ] = None,
    ignore_changes: Annotated[
        bool, typer.Option("--ignore-changes", help="Read the header of changed code too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Give back the strategy of an emitted Expert Advisor, with the values its inputs have now.

    Values of inputs may have been edited; ranges stay, and reach to the new value at least. Where
    anything else is no longer as genfx wrote it, the strategy in the header is not what the code
    does, and that is an error.
    """
    from codegen.mql5.reading import decoded_source, read_expert
    from dsl.text.printer import format_strategy

    found = read_expert(decoded_source(read_bytes(file), str(file)), str(file))
    if found.changed and not ignore_changes:
        raise CodegenError(
            f"{file}: {found.changed}",
            hint="write the change into a strategy (.strat) and export it; --ignore-changes reads "
            "the strategy in the header, which the code no longer follows",
        )
    text = format_strategy(found.strategy)
    if out is not None:
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
        "edits": [
            {"input": edit.name, "line": edit.line, "emitted": edit.emitted, "value": edit.value}
            for edit in found.edits
        ],
        "changed": found.changed,
        "magic": found.magic,
        "server_shift": found.server_shift,
        "comment": found.comment,
    }
