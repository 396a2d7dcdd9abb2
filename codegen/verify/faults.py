"""What goes wrong in a random case without changing a trade: the Expert Advisor makes up for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from backtest.market import Market
from codegen.host.script import SMOOTH, Answer, Filling, Outage, Script

_CHANCE = 0.4
_LATE_CHANCE = 0.3
_TICKS = 3  # at the open of a bar where requests for data may fail
_COUNTS = (0, 1, 5, 40)
_FILLING: tuple[Filling, ...] = ("any", "fok", "ioc", "return")
# An Expert Advisor asks three times at a tick: two answers of no use in a row delay nothing.
_APART, _IN_A_ROW = 4, 2
# Return codes of the trade server that mean "ask again"; nothing was executed.
_AGAIN = {
    10004: "requote",
    10020: "price changed",
    10021: "no price",
    10024: "too many requests",
    10028: "locked",
    10031: "no connection",
}
# Executed at once, in other words than "done".
_EXECUTED = {
    10010: "done in part",
    10025: "no changes",
}
# Executed at once too, but the Expert Advisor cannot know: it looks again in the same bar, after
# 15 seconds, and only then enters where it had to close first.
_UNSURE = {
    10008: "placed",
    10012: "timeout",
}
_UNSURE_TICKS = 20
_AT_ONCE = _EXECUTED | _UNSURE
_WORDS = _AGAIN | _AT_ONCE


def random_script(rng: np.random.Generator, market: Market, warmup: int, requests: int) -> Script:
    """Return what goes wrong: nothing in most cases.

    Args:
        warmup: Rows of bars before the first entry; history may arrive late before that.
        requests: Trade requests that come at least, where nothing goes wrong.
    """
    if rng.random() > _CHANCE:
        return SMOOTH
    restarts = _some(rng, market.first + 1, market.end)
    outages = _some(rng, market.first + 1, market.end)
    answers = tuple(_answer(rng, number) for number in _some(rng, 1, requests + 1, _APART))
    late = warmup > market.first + 1 and rng.random() < _LATE_CHANCE
    return Script(
        answers=answers,
        outages=tuple(Outage(row, 1) for row in outages),
        restarts=restarts,
        late_until=int(rng.integers(market.first + 1, warmup)) if late else 0,
        late_rows=int(rng.integers(1, warmup)) if late else 0,
        ticks=_ticks(answers, outages),
        filling=_FILLING[int(rng.integers(len(_FILLING)))],
    )


def script_words(script: Script) -> list[str]:
    """Return the kinds of trouble of a script."""
    kinds = {
        "restart": script.restarts,
        "no data for a moment": script.outages,
        "history comes late": script.late_rows,
    }
    answers = sorted({answer.code for answer in script.answers})
    words = [word for word, there in kinds.items() if there]
    if script.filling != SMOOTH.filling:
        words.append(f"filling {script.filling}")
    return [*words, *(f"answer {code} {_WORDS[code]}" for code in answers)]


def all_script_words() -> list[str]:
    """Return all kinds of trouble that random cases know."""
    everything = Script(
        answers=tuple(Answer(1, code) for code in _WORDS),
        outages=(Outage(0, 1),),
        restarts=(0,),
        late_rows=1,
    )
    fillings = [words for mode in _FILLING for words in script_words(Script(filling=mode))]
    return [*script_words(everything), *fillings]


def _ticks(answers: Iterable[Answer], outages: Sequence[int]) -> int:
    """Return how many ticks the open of a bar needs, until all has become of it that will."""
    if any(answer.code in _UNSURE for answer in answers):
        return _UNSURE_TICKS
    return _TICKS if outages else 1


def _some(rng: np.random.Generator, first: int, end: int, apart: int = 1) -> tuple[int, ...]:
    """Return numbers from `first` to `end` - 1, their distances multiples of `apart`."""
    if end <= first:
        return ()
    first += int(rng.integers(min(apart, end - first)))
    drawn = rng.integers(first, end, int(rng.choice(_COUNTS)))
    return tuple(sorted({int(n) - (int(n) - first) % apart for n in drawn}))


def _answer(rng: np.random.Generator, number: int) -> Answer:
    codes = list(_WORDS)
    code = codes[int(rng.integers(len(codes)))]
    executed: Literal["no", "yes"] = "yes" if code in _AT_ONCE else "no"
    count = 1 if executed == "yes" else int(rng.integers(1, _IN_A_ROW + 1))
    return Answer(number, code, executed, count)
