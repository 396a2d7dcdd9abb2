"""The checksum of an emitted EA: whether a text still is what genfx wrote, input values aside.

Values of inputs may be edited, in MetaEditor or by hand, and so may the remarks behind them; any
other change shows. Line ends and blanks at the end of a line, which editors change, do not count.
"""

from __future__ import annotations

import hashlib
import re

from codegen.mql5.facts import HEADER_WIDTH

LABEL = "Checksum"
_INPUT = re.compile(
    r"s?input\s+(?P<type>\w+)\s+(?P<name>\w+)\s*=\s*"
    r'(?P<value>"(?:[^"\\]|\\.)*"|[^";/]+?)\s*;\s*(?://.*)?'
)
_ROW = f"//| {LABEL:<{HEADER_WIDTH}}"


def input_line(line: str) -> re.Match[str] | None:
    """Return type, name and value of a line that declares an input, None for any other line."""
    return _INPUT.fullmatch(line.strip())


def checksum(text: str) -> str:
    """Return the checksum of the text of an EA, 16 hexadecimal digits."""
    lines = [_counted(line) for line in text.split("\n") if not line.startswith(_ROW)]
    return hashlib.blake2b("\n".join(lines).rstrip().encode(), digest_size=8).hexdigest()


def stamped(text: str) -> str:
    """Return the text of an EA with its checksum as the last of the header's labelled rows."""
    lines = text.split("\n")
    end = next((i for i, line in enumerate(lines) if i and not _labelled(line)), len(lines))
    return "\n".join([*lines[:end], _ROW + checksum(text), *lines[end:]])


def stated(text: str) -> str:
    """Return the checksum that the text of an EA states, "" if it states none."""
    rows = [line for line in text.split("\n") if line.startswith(_ROW)]
    return rows[0].removeprefix(_ROW).strip() if rows else ""


def _labelled(line: str) -> bool:
    """Return whether a line is a row of the header's first block."""
    return line.startswith("//| ") and bool(line.removeprefix("//| ").strip())


def _counted(line: str) -> str:
    """Return what counts of a line: of an input its type and name."""
    found = input_line(line)
    return f"input {found['type']} {found['name']}" if found else line.rstrip()
