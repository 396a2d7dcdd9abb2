"""Kernels that read text of bars straight from bytes: where fields stand, decimals, times.

Ten million rows take seconds and no more memory than the file and its columns. A kernel stops at
the first thing it cannot read and returns its row; the caller words the complaint.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsl.jit import F64, I64, njit

U8 = npt.NDArray[np.uint8]

DONE, TOO_FEW, TOO_MANY, BLANK = 0, 1, 2, 3  # why a scan stopped
NO_ZONE = -1_000_000  # the time says no offset from UTC
DAY_FIRST, MONTH_FIRST = 0, 1
READ_ALL = -1

_POWERS = 10.0 ** np.arange(23)  # exact
_MAX_MANTISSA = 900_000_000_000_000_000
_NEWLINE, _RETURN, _SPACE, _TAB = 10, 13, 32, 9
_ZERO, _NINE, _DOT, _MINUS, _PLUS, _COLON = 48, 57, 46, 45, 43, 58


@njit
def count_lines(data: U8) -> int:
    """Return how many lines bytes hold at most."""
    lines = 1
    for byte in data:
        if byte == _NEWLINE:
            lines += 1
    return lines


@njit
def scan_rows(
    data: U8, first: int, separator: int, fields: int, slots: I64, starts: I64, ends: I64
) -> tuple[int, int, int, int]:
    """Find the fields of the rows from byte `first` on, as many rows as `starts` has.

    Args:
        data: The text.
        first: Where a line begins.
        separator: The byte between fields.
        fields: How many a row has.
        slots: int64[fields], the column of `starts` and `ends` a field goes to; -1: not wanted.
        starts, ends: int64[rows, columns], filled with first byte and the one after the last.
    Returns:
        Rows filled, byte of the next row, why it stopped (DONE: full or end), fields of that row.
    """
    size, row, at = data.size, 0, first
    while row < starts.shape[0] and at < size:
        end = at
        field, begin = 0, at
        while True:
            over = end >= size or data[end] == _NEWLINE
            if over or data[end] == separator:
                if field < fields and slots[field] >= 0:
                    stop = end
                    if over and stop > begin and data[stop - 1] == _RETURN:
                        stop -= 1
                    starts[row, slots[field]] = begin
                    ends[row, slots[field]] = stop
                field += 1
                begin = end + 1
                if over:
                    break
            end += 1
        if field != fields:
            if _blank(data, at, end):
                only_blank_left = _blank(data, end, size)
                return row, size if only_blank_left else at, 0 if only_blank_left else BLANK, 0
            return row, at, TOO_FEW if field < fields else TOO_MANY, field
        row += 1
        at = end + 1
    return row, at, DONE, 0


@njit
def _blank(data: U8, first: int, end: int) -> bool:
    for i in range(first, min(end, data.size)):
        byte = data[i]
        if byte not in (_SPACE, _TAB, _RETURN, _NEWLINE):
            return False
    return True


@njit
def read_decimals(data: U8, starts: I64, ends: I64, mark: int, out: F64) -> int:
    """Read one decimal a row; `mark` is the byte before the fraction.

    Returns:
        READ_ALL, or the first row that holds no number.
    """
    for row in range(out.size):
        i, end = starts[row], ends[row]
        while i < end and data[i] == _SPACE:
            i += 1
        while end > i and data[end - 1] == _SPACE:
            end -= 1
        negative = i < end and data[i] == _MINUS
        if negative or (i < end and data[i] == _PLUS):
            i += 1
        mantissa, exponent, digits, after_mark = 0, 0, 0, False
        while i < end:
            byte = data[i]
            if _ZERO <= byte <= _NINE:
                digits += 1
                if mantissa < _MAX_MANTISSA // 10:
                    mantissa = mantissa * 10 + (byte - _ZERO)
                    exponent -= after_mark
                else:
                    exponent += not after_mark
            elif byte == mark and not after_mark:
                after_mark = True
            else:
                break
            i += 1
        if digits == 0:
            return row
        if i < end and data[i] in (69, 101):  # E, e
            power, i = _signed(data, i + 1, end)
            exponent += power
        if i != end or abs(exponent) > 22:
            return row
        value = mantissa / _POWERS[-exponent] if exponent < 0 else mantissa * _POWERS[exponent]
        out[row] = -value if negative else value
    return READ_ALL


@njit
def _signed(data: U8, i: int, end: int) -> tuple[int, int]:
    """Return a whole number of at most three digits with its sign, and the byte after it."""
    negative = i < end and data[i] == _MINUS
    if negative or (i < end and data[i] == _PLUS):
        i += 1
    value, first = 0, i
    while i < end and _ZERO <= data[i] <= _NINE and i - first < 3:
        value = value * 10 + (data[i] - _ZERO)
        i += 1
    return (-value if negative else value), (i if i > first else -1)


@njit
def read_times(data: U8, starts: I64, ends: I64, order: int, out: I64, zones: I64) -> int:
    """Read one time a row: seconds since 1970, of UTC where the time states an offset.

    Read are year first, or day or month first by `order`, each with time of day or without; dates
    and times without marks (20170131 235900); seconds and milliseconds since 1970; offsets such as
    Z, +00:00, GMT-0500. zones gets the offset in seconds, or NO_ZONE.

    Returns:
        READ_ALL, or the first row that holds no time.
    """
    values, lengths = np.zeros(7, np.int64), np.zeros(7, np.int64)
    for row in range(out.size):
        end = ends[row]
        while end > starts[row] and data[end - 1] == _SPACE:
            end -= 1
        groups, i = _groups(data, starts[row], end, values, lengths)
        seconds = _moment(values, lengths, groups, order)
        zone, afternoon, i = _tail(data, i, end)
        if seconds < 0 or i != end:
            return row
        if afternoon:  # 1: AM, 2: PM
            hour = seconds // 3600 % 24
            if hour > 12 or hour == 0:
                return row
            seconds += 3600 * (12 * (afternoon - 1) - (12 if hour == 12 else 0))
        zones[row] = zone
        out[row] = seconds if zone == NO_ZONE else seconds - zone
    return READ_ALL


@njit
def _groups(data: U8, i: int, end: int, values: I64, lengths: I64) -> tuple[int, int]:
    """Read groups of digits with the marks of dates between them; return their number, the end."""
    found, marks = 0, 0
    while i < end:
        byte = data[i]
        if _ZERO <= byte <= _NINE:
            if found == 7:
                return 0, i
            value, first = 0, i
            while i < end and _ZERO <= data[i] <= _NINE:
                value = value * 10 + (data[i] - _ZERO)
                i += 1
                if i - first > 14:
                    return 0, i
            values[found], lengths[found] = value, i - first
            found += 1
            marks = 0
            continue
        zone = byte == _PLUS or (byte == _MINUS and found >= 5)
        letter = byte >= 65 and not (byte == 84 and found == 3)  # T between date and time
        if found == 0 or zone or letter or marks == 2:
            break
        marks += 1
        i += 1
    return found, i


@njit
def _moment(values: I64, lengths: I64, groups: int, order: int) -> int:
    """Return seconds since 1970 of groups of digits, -1 if they make no time."""
    if groups == 0:
        return -1
    whole = groups == 1 or (groups == 2 and values[1] == 0 and lengths[1] <= 9)
    if whole and 9 <= lengths[0] <= 11:
        return int(values[0])
    if whole and lengths[0] == 13:
        return int(values[0] // 1000)
    if lengths[0] in (8, 12, 14):
        return _unmarked(values, lengths, groups)
    if groups not in (3, 5, 6, 7) or (groups == 7 and values[6] != 0):
        return -1
    year, month, day = values[0], values[1], values[2]
    if lengths[0] != 4:
        if lengths[2] != 4:
            return -1
        year = values[2]
        day, month = values[0], values[1]
        if order == MONTH_FIRST:
            day, month = month, day
    clock, sound = 0, True
    if groups >= 5:
        second = values[5] if groups >= 6 else 0
        clock = values[3] * 3600 + values[4] * 60 + second
        sound = values[4] < 60 and second < 60
    return _seconds(year, month, day, clock, sound)


@njit
def _unmarked(values: I64, lengths: I64, groups: int) -> int:
    """Return seconds since 1970 of 20170131, 20170131 2359, 20170131235900 and the like."""
    date, clock, digits = values[0], 0, lengths[0] - 8
    if digits > 0:
        clock = date % 10**digits
        date //= 10**digits
    if groups == 2 and digits == 0:
        clock, digits = values[1], lengths[1]
    elif groups > 1:
        return -1
    if digits not in (0, 4, 6):
        return -1
    if digits == 4:
        clock *= 100
    hour, minute, second = clock // 10_000, clock // 100 % 100, clock % 100
    seconds = hour * 3600 + minute * 60 + second
    return _seconds(
        date // 10_000, date // 100 % 100, date % 100, seconds, minute < 60 and second < 60
    )


@njit
def _seconds(year: int, month: int, day: int, clock: int, sound: bool) -> int:
    """Return seconds since 1970 of a date and a time of day, -1 if there is no such time."""
    if not sound or clock >= 86_400 or not 1 <= month <= 12 or not 1970 <= year <= 2200:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 30 + (month + month // 8) % 2 if month != 2 else 28 + leap
    if not 1 <= day <= longest:
        return -1
    # Days of the civil calendar with years that begin in March, so that the leap day comes last.
    shifted = year - (month <= 2)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + day_of_year - 719_468
    return days * 86_400 + clock


@njit
def _tail(data: U8, i: int, end: int) -> tuple[int, int, int]:
    """Return the offset in seconds or NO_ZONE, 1 for AM or 2 for PM, and the byte after them."""
    while i < end and data[i] == _SPACE:
        i += 1
    if i == end:
        return NO_ZONE, 0, i
    if i + 2 == end and data[i + 1] == 77 and data[i] in (65, 80):
        return NO_ZONE, 1 if data[i] == 65 else 2, end
    named = False
    if data[i] == 90:  # Z
        return 0, 0, i + 1
    if i + 3 <= end and (
        (data[i] == 71 and data[i + 1] == 77 and data[i + 2] == 84)  # GMT
        or (data[i] == 85 and data[i + 1] == 84 and data[i + 2] == 67)  # UTC
    ):
        named = True
        i += 3
    if i == end and named:
        return 0, 0, i
    sign = -1 if data[i] == _MINUS else 1
    if data[i] not in (_MINUS, _PLUS):
        return NO_ZONE, 0, -1
    i += 1
    value, digits = 0, 0
    while i < end and (_ZERO <= data[i] <= _NINE or (data[i] == _COLON and digits == 2)):
        if data[i] != _COLON:
            value = value * 10 + (data[i] - _ZERO)
            digits += 1
        i += 1
    minutes = value % 100 if digits == 4 else 0
    hours = value // 100 if digits == 4 else value
    if digits not in (1, 2, 4) or hours > 14 or minutes > 59:
        return NO_ZONE, 0, -1
    return sign * (hours * 3600 + minutes * 60), 0, i
