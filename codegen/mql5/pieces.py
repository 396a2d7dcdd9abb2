"""The text of an emitted EA taken apart, so that its functions can become those of a class.

Only the layout that the templates have is understood: every function and class stands under a box
of comment, everything else is a declaration on lines of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_EDGE = re.compile(r"//\+-+\+")
_FUNCTION = re.compile(r"\w+ \**(\w+)\(")
_TYPE = re.compile(r"(?:class|struct|enum) (\w+)")
_VARIABLE = re.compile(r"\w+ +(\w+)(?: = [^;]+)?;")
_INPUT = re.compile(r"input (?:group )?\w* ?\w*")
_DECLARED = re.compile(r"(\w+) +(\w+)(?: = ([^;]+))?;")
_ZEROS = {
    **dict.fromkeys(("int", "long", "ulong", "datetime"), "0"),
    "double": "0.0",
    "bool": "false",
    "string": '""',
}
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|[A-Za-z_]\w*')


@dataclass(frozen=True, slots=True)
class Piece:
    """A function, a type or a variable: its name, the lines of its box or remark, its own lines."""

    name: str
    title: tuple[str, ...]
    lines: tuple[str, ...]
    boxed: bool = True

    @property
    def text(self) -> str:
        """Return it as it stands in a file."""
        title = box(self.title) if self.boxed else [f"//--- {line}" for line in self.title]
        return "\n".join([*title, *self.lines])

    @property
    def words(self) -> frozenset[str]:
        """Return the identifiers in its code."""
        return identifiers("\n".join(self.lines))


@dataclass(frozen=True, slots=True)
class Pieces:
    """An EA taken apart. All are in the order of the text."""

    defines: tuple[str, ...]
    types: Mapping[str, Piece]
    variables: Mapping[str, Piece]
    functions: Mapping[str, Piece]


def identifiers(text: str) -> frozenset[str]:
    """Return the identifiers of a code, without those in texts and remarks."""
    return frozenset(w for w in _WORD.findall(text) if w[0] not in {'"', "/"})


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a code with other identifiers; texts and remarks stay."""
    return _WORD.sub(lambda found: names.get(found[0], found[0]), text)


def taken_apart(text: str) -> Pieces:
    """Return the pieces of the text of an emitted EA."""
    defines: list[str] = []
    types: dict[str, Piece] = {}
    variables: dict[str, Piece] = {}
    functions: dict[str, Piece] = {}
    remark: tuple[str, ...] = ()
    in_box = False
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("#"))
    while at < len(lines):
        line, start = lines[at], at
        at += 1
        if _EDGE.fullmatch(line):
            end = next(i for i in range(at, len(lines)) if _EDGE.fullmatch(lines[i]))
            remark, at = tuple(line[3:-1].strip() for line in lines[at:end]), end + 1
            in_box = True
        elif line.startswith("//---"):
            remark, in_box = (line.removeprefix("//---").strip(),), False
        elif line.startswith("#define"):
            defines.append(line)
        elif found := _TYPE.match(line):
            at = lines.index("  };", start) + 1
            types[found[1]] = Piece(found[1], remark, tuple(lines[start:at]), in_box)
            remark = ()
        elif found := _FUNCTION.match(line):
            at = lines.index("  }", start) + 1
            functions[found[1]] = Piece(found[1], remark, tuple(lines[start:at]))
            remark = ()
        elif not _INPUT.match(line) and (found := _VARIABLE.match(line)):
            variables[found[1]] = Piece(found[1], remark, (line,))
            remark = ()
    return Pieces(tuple(defines), types, variables, functions)


def reached(functions: Mapping[str, Piece], roots: Iterable[str]) -> tuple[str, ...]:
    """Return the functions that the roots call, directly or not, themselves included; in order."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in functions and name not in found:
            found.add(name)
            waiting += functions[name].words & functions.keys()
    return tuple(name for name in functions if name in found)


def free_of(
    functions: Mapping[str, Piece], names: Iterable[str], state: Iterable[str]
) -> frozenset[str]:
    """Return which of these functions neither read nor call anything that reads a state's names."""
    bound = set(state)
    free = set(names)
    while True:
        touched = {name for name in free if functions[name].words & bound}
        if not touched:
            return frozenset(free)
        free -= touched
        bound |= touched


def box(title: Iterable[str]) -> list[str]:
    """Return the box of comment over a function or a class."""
    edge = "//+------------------------------------------------------------------+"
    return [edge, *(f"//| {line:<65}|" for line in title), edge]


def as_member(piece: Piece) -> list[str]:
    """Return a function as it stands in a class: its remark, its lines farther in."""
    lines = [f"   //--- {line}" for line in piece.title]
    return [*lines, *(f"   {line}" if line else "" for line in piece.lines)]


def member_names(pieces: Pieces) -> dict[str, str]:
    """Return the name in a class of each variable that holds state: ExtBarSeen, m_bar_seen."""
    return {
        name: "m" + re.sub(r"([A-Z])", r"_\1", name.removeprefix("Ext")).lower()
        for name in pieces.variables
        if name.startswith("Ext")
    }


def declarations(variables: Iterable[Piece], names: Mapping[str, str]) -> list[str]:
    """Return variables as members of a class; their first values are the constructor's."""
    lines = (re.sub(r" = [^;]+;", ";", piece.lines[0]) for piece in variables)
    return [f"   {renamed(line, names)}" for line in lines]


def constructor(
    name: str, variables: Iterable[Piece], names: Mapping[str, str], more: Iterable[str] = ()
) -> list[str]:
    """Return the constructor of a class: every member gets a value, `more` are further lines."""
    lines = []
    for piece in variables:
        found = _DECLARED.match(piece.lines[0])
        value = found and (found[3] or _ZEROS.get(found[1]))
        if found and value:
            lines.append(f"{names[found[2]]} = {value};")
    return [f"   {name}(void)", "     {", *(f"      {line}" for line in (*lines, *more)), "     }"]
