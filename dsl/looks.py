"""What an Expert Advisor shows: the comment of its trades, the colours of its arrows.

Nothing here can change a trade, so no identity of a strategy covers it. Values are text: a comment
as it is, a colour by its word or as `rgb(r, g, b)`; an input may stand in place of each.
"""

from __future__ import annotations

import re

from dsl.errors import ParamOutOfRange, did_you_mean
from dsl.kinds import COLOR, STRING, Kind

LONGEST_COMMENT = 31  # characters that a deal keeps
LONGEST_TEXT = 127

# What a strategy may say about looks, in the order in which it is printed.
LOOKS: dict[str, Kind] = {
    "trade_comment": STRING,
    "arrow_long": COLOR,
    "arrow_short": COLOR,
    "arrow_exit": COLOR,
}
COLORS = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "silver": (192, 192, 192),
    "red": (255, 0, 0),
    "crimson": (220, 20, 60),
    "orangered": (255, 69, 0),
    "tomato": (255, 99, 71),
    "orange": (255, 165, 0),
    "gold": (255, 215, 0),
    "yellow": (255, 255, 0),
    "lime": (0, 255, 0),
    "green": (0, 128, 0),
    "seagreen": (46, 139, 87),
    "olive": (128, 128, 0),
    "teal": (0, 128, 128),
    "aqua": (0, 255, 255),
    "dodgerblue": (30, 144, 255),
    "royalblue": (65, 105, 225),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "indigo": (75, 0, 130),
    "purple": (128, 0, 128),
    "magenta": (255, 0, 255),
    "violet": (238, 130, 238),
    "pink": (255, 192, 203),
    "brown": (165, 42, 42),
    "maroon": (128, 0, 0),
}
_WORDS = {parts: word for word, parts in COLORS.items()}
_RGB = re.compile(r"rgb\((\d+), (\d+), (\d+)\)")


def color_text(red: int, green: int, blue: int) -> str:
    """Return the one way to write a colour: its word if it has one.

    >>> color_text(255, 0, 0), color_text(1, 2, 3)
    ('red', 'rgb(1, 2, 3)')
    """
    for part in (red, green, blue):
        if not 0 <= part <= 255:
            raise ParamOutOfRange(f"a part of a colour is 0 to 255, not {part}")
    return _WORDS.get((red, green, blue), f"rgb({red}, {green}, {blue})")


def color_parts(text: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour.

    Raises:
        ParamOutOfRange: The text is neither a word for a colour nor rgb(r, g, b).
    """
    if text in COLORS:
        return COLORS[text]
    found = _RGB.fullmatch(text)
    if found is None or any(int(part) > 255 for part in found.groups()):
        raise ParamOutOfRange(
            f"'{text}' is no colour",
            hint=did_you_mean(text, COLORS) or "write a word such as red, or rgb(255, 0, 0)",
        )
    red, green, blue = (int(part) for part in found.groups())
    return red, green, blue


def color_number(text: str) -> int:
    """Return a colour as MetaTrader's number: red in the lowest byte.

    >>> color_number("rgb(1, 2, 3)") == 1 + 2 * 256 + 3 * 65536
    True
    """
    red, green, blue = color_parts(text)
    return red + 256 * green + 65536 * blue


def color_of_number(number: int) -> str:
    """Return the colour of MetaTrader's number.

    Raises:
        ParamOutOfRange: It is no colour.
    """
    if not 0 <= number < 1 << 24:
        raise ParamOutOfRange(f"{number} is no colour")
    return color_text(number & 255, number >> 8 & 255, number >> 16)


def checked_look(kind: str, value: object, *, comment: bool = False) -> str:
    """Return the value of a string or color in the one way that it is written.

    Args:
        kind: "string" or "color".
        value: What was written.
        comment: It is the comment of trades, which is short.

    Raises:
        ParamOutOfRange: It is no such value.
    """
    if not isinstance(value, str):
        raise ParamOutOfRange(f"{value!r} is no {kind}")
    if kind == COLOR.name:
        return color_text(*color_parts(value))
    if not value.isprintable():
        raise ParamOutOfRange("a text is one line of printable characters")
    longest = LONGEST_COMMENT if comment else LONGEST_TEXT
    length = text_length(value)
    if length > longest:
        raise ParamOutOfRange(f"the text has {length} characters, {longest} are allowed")
    return value


def text_length(text: str) -> int:
    """Return how many characters MetaTrader counts: it keeps texts as UTF-16.

    >>> text_length("ab"), text_length(chr(0x1F600))
    (2, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened_comment(text: str) -> str:
    """Return as much of a text as the comment of a deal keeps."""
    while text_length(text) > LONGEST_COMMENT:
        text = text[:-1]
    return text
