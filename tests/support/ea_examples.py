"""Strategies whose emitted EAs and .set files are kept as golden files."""

from __future__ import annotations

from codegen.mql5.facts import EmitFacts, SpanFigures
from dsl.parametrize import parametrize
from dsl.strategy import Strategy
from dsl.text.lower import parse

EXAMPLES = {
    "cross": """strategy "EMA cross" {
        input fast = 12 in 5..60 "Fast average, bars"
        input slow = 26 in 10..120 step 2 "Slow average, bars"
        enter long when ema(close, fast) crosses above ema(close, slow)
        enter short when ema(close, fast) crosses below ema(close, slow)
        reverse
        size 0.1 lots
    }""",
    "rsi_filter": """strategy "EMA cross with RSI filter" {
        input fast = 12 in 5..60
        input slow = 26 in 10..120 step 2
        input k = 2.0 in 0.5..5 step 0.25
        trend = ema(close, fast) - ema(close, slow)
        enter long when trend crosses above 0 and rsi(close, 14) < 70
        enter short when trend crosses below 0 and rsi(close, 14) > 30
        exit long when trend < 0
        exit short when trend > 0
        stop loss k * atr(14)
        take profit 3 * atr(14)
        exit after 48 bars
        size risk 1%
    }""",
    "nested": """strategy "Average of an RSI" {
        input smooth = 9 in 3..30
        line = sma(rsi(close, 14), smooth)
        enter long when line crosses above 50
        exit long when line < 45 or cci(ema(typical, 5), 20) < -100
        stop loss 200 points
        size 0.1 lots
    }""",
    "macd_signal": """strategy "MACD against its signal" {
        enter long when macd(close, 12, 26, 9).line crosses above macd(close, 12, 26, 9).signal
        enter short when macd(close, 12, 26, 9).line crosses below macd(close, 12, 26, 9).signal
        exit after 24 bars
        size 0.2 lots
    }""",
    "bands": """strategy "Return into the bands" {
        enter long when close crosses above bands(close, 20, 2).lower
        exit long when close > bands(close, 20, 2).middle
        stop loss 1.5 * stddev(close, 20)
        size risk 0.5%
        max spread 15 points
    }""",
    "stochastic": """strategy "Stochastic turns" {
        enter long when stochastic(14, 3, 3).k crosses above stochastic(14, 3, 3).d
            and stochastic(14, 3, 3).d < 20
        enter short when stochastic(14, 3, 3).k crosses below stochastic(14, 3, 3).d
            and stochastic(14, 3, 3).d > 80
        stop loss 300 points
        take profit 300 points
        size 0.1 lots
    }""",
    "session": """strategy "Day trader" {
        enter long when rising(close, 3)
        enter short when falling(close, 3)
        session 08:00 to 20:00 close
        friday close 21:00
        weekdays mon tue wed thu fri
        stop loss 2 * atr(20)
        size 0.1 lots
        max trades per day 3
    }""",
    "trailing": """strategy "Channel with trailing stop" {
        enter long when close > highest(high[2], 20)
        enter short when close < lowest(low[2], 20)
        stop loss 3 * atr(14)
        trailing stop 2.5 * atr(14)
        break even at 2 * atr(14) lock 20 points
        size risk 1%
    }""",
    "guarded": """strategy "Guarded account" {
        enter long when momentum(close, 10) > 100.05 and hour >= 8
        enter short when momentum(close, 10) < 99.95 and hour >= 8
        reverse
        stop loss 250 points
        break even at 150 points
        size risk 1%
        daily loss 2%
        drawdown stop 20%
        max slippage 5 points
    }""",
    "arithmetic": """strategy "Arithmetic with constants" {
        middle = lowest(low, 24) + (highest(high, 24) - lowest(low, 24)) / 2
        width = max(atr(14), 0.25 * stddev(close, 50))
        enter long when abs(close - middle) / width < 0.5
            and tick_volume > 1.5 * sma(tick_volume, 24)
        exit long when close - middle > 2 * width or not (close[3] > open[0] - width)
        take profit 4 * width
        size 0.1 lots
    }""",
    "dynamic_lock": """strategy "Lock that moves" {
        enter long when weighted > sma(median, 50) and not (weekday == 5)
        stop loss 2 * atr(14)
        break even at atr(14) lock 0.25 * atr(14)
        size 0.1 lots
    }""",
}
EVOLVED = """strategy "An evolved one" {
    smooth = sma(ema(close, 12) - ema(close, 26), 9)
    enter long when rising(smooth, 3) and macd(rsi(close, 14), 5, 10, 4).signal > 0
    enter short when falling(close, 2) and session(08:00, 20:00)
    stop loss 2 * atr(14)
    exit after 36 bars
    max trades per day 2
    size risk 1%
}"""
FACTS = EmitFacts(
    symbol="EURUSD",
    timeframe=3600,
    timezone="EET, as the broker's server",
    first=1483315200,
    last=1514581200,
    data_hash="0123456789abcdef0123456789abcdef",
    deposit="10000.00 USD, leverage 1:100",
    version="0.1.0",
    spans=(
        SpanFigures(
            "in-sample",
            "2017-01-02",
            "2017-07-31",
            (("net profit", "1520.40"), ("profit factor", "1.42"), ("trades", "118")),
        ),
        SpanFigures(
            "gate",
            "2017-08-01",
            "2017-10-15",
            (("net profit", "310.00"), ("profit factor", "1.21"), ("trades", "40")),
        ),
        SpanFigures(
            "holdout",
            "2017-10-16",
            "2017-12-29",
            (("net profit", "-85.20"), ("profit factor", "0.94"), ("trades", "37")),
        ),
    ),
)


def examples() -> dict[str, Strategy]:
    """Return the strategies by the name of their golden files."""
    found = {name: parse(text) for name, text in EXAMPLES.items()}
    return {**found, "evolved": parametrize(parse(EVOLVED))}
