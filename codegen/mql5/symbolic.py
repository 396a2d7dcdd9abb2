"""Declarations' own rules (warm-up, reach, validity) as MQL5 expressions over EA inputs.

A rule such as `lambda fast, slow: max(fast, slow)` is called with symbols in the place of those
parameters that are inputs. Where it asks a symbol for a truth value, all outcomes are explored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dsl.errors import CodegenError

_MOST_BRANCHES = 256

Term = tuple[int, tuple[str, ...]]  # a sum: a number and symbols
Amount = tuple[Term, ...]  # the largest of these sums


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of symbols, as MQL5 text."""

    text: str
    negated: str
    path: _Path

    def __bool__(self) -> bool:
        return self.path.choose(self)


@dataclass(slots=True)
class _Path:
    """The outcomes that one exploration forces, and the conditions it met."""

    forced: tuple[bool, ...]
    met: list[Condition] = field(default_factory=list)

    def choose(self, condition: Condition) -> bool:
        self.met.append(condition)
        number = len(self.met) - 1
        return self.forced[number] if number < len(self.forced) else True


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A whole number that is known only inside the EA: a sum of terms and a plain number."""

    terms: tuple[str, ...]
    path: _Path
    number: int = 0

    @property
    def text(self) -> str:
        """Return the sum as MQL5 text."""
        return term_text((self.number, self.terms))

    @property
    def factor(self) -> str:
        """Return the sum as an operand of a product."""
        return self.text if len(self.terms) == 1 and not self.number else f"({self.text})"

    def _term(self, text: str) -> Symbol:
        return Symbol((text,), self.path)

    def _compare(self, operator: str, opposite: str, other: object) -> Condition:
        there = text_of(other)
        return Condition(
            f"{self.text} {operator} {there}", f"{self.text} {opposite} {there}", self.path
        )

    def __add__(self, other: object) -> Symbol:
        number, terms = _sum_of(other)
        return Symbol((*self.terms, *terms), self.path, self.number + number)

    def __radd__(self, other: object) -> Symbol:
        return self + other

    def __sub__(self, other: object) -> Symbol:
        if isinstance(other, Symbol):
            return self._term(f"({self.text} - {other.factor})")
        return self + -_sum_of(other)[0]

    def __rsub__(self, other: object) -> Symbol:
        return self._term(f"({text_of(other)} - {self.factor})")

    def __mul__(self, other: object) -> Symbol:
        return self._term(f"{self.factor} * {_factor(other)}")

    def __rmul__(self, other: object) -> Symbol:
        return self._term(f"{_factor(other)} * {self.factor}")

    def __floordiv__(self, other: object) -> Symbol:
        # Bars are never negative, so MQL5's division of whole numbers rounds down too.
        return self._term(f"({self.factor} / {_factor(other)})")

    def __gt__(self, other: object) -> Condition:
        return self._compare(">", "<=", other)

    def __ge__(self, other: object) -> Condition:
        return self._compare(">=", "<", other)

    def __lt__(self, other: object) -> Condition:
        return self._compare("<", ">=", other)

    def __le__(self, other: object) -> Condition:
        return self._compare("<=", ">", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("!=", "==", other)

    def __eq__(self, other: object) -> Any:
        return self._compare("==", "!=", other)


def text_of(value: object) -> str:
    """Return a number or symbol as MQL5 text."""
    if isinstance(value, Symbol):
        return value.text
    if isinstance(value, int | float):
        return repr(value)
    raise CodegenError(f"{value!r} is no number that an EA could compute with")


def _factor(value: object) -> str:
    return value.factor if isinstance(value, Symbol) else text_of(value)


def _sum_of(value: object) -> Term:
    if isinstance(value, Symbol):
        return value.number, value.terms
    if isinstance(value, int):
        return value, ()
    raise CodegenError(f"{value!r} is no whole number of bars")


def explore(
    rule: Callable[..., object], values: tuple[object, ...]
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield (conditions, result) of a rule for every outcome of the comparisons of symbols in it.

    Args:
        rule: A declaration's `warmup`, `reach` or `valid`.
        values: Its parameters; a `Symbol` made with any path stands for an input.
    """
    open_paths: list[tuple[bool, ...]] = [()]
    for _ in range(_MOST_BRANCHES):
        if not open_paths:
            return
        path = _Path(open_paths.pop())
        bound = tuple(replace(v, path=path) if isinstance(v, Symbol) else v for v in values)
        result = rule(*bound)
        taken = len(path.forced)
        outcomes = (*path.forced, *(True for _ in path.met[taken:]))
        for number in range(taken, len(path.met)):
            open_paths.append((*outcomes[:number], False))
        conditions = tuple(
            met.text if outcome else met.negated
            for met, outcome in zip(path.met, outcomes, strict=True)
        )
        yield conditions, result
    raise CodegenError("a rule of a node type has too many cases to be written into an EA")


