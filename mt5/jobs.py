"""An unattended test: files into the terminal's data folder, compile, run, read the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backtest.files import write_whole
from codegen.mql5.tester_ini import TesterRun, emit_ini
from dsl.errors import DataError
from mt5.compiling import CompileLog, compile_command, compile_source
from mt5.installation import Terminal
from mt5.report import Mt5Report, read_report
from mt5.running import Command, Runner

FOLDER = "genfx"  # of our own files in the terminal's folders
_SUFFIXES = (".htm", ".html")


@dataclass(frozen=True, slots=True)
class Job:
    """What is tested.

    name: Of its files: letters, digits and _. expert, parameters: The .mq5 and .set as bytes. run:
    The settings, with `run_settings` of the name.
    """

    name: str
    expert: bytes
    parameters: bytes
    run: TesterRun


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of it: the log of the compiler, the report, and where that lies."""

    log: CompileLog
    report: Mt5Report
    report_path: Path


def run_settings(name: str) -> tuple[str, str, str]:
    """Return expert, parameters and report of a TesterRun, as MetaTrader wants them."""
    return f"{FOLDER}\\{name}", f"{FOLDER}_{name}.set", f"{FOLDER}\\{name}{_SUFFIXES[0]}"


def job_files(job: Job) -> dict[Path, bytes]:
    """Return the files of a test, by their paths in the terminal's data folder."""
    return {
        Path("MQL5", "Experts", FOLDER, f"{job.name}.mq5"): job.expert,
        Path("MQL5", "Profiles", "Tester", f"{FOLDER}_{job.name}.set"): job.parameters,
        Path(FOLDER, f"{job.name}.ini"): emit_ini(job.run),
    }


def write_job(job: Job, folder: Path) -> tuple[Path, ...]:
    """Write the files of a test into a data folder, or any other; return their paths."""
    paths = []
    for path, content in job_files(job).items():
        write_whole(folder / path, content)
        paths.append(folder / path)
    return tuple(paths)


def job_commands(job: Job, terminal: Terminal) -> tuple[Command, Command]:
    """Return the commands of a test: compile, run."""
    source, _, settings = (terminal.data / path for path in job_files(job))
    switches = [("config", str(settings))] + ([("portable", "")] if terminal.portable else [])
    return compile_command(terminal, source), Command(terminal.program, tuple(switches))


def run_job(
    job: Job,
    terminal: Terminal,
    runner: Runner,
    limit_s: float,
    progress: Callable[[str, float], None],
) -> JobResult:
    """Run a test in a terminal and return its report.

    Args:
        limit_s: Seconds for the tester.
        progress: Told what is done, and for how many seconds.
    Raises:
        DataError: A step failed; the message names it and where to look.
    """
    source, *_ = write_job(job, terminal.data)
    log = compile_source(terminal, source, runner, lambda s: progress("compiling", s))
    places = _report_paths(job, terminal)
    for old in places:
        old.unlink(missing_ok=True)
    runner(job_commands(job, terminal)[1], limit_s, lambda s: progress("testing", s))
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise DataError(
            f"the tester left no report ({places[0]})",
            hint="close every terminal that runs from this folder, and see its journals in "
            f"{terminal.data / 'logs'} and {terminal.data / 'Tester' / 'logs'}",
        )
    return JobResult(log, read_report(path), path)


def _report_paths(job: Job, terminal: Terminal) -> tuple[Path, ...]:
    folders = dict.fromkeys((terminal.data, terminal.program.parent))
    return tuple(
        folder / FOLDER / f"{job.name}{suffix}" for folder in folders for suffix in _SUFFIXES
    )
