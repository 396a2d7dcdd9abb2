"""The bytes of a file of bars, unpacked: gzip, zip, UTF-16, byte order marks and quotes go."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib

from dsl.errors import DataError

HEAD = 65_536  # bytes; whatever is no text shows within them
_BOM = b"\xef\xbb\xbf"
_CONTROL = bytes(set(range(32)) - {9, 10, 13, 26})


def unpacked(content: bytes, place: str) -> bytes:
    """Return what a gzip or zip file holds, other content as it is.

    Raises:
        DataError: Damaged, cut short, or a zip of several files.
    """
    if content[:2] == b"\x1f\x8b":
        try:
            return gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as problem:
            raise DataError(
                f"{place}: the gzip file is damaged or cut short: {problem}"
            ) from problem
    if content[:4] == b"PK\x03\x04":
        return _unzipped(content, place)
    return content


def _unzipped(content: bytes, place: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [n for n in archive.namelist() if _may_hold_bars(n)]
            if len(names) != 1:
                found = ", ".join(names[:5]) if names else "none"
                raise DataError(
                    f"{place}: the zip file must hold one file of bars; found: {found}",
                    hint="unpack it and import the files one by one" if names else "",
                )
            return archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as problem:
        raise DataError(f"{place}: the zip file is damaged or cut short: {problem}") from problem


def _may_hold_bars(name: str) -> bool:
    # HistData packs a report of gaps (.txt) beside its bars.
    return name.lower().endswith((".csv", ".hst", ".prn", ".tsv"))


def text_bytes(content: bytes, place: str) -> bytes:
    """Return a text as bytes of UTF-8 without byte order mark and quotes, its lines ended by LF.

    Raises:
        DataError: It is empty or no text.
    """
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError as problem:
            raise DataError(f"{place}: is no text: its UTF-16 is damaged") from problem
    content = content.removeprefix(_BOM).removesuffix(b"\x1a")  # DOS marks the end so
    head = content[:HEAD]
    if not head.strip() and not content.strip():
        raise DataError(f"{place}: the file is empty")
    if len(head.translate(None, _CONTROL)) != len(head) or not _is_text(head):
        line = _first_odd_line(head)
        raise DataError(
            f"{place}:{line}: is no text",
            hint="wanted is a CSV export, a MetaTrader 4 .hst file, or one of them in gzip or zip",
        )
    if b"\r" in head and b"\n" not in head:  # lines as old Macs end them
        content, head = content.replace(b"\r", b"\n"), head.replace(b"\r", b"\n")
    # A quote in the first line means that fields or whole lines are quoted; no field needs them.
    return content.replace(b'"', b"") if b'"' in head.split(b"\n", 1)[0] else content


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as problem:
        return problem.start > len(head) - 4 and len(head) == HEAD  # cut within a character
    return True


def _first_odd_line(head: bytes) -> int:
    for number, line in enumerate(head.split(b"\n"), 1):
        if len(line.translate(None, _CONTROL)) != len(line) or not _is_text(line):
            return number
    return 1
