"""Types of MQL5 and which of them turn into which without a warning of its compiler."""

from __future__ import annotations

from dataclasses import dataclass

_SIGNED = {"char": 8, "short": 16, "int": 32, "long": 64, "datetime": 64}
_UNSIGNED = {"uchar": 8, "ushort": 16, "uint": 32, "ulong": 64, "color": 32}
_INTEGERS = _SIGNED | _UNSIGNED
REALS = ("float", "double")
BASIC = ("void", "bool", "string", *_INTEGERS, *REALS)
_EXACT_BITS = {"float": 24, "double": 53}
_CPP = {"char": "signed char", "long": "mql_long"}


def cpp_type(name: str) -> str:
    """Return a type's name in the generated C++."""
    return _CPP.get(name, name)


def is_integer(name: str) -> bool:
    """Tell whether a type is a whole number other than bool: datetime and color are."""
    return name in _INTEGERS


def is_number(name: str) -> bool:
    """Tell whether a type is a number or bool; enumerations are not."""
    return name in _INTEGERS or name in REALS or name == "bool"


def fits(number: int, name: str) -> bool:
    """Tell whether a constant can be held by an integer type."""
    if name == "color":
        return -1 <= number < 2**32
    if name in _UNSIGNED:
        return 0 <= number < 1 << _UNSIGNED[name]
    half = 1 << (_SIGNED[name] - 1)
    return -half <= number < half


def integer_bounds(name: str) -> tuple[int, int] | None:
    """Return the least and the largest number of an integer type, None for other types."""
    if name in _UNSIGNED and name != "color":
        return 0, (1 << _UNSIGNED[name]) - 1
    if name in _SIGNED:
        half = 1 << (_SIGNED[name] - 1)
        return -half, half - 1
    return None


def loss(source: str, target: str) -> str:
    """Return "" where one number type holds all of another, else what MQL5 warns of.

    Both are number types; an enumeration counts as int.
    """
    if source in (target, "bool"):
        return ""
    if target == "bool" or (source in REALS and target not in REALS):
        return "possible loss of data"
    if target in REALS:
        if source in REALS:
            return "" if target == "double" else "possible loss of data"
        return "" if _INTEGERS[source] <= _EXACT_BITS[target] else "possible loss of data"
    if "color" in (source, target) and _INTEGERS[source] == _INTEGERS[target]:
        return ""
    if source in _SIGNED and target in _UNSIGNED:
        return "sign mismatch"
    room = _INTEGERS[target] - (1 if source in _UNSIGNED and target in _SIGNED else 0)
    return "" if _INTEGERS[source] <= room else "possible loss of data"


def common(a: str, b: str) -> str:
    """Return the type in which two numbers are computed, "" where their signs do not go together.

    Small types count as int.
    """
    if "double" in (a, b):
        return "double"
    if "float" in (a, b):
        return "float"
    a, b = (_promoted(t) for t in (a, b))
    if a == b:
        return a
    if "datetime" in (a, b):
        other = b if a == "datetime" else a
        return "" if other == "ulong" else "datetime"
    if (a in _SIGNED) == (b in _SIGNED):
        return a if _INTEGERS[a] >= _INTEGERS[b] else b
    signed, unsigned = (a, b) if a in _SIGNED else (b, a)
    return signed if _INTEGERS[signed] > _INTEGERS[unsigned] else ""


def _promoted(name: str) -> str:
    if name == "color":
        return "uint"
    if name == "bool" or _INTEGERS[name] < 32:
        return "int"
    return name


@dataclass(frozen=True, slots=True)
class Signature:
    """What callers know of a function: parameter types with rank, defaults filled by the caller."""

    name: str
    type: str
    parameters: tuple[Formal, ...]
    const: bool = False
    generic: tuple[str, ...] = ()
    code: str = ""
    public: bool = True
    private_to: str = ""

    @property
    def required(self) -> int:
        """Return how many arguments cannot be left out."""
        return sum(1 for p in self.parameters if p.default is None and p.name != "...")

    @property
    def changing(self) -> bool:
        """Tell whether a built-in function may change what other arguments of a call read."""
        written = any(p.reference and not p.const for p in self.parameters)
        return written or self.name.startswith(("Object", "Order", "GlobalVariable", "ResetLast"))

    @property
    def variadic(self) -> bool:
        """Tell whether any number of scalars may follow."""
        return bool(self.parameters) and self.parameters[-1].name == "..."

    def __str__(self) -> str:
        return f"{self.type or 'constructor'} {self.name}({', '.join(map(str, self.parameters))})"


@dataclass(frozen=True, slots=True)
class Formal:
    """A parameter; `default` is C++ code."""

    name: str
    type: str
    rank: int
    const: bool
    reference: bool
    default: str | None = None

    def __str__(self) -> str:
        if self.name == "...":
            return "..."
        shown = f"{self.type} {'&' if self.reference else ''}{self.name}{'[]' * self.rank}"
        return f"const {shown}" if self.const else shown
