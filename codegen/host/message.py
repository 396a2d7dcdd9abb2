"""What genfx and a program of Expert Advisors tell each other: values by name, each of a type.

A message is MARK, its length, and items: type, length of the name, number of values, name, values.
runtime/message.h is the other end; names and types are checked there at every replay.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np

from dsl.errors import CodegenError
from dsl.jit import F64, I64

Item = int | float | str | I64 | F64
_MARK = b"genfx 2\n"
_HEADER = struct.Struct("<8sQ")
_ITEM = struct.Struct("<cIQ")


def packed(items: Mapping[str, Item]) -> bytes:
    """Return items as a message: whole numbers, real ones, texts, or columns of numbers."""
    parts = []
    for name, value in items.items():
        letter, count, content = _content(value)
        label = name.encode()
        parts += [_ITEM.pack(letter, len(label), count), label, content]
    body = b"".join(parts)
    return _HEADER.pack(_MARK, len(body)) + body


def _content(value: Item) -> tuple[bytes, int, bytes]:
    if isinstance(value, str):
        text = value.encode()
        return b"s", len(text), text
    real = value.dtype.kind == "f" if isinstance(value, np.ndarray) else isinstance(value, float)
    column = np.asarray(value, dtype="<f8" if real else "<i8")
    return b"d" if real else b"i", column.size, column.tobytes()


class Report:
    """A message that came back: its values by name.

    Raises:
        CodegenError: It is no whole message, or has no such value of that type.
    """

    def __init__(self, message: bytes) -> None:
        if len(message) < _HEADER.size or _HEADER.unpack_from(message) != (
            _MARK,
            len(message) - _HEADER.size,
        ):
            raise _misread("it is not whole")
        self._items: dict[str, tuple[bytes, memoryview]] = {}
        view, at = memoryview(message), _HEADER.size
        while at < len(message):
            letter, letters, count = _ITEM.unpack_from(message, at)
            first = at + _ITEM.size + letters
            name = message[first - letters : first].decode()
            at = first + count * (1 if letter == b"s" else 8)
            self._items[name] = letter, view[first:at]

    def integers(self, name: str) -> I64:
        """Return a column of whole numbers."""
        return np.frombuffer(self._of(name, b"i"), "<i8").astype(np.int64)

    def reals(self, name: str) -> F64:
        """Return a column of real numbers."""
        return np.frombuffer(self._of(name, b"d"), "<f8").astype(np.float64)

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return int(self.integers(name)[0])

    def real(self, name: str) -> float:
        """Return a real number."""
        return float(self.reals(name)[0])

    def text(self, name: str) -> str:
        """Return a text."""
        return bytes(self._of(name, b"s")).decode("utf-8", "replace")

    def _of(self, name: str, letter: bytes) -> memoryview:
        found, content = self._items.get(name, (b"", memoryview(b"")))
        if found != letter:
            raise _misread(f"it has no '{name}' of type '{letter.decode()}'")
        return content


def _misread(reason: str) -> CodegenError:
    return CodegenError(f"the report of a replay cannot be read: {reason}")
