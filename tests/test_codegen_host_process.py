"""Replays in processes of their own: crashes, endless runs and memory end those, and are told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backtest.market import Account, Market, Symbol
from codegen.host import replay as replays
from codegen.host.compiler import CompilerMissing, build, find_compiler
from codegen.host.message import Item, Report, packed
from codegen.host.process import Answer, ask
from codegen.host.replay import replay
from codegen.host.request import course_items, market_items, script_items
from codegen.host.script import SMOOTH
from codegen.verify.markets import nasty_bars
from dsl.errors import CodegenError
from tests.support.crash import CRASH

try:
    find_compiler()
except CompilerMissing:
    pytest.skip("needs a C++ compiler", allow_module_level=True)

GREEDY = """
string texts[];
void OnTick(void)
{
   string text="much";
   for(int i=0; i<22; i++)
      text=text+text;
   const int count=ArrayResize(texts,1000);
   for(int i=0; i<count; i++)
      texts[i]=text;
}
"""
BUSY = """
int turns=0;
void OnTick(void)
{
   for(int i=0; i<90000000; i++)
      turns=turns+i%2;
}
"""
SOUND = """
void OnTick(void)
{
   Print("tick");
}
"""
CRASHING = CRASH + "void OnTick(void)\n{\n   Print(Deeper(1900));\n}\n"
TEXTS = (CRASHING, GREEDY, BUSY, SOUND)


def market() -> Market:
    bars = nasty_bars(np.random.default_rng(3), 60)
    return Market(bars, Symbol("EURUSD", bars.digits), Account())


@pytest.fixture(scope="module")
def program() -> Path:
    return build(TEXTS)


def test_a_crash_is_the_result_of_its_replay_and_the_next_one_runs(program: Path) -> None:
    crashed = replay(program, 0, market())
    assert crashed.problem.startswith("it ended its process: ")
    assert len(crashed.deals) == len(crashed.equity) == 0
    assert len(replay(program, 3, market()).journal) == 60


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_crash_is_named_as_the_system_names_it(program: Path) -> None:
    assert "segmentation fault" in replay(program, 0, market()).problem


@pytest.mark.skipif(sys.platform == "darwin", reason="memory has no limit there")
def test_an_expert_that_takes_all_memory_is_stopped(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "_memory", lambda _: 400 << 20)
    assert replay(program, 1, market()).problem.startswith("out of memory")


def test_an_expert_that_takes_too_long_is_stopped(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "_limit_s", lambda _: 0.3)
    began = time.monotonic()
    assert replay(program, 2, market()).problem == "it did not end within 0.3 seconds"
    assert time.monotonic() - began < 10


WORDY = """
import sys
sys.stderr.write("x" * 1_000_000 + "the end")
sys.stdout.write("answer")
"""


def test_a_process_that_says_much_of_its_failure_is_not_kept_waiting(tmp_path: Path) -> None:
    script = tmp_path / "wordy.py"
    script.write_text(WORDY + "sys.exit(5)\n")
    answer = ask(Path(sys.executable), str(script), 0, b"", 30.0)
    assert answer.content == b"answer"
    assert answer.end.startswith("ended its process: exit status")
    assert answer.end.endswith("xthe end")
    assert len(answer.end) < 2_100


def test_a_crash_while_inputs_are_listed_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    crashed = Answer(b"", "ended its process: segmentation fault")
    monkeypatch.setattr(replays, "ask", lambda *_: crashed)
    with pytest.raises(CodegenError, match="inputs cannot be listed: it ended its process: seg"):
        replays.input_types(Path("crashing.run"), 0)


@pytest.mark.skipif(shutil.which("ps") is None, reason="needs a list of processes")
@pytest.mark.parametrize("end", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_no_process_is_left_behind_when_genfx_is_stopped(
    program: Path, end: signal.Signals
) -> None:
    code = (
        "import sys; from pathlib import Path; from codegen.host.replay import replay;"
        "from tests.test_codegen_host_process import market; print('ready', flush=True);"
        "replay(Path(sys.argv[1]), 2, market())"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert wait_for(lambda: running(program))
        parent.send_signal(end)
        parent.wait()
        assert wait_for(lambda: not running(program))


def running(program: Path) -> bool:
    """Tell whether a process of a program runs."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "args"], capture_output=True, text=True, check=True
    )
    return str(program) in [line.split(" ")[0] for line in listed.stdout.splitlines()]


def wait_for(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; tell whether it did."""
    until = time.monotonic() + 20
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


# --- what both sides tell each other


def refusal(program: Path, request: bytes) -> str:
    with pytest.raises(CodegenError) as caught:
        ask(program, "replay", 3, request, 10.0)
    return str(caught.value)


def test_a_request_that_the_runtime_does_not_know_is_refused(program: Path) -> None:
    items = request_items()
    assert "has no 'swap_long'" in refusal(
        program, packed({name: items[name] for name in items if name != "swap_long"})
    )
    assert "'swap_short' of the request is not of type 'd'" in refusal(
        program, packed(items | {"swap_short": 1})
    )
    assert "'novelty' of the request is not known" in refusal(
        program, packed(items | {"novelty": 1})
    )
    assert "columns of 'bars' are of different lengths" in refusal(
        program, packed(items | {"bars.low": np.zeros(3, dtype=np.int64)})
    )


def test_a_request_that_was_cut_or_is_of_another_version_is_refused(program: Path) -> None:
    whole = packed(request_items())
    assert "another version" in refusal(program, whole.replace(b"genfx 2", b"genfx 1"))
    damaged = whole[:16] + whole[16:].replace(b"swap_long", b"swap_longer")
    assert "the request" in refusal(program, damaged)


def test_a_report_that_is_not_whole_is_not_read() -> None:
    whole = packed({"init_code": 0, "comment": "text", "equity": np.array([1.5, 2.5])})
    report = Report(whole)
    assert report.text("comment") == "text"
    assert report.reals("equity").tolist() == [1.5, 2.5]
    for name in ("leaked", "comment"):
        with pytest.raises(CodegenError, match=f"no '{name}' of type 'i'"):
            report.integer(name)
    for damaged in (b"", whole[:-1], b"x" + whole[1:]):
        with pytest.raises(CodegenError, match="not whole"):
            Report(damaged)


def request_items() -> dict[str, Item]:
    course = course_items(finer_ticks=False, trace_bars=(), memory=1 << 30)
    return market_items(market()) | script_items(SMOOTH) | course
