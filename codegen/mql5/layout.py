"""The layout of emitted MQL5 (docs/mql5-style.md), as far as the templates do not give it."""

from __future__ import annotations

import re

WIDTH = 120
_INDENT = 3
# Where a line may be broken: behind an operator that joins conditions or texts, behind a comma.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<logic>\|\||&&)(?= )|(?P<other>[,+?:])(?= )')


def tidy(text: str) -> str:
    """Return the text in MetaQuotes' layout: no trailing blanks, remarks at the line's start."""
    lines = [line.rstrip() for line in text.splitlines()]
    remarks = [line.lstrip() if line.startswith("   //---") else line for line in lines]
    broken = [part for line in remarks for part in _broken(line)]
    return "\n".join(broken).strip() + "\n"


def _broken(line: str) -> list[str]:
    """Return a line of code as lines of at most WIDTH characters, the later ones farther in."""
    parts: list[str] = []
    while len(line) > WIDTH and not line.lstrip().startswith(("//", "#", "input ")):
        at = _break(line)
        if at == 0:
            break
        indent = len(line) - len(line.lstrip()) + (0 if parts else _INDENT)
        parts.append(line[:at])
        line = " " * indent + line[at:].lstrip()
    return [*parts, line]


def _break(line: str) -> int:
    """Return where a line is broken best, 0 where it cannot be."""
    found = [m for m in _TOKEN.finditer(line, 0, WIDTH) if m.lastgroup]
    logic = [m.end() for m in found if m.lastgroup == "logic"]
    return max(logic or (m.end() for m in found), default=0)
