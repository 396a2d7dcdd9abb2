"""Syntax errors in a trader's words, and where the next statement begins after one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.errors import Span, SyntaxProblem, did_you_mean
from dsl.text.comments import masked
from dsl.text.slips import joined_pair, usual_slip


@dataclass(frozen=True, slots=True)
class Culprit:
    """Where an error is, and the statement [start, end) to leave out so that parsing can go on.

    early: the statement ends before it is complete. operand: it ends in an operator.
    """

    position: int
    region: tuple[int, int] | None
    early: bool = False
    operand: bool = False


STARTERS = (
    "include",
    "def",
    "input",
    "enter",
    "exit",
    "stop",
    "take",
    "trailing",
    "break",
    "size",
    "trade",
    "arrow",
    "close",
    "session",
    "weekdays",
    "friday",
    "day",
    "max",
    "one",
    "daily",
    "drawdown",
    "reverse",
    "symmetric",
)
_JOINERS = frozenset({"and", "or", "not", "crosses", "above", "below", "as", "points", "when"})
_UNITS = ("points", "bars", "lots")
_DISTANCES = "a distance is so many points, a % of the price, or a multiple of atr(14)"
_NAMES = {
    "NAME": "a name",
    "NUMBER": "a number",
    "CLOCK": "a time such as 08:30",
    "STRING": "a text in quotes",
    "$END": "the end of the text",
    "RBRACE": "'}'",
}
_OPERAND = {"NUMBER", "NAME", "CLOCK", "("}
_FIRST_WORDS = re.compile(r"[ \t\ufeff]*([A-Za-z_]\w*)[ \t]*(=(?!=)|[A-Za-z_]\w*|[\d({])?")
_RESERVED = re.compile(rf"(?:{'|'.join(STARTERS)})\s*=(?!=)")
_DANGLING = re.compile(r"(?:[-+*/(,\\[=<>]|\b(?:and|or|not|when|above|below|loss|profit|at|lock))$")
_QUANTITY = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[ \t]*([A-Za-z_]\w*)[ \t\r\n]*$")
_TOKEN = re.compile(r"\d+:\d+|\d+(?:\.\d+)?|[A-Za-z_]\w*|\"[^\"\n]*\"?|[<>=!]=|\.\.|\S")


def strange_character(text: str, position: int) -> SyntaxProblem:
    """Return the error for a character that no token begins with."""
    character = text[position]
    hints = {
        '"': "the text in quotes is not closed on its line",
        "$": _DISTANCES,
        ";": "statements need no ';'",
        "&": "write 'and'",
        "|": "write 'or'",
        "!": "write 'not', or '!=' for unequal",
        ",": "a decimal point is '.'",
        ":": "a time is written 08:30",
    }
    message = f"unexpected character {character!r}"
    return SyntaxProblem(message, hint=hints.get(character, ""), span=_span(text, position, 1))


def not_closed(text: str) -> SyntaxProblem:
    """Return the error for a strategy without its closing brace."""
    span = _span(text, len(text.rstrip()), 1)
    return SyntaxProblem("the strategy is not closed", hint="it ends with '}'", span=span)


def _stray_word(text: str, end: int) -> SyntaxProblem:
    """Return the error for a word behind a complete statement, such as `stop loss 20 pips`."""
    found = re.search(r"\w+$", text[:end])
    word = found.group() if found else text[end - 1 : end]
    hint = did_you_mean(word, (*STARTERS, *_JOINERS, *_UNITS))
    span = _span(text, end - len(word), len(word))
    return SyntaxProblem(f"unexpected '{word}'", hint=hint, span=span)


def _unknown_unit(
    text: str, culprit: Culprit, token: str, allowed: Sequence[str]
) -> SyntaxProblem | None:
    """Return the error for a number with a unit that there is not, such as `stop loss 20 pips`."""
    start = culprit.region[0] if culprit.region else 0
    for end in (culprit.position + len(token), culprit.position):
        found = _QUANTITY.search(text, start, end)
        if found and found[2] not in ("to", *_UNITS, *STARTERS, *_JOINERS, *allowed):
            break
    else:
        return None
    units = [unit for unit in allowed if unit in {*_UNITS, "%"}]
    message = f"unknown unit '{found[2]}'; {_wanted(units) if units else _DISTANCES}"
    hint = _unit_hint(found[1], found[2].lower(), units)
    return SyntaxProblem(message, hint=hint, span=_span(text, found.start(2), len(found[2])))


def _unit_hint(number: str, word: str, units: Sequence[str]) -> str:
    if word in {"pip", "pips"} and units in ([], ["points"]):
        return f"ten points are a pip on 5-digit quotes: write {float(number) * 10:g} points"
    if word == "atr" and not units:
        return f"write {number} * atr(14)"
    if word in {"percent", "pct"} and units in ([], ["%"]):
        return f"write {number}%"
    return did_you_mean(word, units or _UNITS)


def explain(text: str, culprit: Culprit, allowed: Sequence[str]) -> SyntaxProblem:
    """Return the error for a token that cannot stand where it does.

    Args:
        text: The whole text.
        culprit: The place, and the statement that it is in.
        allowed: What could stand there: literal words, or names of terminals.
    """
    region = culprit.region
    problem = _explained(text, culprit, allowed)
    slip = usual_slip(text[region[0] : region[1]]) if region else ""
    return SyntaxProblem(problem.message, hint=slip or problem.hint, span=problem.span)


def _explained(text: str, culprit: Culprit, allowed: Sequence[str]) -> SyntaxProblem:
    position, region = culprit.position, culprit.region
    found = None if culprit.early else _TOKEN.match(text, position)
    token = found.group() if found else ""
    unit = None if culprit.operand else _unknown_unit(text, culprit, token, allowed)
    if unit is not None:
        return unit
    if culprit.early and not culprit.operand and list(allowed) == ["="]:
        return _stray_word(text, position)
    if culprit.early:
        wanted = _wanted(sorted(_OPERAND) if culprit.operand else allowed)
        hint = "a parenthesis is not closed" if ")" in allowed and not culprit.operand else ""
        return SyntaxProblem(
            f"the statement ends too early; {wanted}", hint=hint, span=_span(text, position, 1)
        )
    word = _named_like_word(text, region)
    if word is not None:
        return word
    unknown = _unknown_statement(text, _first_word(text, region), position, region)
    if unknown is not None:
        return unknown
    if not masked(text).strip():
        hint = 'it begins with: strategy "NAME" {'
        return SyntaxProblem("the text holds no strategy", hint=hint, span=_span(text, 0, 1))
    shown = f"'{token}'" if token else "end of the text"
    span = _span(text, min(position, max(0, len(text) - 1)), max(1, len(token)))
    hint = _hint(token, text, position, allowed)
    return SyntaxProblem(f"unexpected {shown}; {_wanted(allowed)}", hint=hint, span=span)


def locate(text: str, position: int, *, exact: bool) -> Culprit:
    """Return which statement is to blame for an error that the parser noticed at an offset.

    `exact`: the error is certainly at the offset (a strange character). Otherwise look back:

    A statement that ends in an operator swallows the first word of the next one, and one that is
    not complete is noticed at the next one's first word: then the statement before is to blame.
    """
    hidden = masked(text)
    opening = hidden.find("{")
    if opening < 0 or position <= opening:
        return Culprit(position, None)
    closing = hidden.rfind("}")
    stop = closing if closing > opening else len(text)
    starts = statement_starts(hidden, opening + 1, stop)
    before = [start for start in starts if start <= position]
    earlier = hidden[opening + 1 : before[-1] if before else opening + 1].rstrip()
    dangling = _DANGLING.search(earlier)
    at_start = bool(before) and position == before[-1] and not _RESERVED.match(hidden, position)
    looking_back = bool(before) and not exact
    at_close = position >= stop and bool(hidden[opening + 1 : stop].strip())
    if at_close and looking_back:
        end = opening + 1 + len(hidden[opening + 1 : stop].rstrip())
        return Culprit(end, (before[-1], stop), early=True)
    if len(before) > 1 and looking_back and (dangling or at_start):
        end = opening + 1 + len(earlier)
        region = (before[-2], before[-1])
        return Culprit(end, region, early=True, operand=bool(dangling))
    if position >= stop:
        return Culprit(position, None)
    end = next((later for later in starts if later > position), stop)
    return Culprit(position, (before[-1] if before else opening + 1, end))


def statement_starts(hidden: str, start: int, end: int) -> list[int]:
    """Return the offsets in [start, end) where a line begins a new statement, to the best guess."""
    found = []
    line_start = start
    while line_start < end:
        match = _FIRST_WORDS.match(hidden, line_start)
        if match and match.start(1) < end and _begins(match.group(1), match.group(2) or ""):
            found.append(match.start(1))
        newline = hidden.find("\n", line_start)
        line_start = newline + 1 if newline >= 0 else end
    return found


def _begins(first: str, second: str) -> bool:
    if first in _JOINERS:
        return False
    if first in {"reverse", "symmetric"} or second == "=" or joined_pair(first):
        return True
    if first in STARTERS:
        return second not in {"(", "{"} and second not in _JOINERS - {"when"}
    return second.isidentifier() and second not in _JOINERS - {"when"}


def blanked(text: str, region: tuple[int, int]) -> tuple[str, frozenset[str]]:
    """Return the text with a statement turned into spaces, and the names it would have defined."""
    start, end = region
    statement = text[start:end]
    blank = "".join(c if c in "\r\n" else " " for c in statement)
    name = re.match(r"(?:input\s+|def\s+(?=\w+\s*\())?([A-Za-z_]\w*)\s*[=(]", statement)
    return text[:start] + blank + text[end:], frozenset(name.groups() if name else ())


def _first_word(text: str, region: tuple[int, int] | None) -> str:
    match = re.match(r"\s*([A-Za-z_]\w*)", text[region[0] : region[1]]) if region else None
    return match.group(1) if match else ""


def _named_like_word(text: str, region: tuple[int, int] | None) -> SyntaxProblem | None:
    """Return the error for `size = ...`: a name that the language keeps for itself."""
    match = re.match(r"\s*([A-Za-z_]\w*)\s*=(?!=)", text[region[0] : region[1]]) if region else None
    if region is None or match is None or match.group(1) not in STARTERS:
        return None
    span = _span(text, region[0] + match.start(1), len(match.group(1)))
    message = f"'{match.group(1)}' is a word of the language"
    return SyntaxProblem(message, hint="choose another name", span=span)


def _unknown_statement(
    text: str, first: str, position: int, region: tuple[int, int] | None
) -> SyntaxProblem | None:
    """Return the error for a line such as `entr long when ...`: that begins no statement."""
    if region is None or not first or first in STARTERS:
        return None
    start = text.index(first, region[0])
    between = text[start + len(first) : position]
    if between.strip() or text[position : position + 1] == "=" or position <= start:
        return None
    if not text[position : position + 1].isalnum():
        return None
    return SyntaxProblem(
        f"unknown statement '{first}'",
        hint=did_you_mean(first, STARTERS)
        or f"a statement begins with {', '.join(STARTERS)}, or is 'name = expression'",
        span=_span(text, start, len(first)),
    )


def _wanted(allowed: Sequence[str]) -> str:
    """Return what may stand here, shortest useful list."""
    if set(allowed) >= _OPERAND:
        return "an expression is expected here"
    if set(allowed) >= set(STARTERS) - {"close"}:
        rest = [word for word in allowed if word in {"}", ")", "]", "lock", "step", "in"}]
        return " or ".join(["a new statement", *(f"'{word}'" for word in rest)]) + " is expected"
    shown = [_NAMES.get(word, f"'{word}'") for word in allowed]
    if len(shown) > 8:
        shown = [*shown[:8], "..."]
    return f"expected {' or '.join(shown)}"


def _hint(token: str, text: str, position: int, allowed: Sequence[str]) -> str:
    if token == "=" and "==" in allowed:
        return "'==' compares, '=' only names an expression at the start of a statement"
    if token in {"cross", "above", "below", "over", "under"} and "crosses" in allowed:
        return "write 'crosses above' or 'crosses below'"
    if text.startswith("//", position):
        return "a comment begins with '#'"
    if "," in allowed and ")" in allowed and re.match(r"[\w.]", token):
        before = text[:position].rstrip()
        word = re.search(r"[\w.]+$", before)
        if word is not None and not did_you_mean(token, [w for w in allowed if w.isidentifier()]):
            return f"a comma is missing: write '{word.group()}, {token}'"
    if token.isidentifier():
        for one in (one for one in allowed if one.isidentifier() and token.startswith(one)):
            if token[len(one) :] in {*STARTERS, *_JOINERS, *_UNITS}:
                return f"a blank is missing: write '{one} {token[len(one) :]}'"
        return did_you_mean(token, [word for word in allowed if word.isidentifier()])
    if not token and "}" in allowed:
        return "the strategy ends with '}'"
    if token in {"<", ">", "<=", ">=", "=="} and "and" in allowed:
        return "compare two values at a time and join the comparisons with 'and'"
    missing = text.rfind("(", 0, position)
    if ")" in allowed and missing >= 0 and token not in {",", ")"}:
        return "a parenthesis is not closed"
    return ""


def _span(text: str, position: int, length: int) -> Span:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return Span(line, column, length)
