"""Objectives as text: arithmetic over the criteria and over MetaTrader's tester statistics.

`(GROSSPROFIT-(1/(TRADES+1)))/-(GROSSLOSS-1/(TRADES+1))` is a number to maximise. Statistics have
the names of ENUM_STATISTICS, with or without STAT_ and underscores; criteria are written small.
PROFIT_FACTOR is at most 10, as the criterion is, and 10 where nothing was lost. QUICK ones follow
from the sums that a batch of tests returns; the others need a whole test.
"""

from __future__ import annotations

import ast
import math
import operator
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from backtest.criteria import CRITERIA, PROFIT_FACTOR_CAP, profit_factor
from backtest.metrics import Report
from dsl.errors import ConfigError, did_you_mean

Names = Mapping[str, float]
OWN = (*CRITERIA, "trades", "score")
WORST = -math.inf  # of an objective that has no value, such as a division by zero
MAX_DEPTH = 50

STATISTICS: dict[str, Callable[[Report], float]] = {
    "INITIAL_DEPOSIT": lambda r: r.deposit,
    "PROFIT": lambda r: r.net_profit,
    "GROSS_PROFIT": lambda r: r.gross_profit,
    "GROSS_LOSS": lambda r: r.gross_loss,
    "MAX_PROFITTRADE": lambda r: r.largest_profit,
    "MAX_LOSSTRADE": lambda r: r.largest_loss,
    "CONPROFITMAX": lambda r: r.max_win_streak_money,
    "CONPROFITMAX_TRADES": lambda r: r.max_win_streak_trades,
    "MAX_CONWINS": lambda r: r.max_wins_money,
    "MAX_CONPROFIT_TRADES": lambda r: r.max_wins,
    "CONLOSSMAX": lambda r: r.max_loss_streak_money,
    "CONLOSSMAX_TRADES": lambda r: r.max_loss_streak_trades,
    "MAX_CONLOSSES": lambda r: r.max_losses_money,
    "MAX_CONLOSS_TRADES": lambda r: r.max_losses,
    "BALANCEMIN": lambda r: r.deposit - r.balance_drawdown_absolute,
    "BALANCE_DD": lambda r: r.balance_drawdown,
    "BALANCEDD_PERCENT": lambda r: r.balance_drawdown_percent,
    "BALANCE_DDREL_PERCENT": lambda r: r.balance_drawdown_relative,
    "BALANCE_DD_RELATIVE": lambda r: r.balance_drawdown_relative_money,
    "EQUITYMIN": lambda r: r.deposit - r.equity_drawdown_absolute,
    "EQUITY_DD": lambda r: r.equity_drawdown,
    "EQUITYDD_PERCENT": lambda r: r.equity_drawdown_percent,
    "EQUITY_DDREL_PERCENT": lambda r: r.equity_drawdown_relative,
    "EQUITY_DD_RELATIVE": lambda r: r.equity_drawdown_relative_money,
    "EXPECTED_PAYOFF": lambda r: r.expected_payoff,
    "PROFIT_FACTOR": lambda r: min(r.profit_factor, PROFIT_FACTOR_CAP),
    "RECOVERY_FACTOR": lambda r: r.recovery_factor,
    "SHARPE_RATIO": lambda r: r.sharpe_trades,
    "DEALS": lambda r: r.deals,
    "TRADES": lambda r: r.trades,
    "PROFIT_TRADES": lambda r: r.profit_trades,
    "LOSS_TRADES": lambda r: r.loss_trades,
    "SHORT_TRADES": lambda r: r.short_trades,
    "LONG_TRADES": lambda r: r.long_trades,
    "PROFIT_SHORTTRADES": lambda r: round(r.short_trades * r.short_won_percent / 100),
    "PROFIT_LONGTRADES": lambda r: round(r.long_trades * r.long_won_percent / 100),
    # whole numbers in MetaTrader, and in its reports
    "PROFITTRADES_AVGCON": lambda r: math.floor(r.average_wins + 0.5),
    "LOSSTRADES_AVGCON": lambda r: math.floor(r.average_losses + 0.5),
}
_PLAIN = {name.replace("_", ""): name for name in STATISTICS}

