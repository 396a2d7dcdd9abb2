"""Bars as a picture: highs and lows, gaps marked, volume below, in PNG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from backtest.bars import Bars
from backtest.timeframes import shown_time, timeframe_name
from dsl.jit import I64

WIDTH, HEIGHT = 1600, 900
LEFT, RIGHT, TOP, BOTTOM = 110, 30, 60, 60  # margins
VOLUME_SHARE = 0.18  # of the height
LINES = 6  # of the grid
PAPER, INK, GRID, RANGE, VOLUME, GAP = (
    *("#ffffff", "#333333", "#e3e3e3", "#1f5f9e", "#9ab4c9", "#f7d9d5"),
)
GAP_BARS = 100  # fewer missing bars are no wider than a line


def bars_png(bars: Bars) -> bytes:
    """Return a chart of all bars as PNG: a column of pixels spans the range of its bars.

    Bars stand side by side, weekends take no room; longer gaps are red lines.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    floor = HEIGHT - BOTTOM
    split = TOP + round((floor - TOP) * (1 - VOLUME_SHARE))
    columns = WIDTH - LEFT - RIGHT
    starts = np.unique(np.arange(columns) * len(bars) // columns)
    _gaps(draw, bars, split)
    low, high = int(bars.low.min()), int(bars.high.max())
    _price_axis(draw, bars, low, high, split)
    _time_axis(draw, bars, floor)
    wide = columns / len(starts)
    tops, bottoms = np.maximum.reduceat(bars.high, starts), np.minimum.reduceat(bars.low, starts)
    volumes = np.maximum.reduceat(bars.tick_volume, starts)
    most = max(1, int(volumes.max()))
    for i, (top, bottom, volume) in enumerate(zip(tops, bottoms, volumes, strict=True)):
        x = LEFT + i * wide
        box = (x, _y(int(top), low, high, split), x + max(1, wide - 1), 0.0)
        draw.rectangle((*box[:3], _y(int(bottom), low, high, split)), fill=RANGE)
        tall = (floor - split - 12) * int(volume) / most
        draw.rectangle((x, floor - tall, box[2], floor), fill=VOLUME)
    title = f"{bars.symbol} {timeframe_name(bars.timeframe)}, {len(bars)} bars, {bars.timezone}"
    draw.text((LEFT, 18), title, fill=INK, font=_font(24))
    draw.text((LEFT + 4, split + 6), "tick volume", fill=INK, font=_font(14))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _y(points: int, low: int, high: int, split: int) -> float:
    return TOP + (high - points) / max(1, high - low) * (split - TOP)


def _gaps(draw: ImageDraw.ImageDraw, bars: Bars, split: int) -> None:
    steps: I64 = np.diff(bars.time)
    for row in np.flatnonzero(steps > GAP_BARS * bars.timeframe):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (int(row) + 1) / len(bars)
        draw.line((x, TOP, x, split), fill=GAP, width=3)


def _price_axis(draw: ImageDraw.ImageDraw, bars: Bars, low: int, high: int, split: int) -> None:
    for i in range(LINES + 1):
        points = low + (high - low) * i // LINES
        y = _y(points, low, high, split)
        draw.line((LEFT, y, WIDTH - RIGHT, y), fill=GRID)
        text = f"{points / 10**bars.digits:.{bars.digits}f}"
        draw.text((LEFT - 10, y), text, fill=INK, font=_font(16), anchor="rm")


def _time_axis(draw: ImageDraw.ImageDraw, bars: Bars, floor: int) -> None:
    for i in range(LINES + 1):
        row = min(len(bars) - 1, len(bars) * i // LINES)
        x = LEFT + (WIDTH - LEFT - RIGHT) * i / LINES
        draw.line((x, TOP, x, floor), fill=GRID)
        text = shown_time(int(bars.time[row]))[:10]
        draw.text((x, floor + 12), text, fill=INK, font=_font(16), anchor=_anchor(i))


def _anchor(line: int) -> str:
    """Return where the label of a grid line is held, so that the outer ones stay inside."""
    return {0: "la", LINES: "ra"}.get(line, "ma")
