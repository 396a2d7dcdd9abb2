"""A terminal of MetaTrader that runs nothing: it leaves the files that a real one would leave."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mt5.installation import EDITOR, PROGRAM, Terminal
from mt5.positions import Position
from mt5.running import Command
from tests.support.mt5_reports import ReportDeal, ReportFacts, report_page

LOG = """\
{name}.mq5 : information: compiling '{name}.mq5'
{name}.mq5 : information: including C:\\MetaTrader 5\\MQL5\\Include\\Trade\\Trade.mqh
{message}
 : information: generating code 100%
Result: {errors} errors, {warnings} warnings, 415 ms elapsed, cpu='X64 Regular'
"""
_REASONS = {1: "sl", 2: "tp", 3: "so", 11: "end of test"}


def installed(folder: Path, name: str = "D0E8209F77C8CF37AD8BF550E51FF075") -> Terminal:
    """Make the folders of an installed terminal; the folder of data folders is folder/Terminal."""
    home, data = folder / "Program Files" / name[:4], folder / "Terminal" / name
    home.mkdir(parents=True)
    (data / "MQL5" / "Experts").mkdir(parents=True)
    for program in (PROGRAM, EDITOR):
        (home / program).write_bytes(b"MZ")
    (data / "origin.txt").write_bytes(str(home).encode("utf-16"))
    return Terminal(home / PROGRAM, data)


@dataclass
class FakeTerminal:
    """Runs commands: MetaEditor leaves a log and a program, the tester a report of positions."""

    terminal: Terminal
    positions: tuple[Position, ...] = ()
    message: str = ""
    errors: int = 0
    reports: bool = True
    digits: int = 5
    commands: list[str] = field(default_factory=list)

    def __call__(self, command: Command, limit_s: float, progress: Callable[[float], None]) -> None:
        self.commands.append(command.line())
        values = dict(command.switches)
        progress(1.0)
        if command.program.name == EDITOR:
            self._compile(Path(values["compile"]), Path(values["log"]))
        elif self.reports:
            self._test(Path(values["config"]))

    def _compile(self, source: Path, log: Path) -> None:
        assert source.read_text(encoding="utf-8").startswith("//+--")
        text = LOG.format(
            name=source.stem,
            message=self.message,
            errors=self.errors,
            warnings=int("warning" in self.message),
        )
        log.write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
        if not self.errors:
            source.with_suffix(".ex5").write_bytes(b"ex5")

    def _test(self, settings: Path) -> None:
        ini = configparser.ConfigParser(interpolation=None)
        ini.read_string(settings.read_text(encoding="ascii"))
        tester = ini["Tester"]
        data = self.terminal.data
        assert (data / "MQL5" / "Experts" / (tester["Expert"].replace("\\", "/") + ".ex5")).exists()
        assert (data / "MQL5" / "Profiles" / "Tester" / tester["ExpertParameters"]).exists()
        parameters = data / "MQL5" / "Profiles" / "Tester" / tester["ExpertParameters"]
        facts = ReportFacts(
            inputs=tuple(_inputs(parameters.read_bytes().decode("utf-16"))),
            expert=tester["Expert"],
            symbol=tester["Symbol"],
            period=f"{tester['Period']} ({tester['FromDate']} - {tester['ToDate']})",
            start=f"{tester['FromDate']} 00:00:00",
            deposit=float(tester["Deposit"]),
            currency=tester["Currency"],
            leverage=tester["Leverage"],
        )
        page = report_page(facts, deals_of(self.positions, self.digits))
        path = data / tester["Report"].replace("\\", "/")
        path.write_bytes(page.encode("utf-16"))


def _inputs(text: str) -> Iterator[str]:
    """Yield the inputs of a .set file as a report lists them."""
    for line in text.splitlines():
        found = line.removeprefix("; === ").removesuffix(" ===")
        if found != line:
            yield f"=== {found} ==="
        elif not line.startswith(";"):
            yield line.partition("||")[0]


def deals_of(positions: tuple[Position, ...], digits: int) -> tuple[ReportDeal, ...]:
    """Return the deals of positions as a report shows them; exits happen within their bar."""
    made = []
    for position in positions:
        opening, closing = ("buy", "sell") if position.side > 0 else ("sell", "buy")

        def price(points: int) -> str:
            return f"{points / 10**digits:.{digits}f}" if points else ""

        reason = _REASONS.get(position.reason, "")
        level = {1: position.stop, 2: position.target}.get(position.reason, 0)
        made.append(
            ReportDeal(
                _moment(position.opened, 0),
                opening,
                "in",
                position.lots,
                price(position.entry),
                position.commission / 2,
                stop_loss=price(position.stop),
                take_profit=price(position.target),
            )
        )
        made.append(
            ReportDeal(
                _moment(position.closed, 1799 if level else 0),
                closing,
                "out",
                position.lots,
                price(position.exit),
                position.commission / 2,
                position.swap,
                position.profit,
                f"{reason} {price(level)}".strip(),
            )
        )
    return tuple(made)


def _moment(seconds: int, later: int) -> str:
    return f"{datetime.fromtimestamp(seconds + later, UTC):%Y.%m.%d %H:%M:%S}"
