"""Where bars come from: the user's files, or the sample that ships with genfx."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from backtest.bars import Bars
from backtest.history.reading import STORED_SUFFIX, ImportOptions, read_bars

SAMPLE = "sample"
SAMPLE_FILE = "data/EURUSD_H1_2017.csv.gz"


def sample_path() -> Path:
    """Return the file of the bundled sample."""
    return Path(str(resources.files("genfx") / SAMPLE_FILE))


def knows_itself(source: str) -> bool:
    """Tell whether bars state symbol, digits and clock themselves, as the sample and .npz do."""
    return source == SAMPLE or source.endswith(STORED_SUFFIX)


def load_bars(source: str | Path, options: ImportOptions | None = None) -> Bars:
    """Return the bars of a file, or of the bundled sample when `source` is "sample"."""
    if str(source) == SAMPLE:
        return read_bars(sample_path(), ImportOptions(symbol="EURUSD", timezone="UTC"))
    return read_bars(Path(source), options)