# What adds up over time, so that a span of another length has more or less of it.
ADDITIVE = frozenset(
    {
        *(
            "net_profit",
            "trades",
            "PROFIT",
            "GROSS_PROFIT",
            "GROSS_LOSS",
            "RECOVERY_FACTOR",
            "DEALS",
        ),
        *("TRADES", "PROFIT_TRADES", "LOSS_TRADES", "SHORT_TRADES", "LONG_TRADES"),
        *("PROFIT_SHORTTRADES", "PROFIT_LONGTRADES"),
    }
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a batch returns of each test, enough for the QUICK statistics; lost is above 0."""

    deposit: float
    net_profit: float
    won: float
    lost: float
    max_drawdown: float
    trades: int

    @property
    def profit_factor(self) -> float:
        """Return gross profit over gross loss, at most 10."""
        return profit_factor(self.won, self.lost)


QUICK: dict[str, Callable[[Sums], float]] = {
    "INITIAL_DEPOSIT": lambda s: s.deposit,
    "PROFIT": lambda s: s.net_profit,
    "GROSS_PROFIT": lambda s: s.won,
    "GROSS_LOSS": lambda s: -s.lost,
    "EQUITY_DDREL_PERCENT": lambda s: s.max_drawdown,
    "EXPECTED_PAYOFF": lambda s: s.net_profit / s.trades if s.trades else 0.0,
    "PROFIT_FACTOR": lambda s: s.profit_factor,
    "DEALS": lambda s: 2.0 * s.trades,
    "TRADES": lambda s: s.trades,
}


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of an objective, in Python and in MQL5, and how many values it takes at least."""

    python: Callable[..., float]
    mql5: str
    least: int
    most: int


_FUNCTIONS = {
    "min": _Function(min, "MathMin", 2, 9),
    "max": _Function(max, "MathMax", 2, 9),
    "abs": _Function(abs, "MathAbs", 1, 1),
    "sqrt": _Function(math.sqrt, "MathSqrt", 1, 1),
    "log": _Function(math.log, "MathLog", 1, 1),
    "exp": _Function(math.exp, "MathExp", 1, 1),
    "pow": _Function(math.pow, "MathPow", 2, 2),
}
_BINARY: dict[type[ast.operator], tuple[Callable[[float, float], float], str]] = {
    ast.Add: (operator.add, "({} + {})"),
    ast.Sub: (operator.sub, "({} - {})"),
    ast.Mult: (operator.mul, "({} * {})"),
    ast.Div: (operator.truediv, "Quotient({}, {})"),
    ast.Pow: (math.pow, "MathPow({}, {})"),
}


@dataclass(frozen=True, slots=True)
class Objective:
    """A number to maximise. names: The criteria and, in capitals, the statistics it reads."""

    text: str
    body: ast.expr
    names: frozenset[str]

    @property
    def statistics(self) -> bool:
        """Tell whether it reads statistics that are not QUICK, so that a full report is needed."""
        return not self.names <= {*OWN, *QUICK}

    def value(self, own: Names, found: Report | Sums | None = None, *, share: float = 1.0) -> float:
        """Return the value, WORST where it has none.

        Args:
            own: Values of the names in OWN that the objective reads.
            found: All figures of the test, or where `statistics` is false the sums of a batch.
            share: How long the test is, relative to the one it is compared with; what adds up over
                time is counted as if both were as long.
        """
        try:
            named = {n: float(own[n]) if n in OWN else _statistic(n, found) for n in self.names}
            named |= {n: named[n] / share for n in self.names & ADDITIVE if share != 1.0}
            value = _value(self.body, named)
        except (ArithmeticError, ValueError):
            return WORST
        return value if math.isfinite(value) else WORST

    def mql5(self, own: Mapping[str, str]) -> str:
        """Return it as an MQL5 expression; `Quotient(a, b)` stands for a division.

        Args:
            own: MQL5 text of the names in OWN that an EA can compute.
        Raises:
            ConfigError: It reads a name that an EA does not have.
        """
        missing = sorted(self.names & set(OWN) - own.keys())
        if missing:
            raise ConfigError(f"'{missing[0]}' is not known inside an EA", hint=_allowed())
        return _mql5(self.body, own)


def parse_objective(text: str) -> Objective:
    """Return the objective of a text; larger is better.

    Raises:
        ConfigError: Not arithmetic over known names.

    >>> parse_objective("net_profit / max(max_drawdown, 1)").value(
    ...     {"net_profit": 10.0, "max_drawdown": 4.0})
    2.5
    """
    text = " ".join(text.split())
    odd = next((sign for sign in text if sign == "#" or not " " <= sign <= "~"), "")
    if odd:  # a comment, or letters that Python takes for others
        raise ConfigError(f"{odd!r} has no place in a formula", hint=_allowed())
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        reason = problem.msg if isinstance(problem, SyntaxError) else str(problem)
        raise ConfigError(f"'{text}' is no formula: {reason}", hint=_allowed()) from None
    names: set[str] = set()
    _check(body, text, names, 0)
    return Objective(text, body, frozenset(names))


def parse_goal(text: str) -> Objective:
    """Return the objective of a text that reads at least one figure of a test.

    Raises:
        ConfigError: Not arithmetic over known names, or the same for every test.
    """
    found = parse_objective(text)
    if not found.names:
        raise ConfigError(f"'{found.text}' reads no figure of a test", hint=_allowed())
    return found


def statistic_name(name: str) -> str:
    """Return the name in OWN or STATISTICS that a written name means, "" if it means none."""
    if name in OWN:
        return name
    plain = name.upper().removeprefix("STAT_").replace("_", "")
    return _PLAIN.get(plain, "")


def _statistic(name: str, found: Report | Sums | None) -> float:
    if isinstance(found, Sums) and name in QUICK:
        return float(QUICK[name](found))
    if not isinstance(found, Report):
        raise ConfigError(f"'{name}' needs the report of a whole test")
    return float(STATISTICS[name](found))


def _check(node: ast.expr, text: str, names: set[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ConfigError(
            f"a formula is nested deeper than {MAX_DEPTH} levels", hint="write it in simpler terms"
        )
    parts: list[ast.expr] = []
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if not abs(value) <= sys.float_info.max:
                raise ConfigError(f"a number in '{text[:60]}' is too large", hint="at most 1.7e308")
        case ast.Name(id=name):
            known = statistic_name(name)
            if not known:
                near = did_you_mean(name, OWN) or did_you_mean(
                    name.upper().removeprefix("STAT_"), [*STATISTICS, *_PLAIN]
                )
                raise ConfigError(f"'{name}' in '{text}' is no figure", hint=near or _allowed())
            names.add(known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            parts = [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            parts = [inner]
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if _takes(name, len(given)):
            parts = given
        case _:
            raise ConfigError(f"'{ast.unparse(node)}' is not allowed in a formula", hint=_allowed())
    for part in parts:
        _check(part, text, names, depth + 1)


def _takes(name: str, count: int) -> bool:
    function = _FUNCTIONS.get(name.lower())
    return function is not None and function.least <= count <= function.most


def _value(node: ast.expr, names: Names) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name):
            return names[statistic_name(name)]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)][0](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=sign, operand=inner):
            found = _value(inner, names)
            return -found if isinstance(sign, ast.USub) else found
        case ast.Call(func=ast.Name(id=name), args=given):
            return _FUNCTIONS[name.lower()].python(*(_value(part, names) for part in given))
    raise AssertionError(f"{ast.dump(node)} passed the check")


def _mql5(node: ast.expr, own: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=int() | float() as value):
            return repr(float(value))
        case ast.Name(id=name):
            known = statistic_name(name)
            return own[known] if known in OWN else _statistic_text(known)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)][1].format(_mql5(left, own), _mql5(right, own))
        case ast.UnaryOp(op=sign, operand=inner):
            found = _mql5(inner, own)
            return f"-({found})" if isinstance(sign, ast.USub) else found
        case ast.Call(func=ast.Name(id=name), args=given):
            function = _FUNCTIONS[name.lower()].mql5
            parts = [_mql5(part, own) for part in given]
            if len(parts) == 1:
                return f"{function}({parts[0]})"
            return reduce(lambda a, b: f"{function}({a}, {b})", parts)
    raise AssertionError(f"{ast.dump(node)} passed the check")


def _statistic_text(name: str) -> str:
    """Return a statistic in MQL5; a profit factor without losses is endless there, and 10 here."""
    text = f"TesterStatistics(STAT_{name})"
    return f"MathMin({text}, {PROFIT_FACTOR_CAP})" if name == "PROFIT_FACTOR" else text


def _allowed() -> str:
    functions = ", ".join(_FUNCTIONS)
    return (
        f"allowed are numbers, + - * / ** ( ), {functions}, the criteria {', '.join(OWN)}, and "
        "MetaTrader's tester statistics, such as GROSSPROFIT or STAT_EXPECTED_PAYOFF"
    )
