"""Emitted EAs read back: the same strategy, edits of inputs included, changed code told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codegen.mql5.emit import emit_mql5
from codegen.mql5.portfolio import emit_portfolio, portfolio_parts
from codegen.mql5.portfolio_reading import is_portfolio, read_portfolio
from codegen.mql5.reading import ReadExpert, decoded_source, read_expert
from dsl.errors import CodegenError, GenfxError
from dsl.parametrize import parametrize
from dsl.strategy import with_values
from dsl.text.lower import parse
from genfx.cli.app import app
from genfx.verify.subject import portfolio_subject
from tests.support.ea_examples import FACTS, examples

STRATEGIES = examples()
SOURCES = {name: emit_mql5(strategy, FACTS) for name, strategy in STRATEGIES.items()}
CROSS = SOURCES["cross"]
each_example = pytest.mark.parametrize("name", STRATEGIES)


def edited(source: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def read(source: str) -> ReadExpert:
    return read_expert(source, "EA.mq5")


@each_example
def test_an_emitted_expert_gives_its_strategy_back(name: str) -> None:
    found = read(SOURCES[name])
    assert found.strategy == STRATEGIES[name]
    assert found.strategy.strategy_id == STRATEGIES[name].strategy_id
    assert (found.edits, found.changed) == ((), "")


@each_example
def test_one_changed_line_anywhere_is_told(name: str) -> None:
    lines = SOURCES[name].split("\n")
    counted = [i for i, line in enumerate(lines) if i and not line.startswith("input ")]
    for number in counted[::53]:
        changed = [*lines[:number], lines[number] + " int x;", *lines[number + 1 :]]
        try:
            assert read("\n".join(changed)).changed != ""
        except GenfxError:
            continue  # the line belongs to the strategy or to an input


def test_edited_inputs_make_another_strategy_with_the_same_ranges() -> None:
    found = read(edited(CROSS, ("InpFast = 12;", "InpFast = 7;"), ("InpSlow = 26;", "InpSlow=30;")))
    assert found.strategy == with_values(STRATEGIES["cross"], {"fast": 7, "slow": 30})
    assert found.emitted == STRATEGIES["cross"]
    assert found.changed == ""
    assert [(edit.name, edit.emitted, edit.value) for edit in found.edits] == [
        ("InpFast", "12", "7"),
        ("InpSlow", "26", "30"),
    ]


def test_money_and_account_rules_are_inputs_too() -> None:
    found = read(edited(CROSS, ("Lots = 0.1;", "Lots = 0.3;"), ("Slippage = 0;", "Slippage = 4;")))
    text = (
        'strategy "EMA cross" { enter long when close > open size 0.3 lots max slippage 4 points}'
    )
    wanted = parse(text)
    assert found.strategy.port("size") is wanted.port("size")
    assert found.strategy.rule("max_slippage") == 4
    evolved = SOURCES["evolved"]
    limit = "InpTradesPerDay = 2;"
    assert (
        read(edited(evolved, (limit, "InpTradesPerDay = 5;"))).strategy.rule("trades_per_day") == 5
    )


def test_magic_and_clock_belong_to_no_strategy_a_comment_changes_no_trade() -> None:
    emitted = emit_mql5(STRATEGIES["cross"], replace(FACTS, magic=77))
    changes = (("Shift = 0;", "Shift = -2;"), ('= "EMA cross";', '= "my \\"best\\" \\x00E9 ;//";'))
    found = read(edited(emitted, *changes))
    assert (found.magic, found.server_shift, found.comment) == (77, -2, 'my "best" é ;//')
    assert found.strategy.strategy_id == STRATEGIES["cross"].strategy_id
    assert found.strategy.looks == (("trade_comment", 'my "best" é ;//'),)
    assert [edit.name for edit in found.edits] == ["TradeComment"]
    assert found.changed == ""


def test_colours_of_arrows_are_edited_too() -> None:
    found = read(edited(CROSS, ("LongColor = C'30,144,255';", "LongColor = C'1,2,3';")))
    again = read(emit_mql5(found.strategy, FACTS))
    assert again.strategy == found.strategy
    assert "C'1,2,3'" in emit_mql5(found.strategy, FACTS)


def test_a_value_beyond_its_range_widens_the_range() -> None:
    found = read(edited(CROSS, ("InpFast = 12;", "InpFast = 80;")))
    spec = found.strategy.inputs[0]
    assert (spec.value, spec.low, spec.high) == (80, 5, 80)


def test_line_ends_blanks_and_a_remark_behind_an_input_do_not_count() -> None:
    loose = edited(CROSS, ("; // Fast average, bars", ";   // faster")).replace("\n", " \n")
    assert read(loose).changed == ""
    for encoding in ("utf-8-sig", "utf-16"):
        content = CROSS.replace("\n", "\r\n").encode(encoding)
        assert read(decoded_source(content, "EA.mq5")).changed == ""


def test_changed_code_is_named_by_line_and_by_what_genfx_writes() -> None:
    found = read(edited(CROSS, ("   volume = MathFloor(", "   volume = MathCeil(")))
    line = CROSS[: CROSS.index("volume = MathFloor(")].count("\n") + 1
    assert found.changed.startswith(f"line {line}: '   volume = MathCeil(")
    assert "MathFloor" in found.changed


def test_a_changed_strategy_in_the_header_is_told() -> None:
    old = "//|        size 0.1 lots"
    assert read(edited(CROSS, (old, "//|        size 0.2 lots"))).changed != ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("InpFast = 12;", "InpFast = 0;", "InpFast = 0: "),
        ("InpFast = 12;", "InpFast = 1_2;", "InpFast = 1_2 cannot be read"),
        ("InpFast = 12;", "InpFast = 1.5;", "InpFast = 1.5 cannot be read"),
        ("Lots = 0.1;", "Lots = nan;", "Lots = nan cannot be read"),
        ("Lots = 0.1;", "Lots = 1e999;", "Lots = inf: "),
        ("input double Lots", "input float Lots", "is float; its strategy wants double"),
        ("input int InpFast", "int InpFast", "input InpFast of its strategy is missing"),
        ("input int InpFast", "input int InpFaster", "input InpFast of its strategy is missing"),
        ("input double Lots", "input int More = 1;\ninput double Lots", "More is none of its"),
        ("input double Lots", "input int InpFast = 1;\ninput double Lots", "declared twice"),
        ("The strategy in the language", "A strategy in the language", "holds no strategy"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(CodegenError, match=r"^EA\.mq5") as caught:
        read(edited(CROSS, (old, new)))
    assert message in str(caught.value)


def test_bytes_that_are_no_text_are_told() -> None:
    for content in (b"\xff\xfe\x00", b"\xc3("):
        with pytest.raises(CodegenError, match=r"EA\.mq5: is no utf-"):
            decoded_source(content, "EA.mq5")


def test_the_command_writes_the_strategy_and_refuses_changed_code(tmp_path: Path) -> None:
    expert, out = tmp_path / "EA.mq5", tmp_path / "back.strat"
    expert.write_text(edited(CROSS, ("InpFast = 12;", "InpFast = 7;")))
    result = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "InpFast = 7, was 12" in result.output
    assert parse(out.read_text()) == with_values(STRATEGIES["cross"], {"fast": 7})
    out.write_text("# mine")
    again = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert again.exit_code == 2
    assert out.read_text() == "# mine"
    forced = CliRunner().invoke(app, ["import", str(expert), "--out", str(out), "--force"])
    assert forced.exit_code == 0
    assert out.read_text() != "# mine"
    out.unlink()
    expert.write_text(edited(CROSS, ("   volume = MathFloor(", "   volume = MathCeil(")))
    refused = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert refused.exit_code == 2
    assert not out.exists()
    ignored = CliRunner().invoke(app, ["import", str(expert), "--ignore-changes", "--json"])
    assert ignored.exit_code == 0
    assert STRATEGIES["cross"].strategy_id in ignored.stdout


def test_values_that_are_allowed_only_together_are_read_together() -> None:
    text = 'strategy "x" { enter long when macd(close, 12, 26, 9).line > 0 size 0.1 lots }'
    source = emit_mql5(parametrize(parse(text)), FACTS)
    fast, slow = ("MacdFast = 12;", "MacdFast = 40;"), ("MacdSlow = 26;", "MacdSlow = 60;")
    assert {edit.value for edit in read(edited(source, fast, slow)).edits} == {"40", "60"}
    with pytest.raises(CodegenError, match="MacdFast = 40: macd does not allow"):
        read(edited(source, fast))
    wrong = ("MacdSignal = 9;", "MacdSignal = 0;")
    with pytest.raises(CodegenError, match="MacdSignal = 0: "):
        read(edited(source, fast, slow, wrong))


PARTS = portfolio_parts([STRATEGIES["cross"], STRATEGIES["evolved"]], (0.25, 0.5), 900)
PORTFOLIO = emit_portfolio(PARTS, FACTS, 5000.0)


def test_a_portfolio_gives_all_its_parts_back() -> None:
    found = read_portfolio(PORTFOLIO, "both.mq5")
    assert found.parts == PARTS
    assert (found.edits, found.changed, found.server_shift) == ((), "", 0)
    assert is_portfolio(PORTFOLIO)
    assert not is_portfolio(CROSS)


def test_edited_inputs_of_a_portfolio_go_to_their_part() -> None:
    changes = (
        ("P1_InpFast = 12;", "P1_InpFast = 7;"),
        ("P1_Lots = 0.1;", "P1_Lots = 0.3;"),
        ("P2_InpTradesPerDay = 2;", "P2_InpTradesPerDay = 5;"),
        ("P2_Weight = 0.5;", "P2_Weight = 0.6;"),
        ("P2_MagicNumber = 901;", "P2_MagicNumber = 44;"),
    )
    first, second = read_portfolio(edited(PORTFOLIO, *changes), "both.mq5").parts
    size = parse('strategy "x" { enter long when close > open size 0.3 lots }').port("size")
    assert first.strategy.inputs == with_values(STRATEGIES["cross"], {"fast": 7}).inputs
    assert first.strategy.port("size") is size
    assert second.strategy.rule("trades_per_day") == 5
    assert (second.weight, second.magic, first.magic) == (0.6, 44, 900)


def test_changed_code_of_a_portfolio_is_named_by_its_line() -> None:
    lines = PORTFOLIO.split("\n")
    row = next(i for i, line in enumerate(lines) if "volume = MathFloor(" in line)
    lines[row] = lines[row].replace("MathFloor", "MathCeil")
    assert read_portfolio("\n".join(lines)).changed.startswith(f"line {row + 1}: ")
    with pytest.raises(CodegenError, match=r"expert:\d+: InpFast = 0: "):
        read_portfolio(edited(PORTFOLIO, ("P1_InpFast = 12;", "P1_InpFast = 0;")))
    with pytest.raises(CodegenError, match="no strategies of a portfolio"):
        read_portfolio(CROSS)


def test_weights_that_are_together_too_much_are_told(tmp_path: Path) -> None:
    expert, out = tmp_path / "both.mq5", tmp_path / "part.strat"
    expert.write_text(edited(PORTFOLIO, ("P2_Weight = 0.5;", "P2_Weight = 0.9;")))
    told = "the weights are together 1.15"
    result = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert told in result.output
    found = portfolio_subject(expert)
    assert found is not None
    assert found.notes[-1].startswith(told)
    assert told not in CliRunner().invoke(app, ["import", str(written(tmp_path))]).output


def written(folder: Path) -> Path:
    """Return the file of a portfolio as it was emitted."""
    path = folder / "same.mq5"
    path.write_text(PORTFOLIO)
    return path


def test_the_command_writes_the_parts_of_a_portfolio(tmp_path: Path) -> None:
    expert, out = tmp_path / "both.mq5", tmp_path / "part.strat"
    expert.write_text(PORTFOLIO)
    result = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert result.exit_code == 0, result.output
    for number, part in enumerate(PARTS, 1):
        written = (tmp_path / f"part_{number}.strat").read_text()
        assert parse(written).strategy_id == part.strategy.strategy_id
    (tmp_path / "part_1.strat").unlink()
    (tmp_path / "part_2.strat").write_text("# mine")
    again = CliRunner().invoke(app, ["import", str(expert), "--out", str(out)])
    assert again.exit_code == 2
    assert not (tmp_path / "part_1.strat").exists()
    shown = CliRunner().invoke(app, ["import", str(expert), "--json"])
    assert [row["magic"] for row in json.loads(shown.stdout)["parts"]] == [900, 901]