def symbol(text: str) -> Symbol:
    """Return the symbol of an EA input."""
    return Symbol((text,), _Path(()))


def largest(*amounts: Amount) -> Amount:
    """Return the amount that is never less than any of these."""
    terms = sorted({term for amount in amounts for term in amount})
    kept = [t for t in terms if not any(o != t and _covers(o, t) for o in terms)]
    return tuple(kept)


def plus(left: Amount, right: Amount) -> Amount:
    """Return the sum of two amounts."""
    sums = [(a + b, tuple(sorted(x + y))) for a, x in left for b, y in right]
    return largest(tuple(sums))


def times(amount: Amount, factor: str) -> Amount:
    """Return an amount times a symbol that is at least 1."""
    zero: Term = (0, ())
    texts = [term_text(term) for term in amount if term != zero]
    factors = [f"({text})" if " + " in text or " - " in text else text for text in texts]
    return largest((zero,), *(((0, (f"{text} * {factor}",)),) for text in factors))


def amount_of(value: object) -> Amount:
    """Return a whole number or a symbol as an amount."""
    number, terms = _sum_of(value)
    return ((number, tuple(sorted(terms))),)


def rule_amount(rule: Callable[..., object], values: tuple[object, ...]) -> Amount:
    """Return the largest number of bars that a rule gives for these parameters."""
    return largest(*(amount_of(result) for _, result in explore(rule, values)))


def term_text(term: Term) -> str:
    """Return one sum as MQL5 text."""
    number, symbols = term
    shown = " + ".join(symbols)
    if not symbols or number > 0:
        shown = f"{shown} + {number}" if symbols else str(number)
    elif number < 0:
        shown = f"{shown} - {-number}"
    return shown


def amount_text(amount: Amount) -> str:
    """Return an amount as one MQL5 expression."""
    texts = [term_text(term) for term in amount]
    shown = texts[0]
    for text in texts[1:]:
        shown = f"MathMax({shown}, {text})"
    return shown


def is_constant(amount: Amount) -> bool:
    """Return whether an amount is a plain number."""
    return len(amount) == 1 and not amount[0][1]


def _covers(larger: Term, term: Term) -> bool:
    """Return whether a sum is never less than another; symbols are never negative."""
    left = list(larger[1])
    for text in term[1]:
        if text not in left:
            return False
        left.remove(text)
    return larger[0] >= term[0]


def refusals(rule: Callable[..., object], values: tuple[object, ...]) -> str:
    """Return the MQL5 condition under which a validity rule refuses, "" when it never does."""
    bad: list[str] = []
    for conditions, result in explore(rule, values):
        if isinstance(result, Condition):
            bad.append(" && ".join(dict.fromkeys((*conditions, result.negated))))
        elif not result:
            bad.append(" && ".join(conditions) or "true")
    return " || ".join(f"({one})" if len(bad) > 1 else one for one in bad)
