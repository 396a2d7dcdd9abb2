"""Lines of C++ that keep the line numbers of the MQL5 they come from."""

from __future__ import annotations


class Writer:
    """Collects C++; `#line` is written where padding with empty lines does not do."""

    def __init__(self, path: str = "") -> None:
        self._path = path.replace("\\", "/").replace('"', "'")
        self._parts: list[str] = []
        self._line = -1

    def emit(self, line: int, code: str) -> None:
        """Write code that comes from a line, 0 where it is nobody's."""
        if line and line != self._line:
            if 0 <= line - self._line < 4 and self._line > 0:
                self._parts.append("\n" * (line - self._line))
            else:
                self._parts.append(f'\n#line {line} "{self._path}"\n')
            self._line = line
        self._parts.append(code)
        self._parts.append(" ")

    def text(self) -> str:
        """Return everything that was written."""
        return "".join(self._parts)
