"""Where MetaTrader 5 is: its programs, and the data folder with MQL5 that belongs to them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dsl.errors import DataError
from mt5.text import decoded

PROGRAM, EDITOR = "terminal64.exe", "metaeditor64.exe"
_ORIGIN = "origin.txt"  # in a data folder: where its programs are


@dataclass(frozen=True, slots=True)
class Terminal:
    """An installed terminal. portable: It keeps its data beside its program."""

    program: Path
    data: Path
    portable: bool = False

    @property
    def editor(self) -> Path:
        """Return MetaEditor, which compiles."""
        return self.program.parent / EDITOR


def found_terminals(data_parent: Path | None = None) -> tuple[Terminal, ...]:
    """Return the installed terminals of this user, in the order of their folders' names.

    Args:
        data_parent: The folder of data folders; default: %APPDATA%/MetaQuotes/Terminal.
    """
    parent = data_parent or _data_parent()
    if parent is None or not parent.is_dir():
        return ()
    made = (_of_data(folder) for folder in sorted(parent.iterdir()) if (folder / "MQL5").is_dir())
    return tuple(terminal for terminal in made if terminal is not None)


def chosen_terminal(
    program: Path | None = None, data_parent: Path | None = None
) -> Terminal | None:
    """Return the terminal of a program, or the only one there is; None: there is none.

    Raises:
        DataError: The program is none or was never started, or there are several terminals to
            choose from.
    """
    known = found_terminals(data_parent)
    if program is not None:
        if not program.is_file():
            raise DataError(f"{program}: no such program", hint=f"name {PROGRAM} with its folder")
        own = [terminal for terminal in known if _same(terminal.program, program)]
        return own[0] if own else _portable(program)
    if len(known) > 1:
        listed = ", ".join(str(terminal.program) for terminal in known)
        raise DataError("several terminals are installed", hint=f"--terminal one of: {listed}")
    return known[0] if known else None


def _portable(program: Path) -> Terminal:
    if not (program.parent / "MQL5").is_dir():
        raise DataError(f"{program}: has no data folder yet", hint="start it once by hand")
    return Terminal(program, program.parent, portable=True)


def _data_parent() -> Path | None:
    roaming = os.environ.get("APPDATA")
    return Path(roaming) / "MetaQuotes" / "Terminal" if roaming else None


def _of_data(folder: Path) -> Terminal | None:
    origin = folder / _ORIGIN
    if not origin.is_file():
        return None
    home = Path(decoded(origin.read_bytes(), str(origin)).strip())
    return Terminal(home / PROGRAM, folder) if (home / PROGRAM).is_file() else None


def _same(one: Path, other: Path) -> bool:
    return os.path.normcase(one.resolve()) == os.path.normcase(other.resolve())
