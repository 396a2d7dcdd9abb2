"""`genfx verify`, `genfx selftest parity`, and what a run says of the text it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from backtest.bars import Bars
from backtest.history.store import write_bars
from backtest.resample import resampled
from codegen.evaluate import Evaluator
from codegen.host import compiler
from codegen.mql5.emit import emit_mql5
from codegen.verify.experts import compiler_problem
from codegen.verify.selftest import Outcome
from dsl.layout import Drawing
from dsl.text.lower import parse
from genfx import api
from genfx.cli.app import app
from genfx.config.file import Config
from genfx.diagram.layouts import boxes_file
from genfx.exports import ANY_MARKET, market_facts
from genfx.markets import market, span_markets
from genfx.runs import proofs
from genfx.runs.finalists import Finalist, span_result
from genfx.verify.subject import deposit_note, finer_note, with_input_values

needs_compiler = pytest.mark.skipif(bool(compiler_problem()), reason="no C++ compiler")

TEXT = """strategy "Two averages" {
    input fast = 10 in 5..60
    enter long when ema(close, fast) crosses above ema(close, 30)
    enter short when ema(close, fast) crosses below ema(close, 30)
    stop loss 300 points
    take profit 400 points
    size 0.1 lots
}"""
STRATEGY = parse(TEXT)
SOURCE = emit_mql5(STRATEGY)


def genfx(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def written(folder: Path, text: str, name: str = "ea.mq5") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@needs_compiler
@pytest.mark.parametrize("form", ["boxes.json", "fan.formula"])
def test_strategies_of_every_form_are_replayed(tmp_path: Path, form: str) -> None:
    texts = {
        "boxes.json": boxes_file(Drawing(STRATEGY)).decode(),
        "fan.formula": "Buy = OPEN(0) > EMA_OPEN_9(0)\nSell = OPEN(0) < EMA_OPEN_9(0)\n",
    }
    file = written(tmp_path, texts[form], form)
    assert "Equal:" in genfx("verify", file, "--data", "sample").stdout


@needs_compiler
def test_a_strategy_trades_as_its_text(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT, "two.strat")
    found = genfx("verify", file, "--data", "sample", "--deals", 3, "--plot")
    assert re.search(r"Equal:\S* all \d+ deals", found.stdout)
    assert "come from the same" in found.stdout
    assert "equity at the close of each bar, engine" in found.stdout
    assert re.search(r"^1 +2017-\d\d-\d\d \d\d:\d\d +(buy|sell) in ", found.stdout, re.MULTILINE)


def test_a_replay_on_another_account_than_the_header_states_is_told() -> None:
    whole = market(Config(), api.load_bars("sample"))
    own = emit_mql5(STRATEGY, market_facts(whole, Config().fitness.settings(), 1).mql5)
    assert deposit_note(own, whole) == ""
    assert deposit_note(SOURCE, whole) == ""
    richer = replace(whole, account=replace(whole.account, deposit=123.0))
    assert "123.00 USD" in deposit_note(own, richer)
    assert f"{whole.account.deposit:.2f} USD" in deposit_note(own, richer)


@needs_compiler
def test_edited_inputs_are_followed_and_edited_code_is_found(tmp_path: Path) -> None:
    inputs = written(tmp_path, SOURCE.replace("InpFast = 10;", "InpFast = 12;"))
    found = json.loads(genfx("verify", inputs, "--data", "sample", "--json").stdout)
    assert found["equal"]
    assert found["notes"] == ["InpFast = 12 (emitted: 10)"]

    code = written(tmp_path, SOURCE.replace("InpFast, 0, MODE_EMA", "InpFast, 0, MODE_SMA"))
    found = json.loads(genfx("verify", code, "--data", "sample", "--json", code=1).stdout)
    assert not found["equal"]
    assert found["divergence"]["cause"] == "indicator value"
    assert found["divergence"]["text"].startswith("ema_1, ema(close, 10): engine 1.06")
    assert found["divergence"]["engine"]["values"]["ema_1"] > 0
    shown = genfx("verify", code, "--data", "sample", code=1).stdout
    assert "Cause: indicator value." in shown
    assert "is not as genfx wrote it" in " ".join(shown.split())


@needs_compiler
def test_equal_deals_of_changed_code_are_said_to_prove_less(tmp_path: Path) -> None:
    live_only = SOURCE.replace("#define PAUSE_MS         250", "#define PAUSE_MS         999")
    assert live_only != SOURCE
    shown = genfx("verify", written(tmp_path, live_only), "--data", "sample").stdout
    assert "Equal:" in shown
    assert "But its code was changed" in shown
    assert "But its code" not in genfx("verify", written(tmp_path, SOURCE)).stdout


@needs_compiler
def test_what_is_no_mql5_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    wrong = written(tmp_path, SOURCE.replace("PositionsTotal()", "PositionTotal()"), "mine.mq5")
    told = genfx("verify", wrong, "--data", "sample", code=2).stderr
    assert "mine.mq5:" in told
    assert "expert.mq5:" not in told


def test_bars_of_one_minute_that_make_other_bars_are_told() -> None:
    whole = market(Config())
    made = resampled(whole.bars, 14_400)
    fitting = replace(whole, bars=made, finer=whole.bars, first=0, last=-1)
    assert not finer_note(fitting)
    other = replace(made, close=np.where(np.arange(len(made)) == 9, made.low, made.close))
    assert "do not make up 1 of the" in finer_note(replace(fitting, bars=other))


@needs_compiler
def test_a_set_file_gives_the_inputs(tmp_path: Path) -> None:
    values = written(tmp_path, "InpFast=14||5||1||60||Y\n", "mine.set")
    found = json.loads(
        genfx("verify", written(tmp_path, SOURCE), "--inputs", values, "--json").stdout
    )
    assert found["equal"]
    assert found["notes"] == ["InpFast = 14 (emitted: 10)"]
    whole = written(tmp_path, "MaxSlippage=0\nServerShift=0\nInpFast=10\n", "whole.set")
    same = genfx("verify", written(tmp_path, SOURCE), "--set", whole, "--json").stdout
    assert json.loads(same)["notes"] == []
    unknown = written(tmp_path, "InpFats=14\n", "other.set")
    said = genfx("verify", written(tmp_path, SOURCE), "--inputs", unknown, code=2).stderr
    assert "has no input InpFats" in said
    assert "InpFast" in said


def test_values_replace_those_of_the_text_and_nothing_else() -> None:
    text = 'input int InpFast = 10; // 10 in 5..10\ninput string InpNote = "a"; // a\n'
    found = with_input_values(text, {"InpFast": "12", "InpNote": 'C:\\x "y"'})
    assert found.split("\n")[0] == "input int InpFast = 12; // 10 in 5..10"
    assert found.split("\n")[1] == r'input string InpNote = "C:\\x \"y\""; // a'


@needs_compiler
def test_minutes_decide_bars_that_touch_both_levels(tmp_path: Path) -> None:
    hours = api.load_bars("sample")
    write_bars(tmp_path / "m1.npz", minutes(hours))
    file = written(tmp_path, TEXT.replace("300", "30").replace("400", "30"), "tight.strat")
    arguments = ("verify", file, "--data", "sample", "--mode", "m1-ohlc")
    found = json.loads(genfx(*arguments, "--finer", tmp_path / "m1.npz", "--json").stdout)
    assert found["equal"]
    assert found["open_prices"]["equal"]
    assert found["engine"]["net_profit"] != found["open_prices"]["engine"]["net_profit"]
    assert "give them with --finer" in genfx(*arguments, code=2).stderr


def minutes(hours: Bars) -> Bars:
    """Return four bars in each hour: open to high, to low, to close."""
    time = (hours.time[:, None] + np.arange(4) * 900).ravel()
    ends = np.column_stack([hours.open, hours.high, hours.low, hours.close])
    first = np.column_stack([ends[:, 0], ends[:, 0], ends[:, 1], ends[:, 2]]).ravel()
    last = np.column_stack([ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3]]).ravel()
    high, low = np.maximum(first, last), np.minimum(first, last)
    volume, spread = (np.repeat(column, 4) for column in (hours.tick_volume, hours.spread))
    return Bars("EURUSD", 900, hours.digits, time, first, high, low, last, volume, spread)


def test_without_a_compiler_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codegen.host.compiler.shutil.which", lambda _: None)
    monkeypatch.setattr(compiler, "find_spec", lambda _: None)
    compiler.find_compiler.cache_clear()
    try:
        file = written(tmp_path, TEXT, "two.strat")
        said = genfx("verify", file, "--data", "sample", code=2).stderr
        assert "nothing can be replayed: no C++ compiler was found" in said
        assert "genfx[verify]" in said
        assert "no C++ compiler" in genfx("selftest", "parity", code=2).stderr
        (proof,) = proofs.proofs([finalist()], ANY_MARKET, wanted=True)
        assert proof.word == "not verified"
        assert proof.text == "not verified: no C++ compiler was found"
    finally:
        compiler.find_compiler.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "none.mq5"], "none.mq5: cannot be read"),
        (["verify", "EMPTY", "--deals", "some"], "wants a number of deals, or all"),
        (["verify", "EMPTY"], "holds no strategy of genfx"),
        (["verify", "FOLDER"], "is no run folder"),
        (["verify", "FOLDER", "--spread", "0"], "--spread: a run's folder is replayed with the"),
    ],
)
def test_what_cannot_be_verified_is_refused(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    places = {"EMPTY": written(tmp_path, "int OnInit() { return(0); }"), "FOLDER": tmp_path}
    known = [str(places.get(argument, argument)) for argument in arguments]
    assert said in " ".join(genfx(*known, code=2).stderr.split())


def finalist() -> Finalist:
    config = Config()
    spans = span_markets(market(config, api.load_bars("sample")), config, "test").named()
    return Finalist(
        1,
        STRATEGY,
        tuple(span_result(name, one, Evaluator(one), STRATEGY) for name, one in spans),
    )


@needs_compiler
def test_a_run_states_how_many_deals_were_equal() -> None:
    best = finalist()
    (proof,) = proofs.proofs([best], ANY_MARKET, wanted=True)
    deals = sum(len(span.result.deals) for span in best.spans)
    assert proof.verified is True
    assert proof.deals == deals > 100
    assert proof.text.startswith(f"verified: {deals} deals equal (in-sample, gate, holdout")
    (off,) = proofs.proofs([best], ANY_MARKET, wanted=False)
    assert off.text == "not verified: switched off by output.verify"


@needs_compiler
def test_a_text_that_trades_otherwise_is_called_different(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(STRATEGY, inputs=(replace(STRATEGY.inputs[0], value=11),))
    monkeypatch.setattr(proofs, "emit_mql5", lambda strategy, facts: emit_mql5(other, facts))
    (proof,) = proofs.proofs([finalist()], ANY_MARKET, wanted=True)
    assert proof.word == "different"
    assert proof.text.startswith("DIFFERENT: in-sample, deal 3: indicator value: ema_1")


@needs_compiler
def test_the_selftest_names_what_it_did() -> None:
    arguments = ("--first", 2, "--count", 3, "--seed", 5, "--json")
    found = json.loads(genfx("selftest", "parity", *arguments).stdout)
    assert found["different"] == []
    assert (found["first"], found["count"], found["next"]) == (2, 3, None)
    assert found["deals"] > 0
    assert sum(found["coverage"]["mode"].values()) == 3
    assert found["coverage"]["node type"]["expert"] == 3
    assert "node type sqrt" in found["never"]
    assert re.fullmatch("[0-9a-f]{12}", found["sources"])


OUTCOMES = [
    Outcome(7, "EURUSD", 12, meant=True, features=(("mode", "open-prices"),)),
    Outcome(8, "INDEX", 0, "fill", "deal 3: stop [loss]"),
]


def proof_of(
    monkeypatch: pytest.MonkeyPatch,
    *outcomes: Outcome,
    end: type[BaseException] = KeyboardInterrupt,
) -> None:
    def selftest(*_: object, workers: int) -> Iterator[list[Outcome]]:
        yield list(outcomes)
        if len(outcomes) < 2:
            raise end

    monkeypatch.setattr("codegen.verify.selftest.selftest", selftest)


@needs_compiler
def test_a_case_that_differs_is_named_with_the_command_that_plays_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof_of(monkeypatch, *OUTCOMES)
    arguments = ("selftest", "parity", "--first", 7, "--count", 2, "--seed", 4)
    lines = genfx(*arguments, code=1).stdout.splitlines()
    at = lines.index("case 8 (INDEX): fill: deal 3: stop [loss]")
    assert lines[at + 1] == "  genfx selftest parity --seed 4 --only 8"
    assert lines[at + 2].startswith("2 of 2 strategies, 1 differ")
    assert "12 deals compared" in lines[-2]
    found = genfx(*arguments, "--json", code=1)
    assert json.loads(found.stdout)["different"][0]["number"] == 8
    assert "case 8 (INDEX)" in found.stderr


@needs_compiler
def test_a_selftest_that_is_broken_off_sums_up_and_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof_of(monkeypatch, OUTCOMES[0])
    arguments = ("selftest", "parity", "--first", 7, "--count", 10, "--seed", 4)
    said = genfx(*arguments, code=130).stdout
    assert "1 strategies, 1 of them trade, 12 deals compared" in said
    assert "the rest: genfx selftest parity --seed 4 --first 8 --count 9" in said
    assert json.loads(genfx(*arguments, "--json", code=130).stdout)["next"] == 8
    proof_of(monkeypatch, OUTCOMES[0], end=BrokenProcessPool)
    found = genfx(*arguments, code=130)
    assert "a worker process was killed" in found.stderr
    assert "the rest: genfx selftest parity --seed 4 --first 8 --count 9" in found.stdout


@needs_compiler
def test_a_case_of_the_selftest_can_be_played_again(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    said = genfx("selftest", "parity", "--seed", 5, "--only", 1, "--out", folder).stdout
    assert "Equal:" in said
    config = (folder / "case.toml").read_text()
    command = config.splitlines()[0].removeprefix("# genfx ").replace("case.", f"{folder}/case.")
    words = re.findall(r'"[^"]*"|\S+', command)
    found = json.loads(genfx(*(word.strip('"') for word in words), "--json").stdout)
    assert found["equal"]


@pytest.mark.slow
@needs_compiler
def test_workers_do_not_change_what_the_selftest_finds() -> None:
    arguments = ("selftest", "parity", "--count", 60, "--seed", 6, "--json")
    one, two = (json.loads(genfx(*arguments, "--workers", workers).stdout) for workers in (1, 2))
    for found in (one, two):
        del found["seconds"], found["workers"]
    assert one == two
