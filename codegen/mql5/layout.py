"""The layout of emitted MQL5 (docs/mql5-style.md), as far as the templates do not give it."""

from __future__ import annotations

import re
import textwrap

WIDTH = 120
_INDENT = 3
# Where a line may be broken: behind an operator that joins conditions or texts, behind a comma.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|(?P<remark>//.*)|(?P<logic>\|\||&&)(?= )|(?P<other>[,+?:])(?= )'
)


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
        indent = len(line) - len(line.lstrip()) + (0 if parts else _INDENT)
        remark = _remark(line)
        if remark <= WIDTH:
            return [*parts, *_broken_remark(line, remark, " " * indent)]
        at = _break(line[:remark])
        if at == 0:
            break
        parts.append(line[:at])
        line = " " * indent + line[at:].lstrip()
    return [*parts, line]


def _remark(line: str) -> int:
    """Return where the remark behind the code begins, the end of the line if there is none."""
    found = (m.start() for m in _TOKEN.finditer(line) if m.lastgroup == "remark")
    return next(found, len(line))


def _broken_remark(line: str, remark: int, indent: str) -> list[str]:
    """Return code with a remark behind it, which goes on in lines of its own."""
    code, text = line[:remark], line[remark:].removeprefix("//").strip()
    marked = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"{code}// ",
        subsequent_indent=f"{indent}// ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.rstrip() for line in marked]


def _break(code: str) -> int:
    """Return where code is broken best, 0 where it cannot be."""
    found = [m for m in _TOKEN.finditer(code) if m.lastgroup and m.end() <= WIDTH]
    logic = [m.end() for m in found if m.lastgroup == "logic"]
    return max(logic or (m.end() for m in found), default=0)
