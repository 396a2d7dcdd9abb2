"""How the bundled sample was made: run once by hand on the CSV of gym-anytrading 2.0.0.

python genfx/data/make_sample.py FOREX_EURUSD_1H_ASK.csv EURUSD_H1_2017.csv.gz
"""

from __future__ import annotations

import csv
import gzip
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

SPREAD_POINTS = 10
POINT = Decimal("0.00001")


def convert(row: dict[str, str]) -> str:
    """Return a bid bar of the sample for an ask bar of the source."""
    time = datetime.strptime(row["Time"], "%d.%m.%Y %H:%M:%S.%f")
    asks = (Decimal(row[name]) for name in ("Open", "High", "Low", "Close"))
    bids = ",".join(f"{ask - SPREAD_POINTS * POINT:.5f}" for ask in asks)
    ticks = round(float(row["Volume"]) / 1e6)
    return f"{time:%Y-%m-%d %H:%M},{bids},{ticks},{SPREAD_POINTS}\n"


def main(source: Path, target: Path) -> None:
    """Convert the source file; the same source gives the same bytes."""
    with source.open(newline="") as file:
        lines = [convert(row) for row in csv.DictReader(file)]
    text = "time,open,high,low,close,volume,spread\n" + "".join(lines)
    target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
