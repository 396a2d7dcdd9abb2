"""Strategies over several timeframes, for every back end; charts of H1 or less fit them all."""

from __future__ import annotations

from dsl.strategy import Strategy
from dsl.text.lower import parse

TEXTS = {
    # MetaTrader's indicators, library classes and plain formulas of two higher timeframes.
    "forms": """strategy "Forms" {
        input n = 5 in 3..60
        tide = h4(ema(close, n) > sma(close - open, 3) + close[2])
        enter long when tide and d1(close > open) or close > h4(ema(close, 3)) + 50 points
        enter short when h4(ultimate(2, 3, 5)) > 60 or d1(close < sma(low, 3))
        exit long when h4(2 > 1 and close > open) or h2(macd(close, 3, 6, 3).signal) < 0
        exit short when close < d1(open[0])
            and h4(of_three(close > open, high > high[2], inside_bar(), 2))
        stop loss 2 * h4(atr(3)) + 10 points
        take profit h4(2 * atr(3) + 100 points + 30 points)
        size 0.1 lots
    }""",
    # What reads several bars of the chart: crossings, directions, windows.
    "crossings": """strategy "Crossings" {
        enter long when close crosses above h4(highest(high, 3))
        enter short when h4(ema(close, 2)) crosses below h4(sma(close, 4))
        exit long when falling(h2(close), 2) or highest(h2(low), 5) > close + 200 points
        exit short when h2(rising(close, 2)) and not h4(close crosses below low[2])
        stop loss max(abs(close - d1(low)), 20 points)
        size 0.1 lots
    }""",
    # All history of the chart reads values of larger bars.
    "chained": """strategy "Chained" {
        input n = 3 in 2..9
        turn = sma(h4(rsi(close, n)) - h4(rsi(open, n)), 3)
        enter long when ema(h4(close), 4) > turn * 1 points + close
        enter short when bars_since(h4(close > open), 30) == 2
        exit long when count_true(h4(close > ema(close, n)), 9) > 5
        exit short when latch(h2(inside_bar()), close > open, 20)
        stop loss abs(ema(h4(close - open), 3)) + d1(atr(2))
        size 0.1 lots
    }""",
    "weeks": """strategy "Weeks" {
        enter long when close > w1(high)
            or d1(of_three(close > open, close > close[2], low > low[2], 2))
        enter short when w1(close < open) and d1(bw_mfi > bw_mfi[2])
        stop loss w1(high - low)
        trailing stop 3 * d1(atr(3))
        break even at 2 * h4(atr(3)) lock 10 points
        friday close 20:00
        size 0.1 lots
    }""",
}


def strategies() -> dict[str, Strategy]:
    """Return the strategies by name."""
    return {name: parse(text) for name, text in TEXTS.items()}
