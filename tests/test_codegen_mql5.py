"""Emitted Expert Advisors: golden files, structure, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.mql5.checksum import LABEL
from codegen.mql5.emit import emit_mql5
from codegen.mql5.facts import EmitFacts, FitnessTerm
from codegen.mql5.setfile import emit_set
from dsl.errors import CodegenError
from dsl.registry import NodeType, node_types
from dsl.strategy import Strategy, with_values
from dsl.text.lower import parse
from dsl.text.printer import format_strategy
from tests.support.building import CLOSE, call, expert
from tests.support.ea_examples import FACTS, examples
from tests.support.emitted import compile_errors, compiler_found

GOLDEN = Path(__file__).parent / "golden"
STRATEGIES = examples()
SOURCES = {name: emit_mql5(strategy, FACTS) for name, strategy in STRATEGIES.items()}
each_example = pytest.mark.parametrize("name", STRATEGIES)
needs_compiler = pytest.mark.skipif(not compiler_found(), reason="no C++ compiler")


def check_golden(path: Path, content: bytes, *, update: bool) -> None:
    if update:
        path.write_bytes(content)
    assert path.exists(), f"{path.name} is missing: run pytest --update-golden"
    assert content == path.read_bytes()


@each_example
def test_the_expert_is_as_kept(name: str, update_golden: bool) -> None:
    # a checksum would make every change a change of all files
    lines = [row for row in SOURCES[name].split("\n") if not row.startswith(f"//| {LABEL} ")]
    assert len(lines) == SOURCES[name].count("\n")
    check_golden(GOLDEN / f"{name}.mq5", "\n".join(lines).encode(), update=update_golden)


@each_example
def test_the_set_file_is_as_kept(name: str, update_golden: bool) -> None:
    content = emit_set(STRATEGIES[name], FACTS)
    check_golden(GOLDEN / f"{name}.set", content, update=update_golden)


@each_example
def test_emitting_twice_gives_the_same_bytes(name: str) -> None:
    again = parse(format_strategy(STRATEGIES[name]))
    assert emit_mql5(again, FACTS) == SOURCES[name]


@needs_compiler
def test_a_compiler_finds_nothing_wrong_with_the_examples() -> None:
    assert compile_errors(SOURCES) == ""


@needs_compiler
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("MathFloor(price", "MathFlor(price"),
        ("ExtTrade.PositionOpen(_Symbol, type,", "ExtTrade.PositionOpen(_Symbol, volume,"),
        ("MODE_EMA, PRICE_CLOSE", "PRICE_CLOSE, MODE_EMA"),
        ("return(IndicatorRelease", "return(IndicatorRelease"),
    ][:3],
)
def test_the_compiler_would_find_a_slip(right: str, wrong: str) -> None:
    source = SOURCES["rsi_filter"]
    assert right in source
    assert compile_errors({"slip": source.replace(right, wrong)}) != ""


@each_example
def test_the_header_gives_the_strategy_back(name: str) -> None:
    lines = SOURCES[name].splitlines()
    start = lines.index("//| The strategy in the language of genfx:") + 1
    text = "\n".join(line[6:] for line in lines[start : lines.index(lines[0], start)])
    assert parse(text) == STRATEGIES[name]


def test_the_header_states_origin_and_figures_side_by_side() -> None:
    header = SOURCES["cross"].split("#property")[0]
    for text in (STRATEGIES["cross"].strategy_id, FACTS.data_hash, "EURUSD", "H1", "EET"):
        assert text in header
    assert re.search(r"in-sample +gate +holdout", header)
    assert re.search(r"net profit +1520\.40 +310\.00 +-85\.20", header)
    assert "Past performance" in header


@each_example
def test_every_handle_is_created_checked_and_released(name: str) -> None:
    source = SOURCES[name]
    handles = re.findall(r"^int +(Ext\w+) = INVALID_HANDLE;", source, re.MULTILINE)
    for handle in handles:
        assert len(re.findall(rf"{handle} = i\w+\(", source)) == 1
        assert f"if({handle} == INVALID_HANDLE)" in source
        assert f"ReleaseHandle({handle});" in source
        assert f"Buffer({handle}, " in source


@each_example
def test_every_input_is_used_and_its_name_fits(name: str) -> None:
    source = SOURCES[name]
    for found in inputs_of(source):
        assert len(re.findall(rf"\b{found}\b", source)) >= 2
    assert max(map(len, re.findall(r"\b[A-Za-z_]\w*", source))) <= 63


@each_example
def test_set_file_and_expert_have_the_same_inputs(name: str) -> None:
    lines = emit_set(STRATEGIES[name], FACTS).decode("utf-16").split("\r\n")
    rows = dict(line.split("=", 1) for line in lines if line and not line.startswith(";"))
    declared = re.findall(r"^input (\w+) (\w+) = (.*?);", SOURCES[name], re.MULTILINE)
    assert list(rows) == [found for _, found, _ in declared]
    for kind, found, value in declared:
        shown = rows[found].split("||")[0]
        match kind:
            case "string":
                assert shown == value.strip('"')
            case "bool":
                assert shown == value
            case "color":
                red, green, blue = map(int, value.removeprefix("C'").rstrip("'").split(","))
                assert int(shown) == red + 256 * green + 65536 * blue
            case _:
                assert float(shown) == float(value)


def inputs_of(source: str) -> list[str]:
    return re.findall(r"^input \w+ (\w+) =", source, re.MULTILINE)


# Layout


@each_example
def test_layout_is_that_of_metaquotes(name: str) -> None:
    depth = 0
    for number, line in enumerate(SOURCES[name].splitlines(), 1):
        assert "\t" not in line
        assert line == line.rstrip()
        bare = line.strip()
        if not bare or bare.startswith(("//", "#", "private:", "public:")):
            continue
        if bare.startswith("}"):
            depth -= 1
        indent = len(line) - len(line.lstrip())
        if bare[0] in "{}":
            assert indent == 3 * depth + 2, (number, line)
        else:
            # What hangs on an if or for without braces is one step farther in.
            assert indent in {3 * depth, 3 * depth + 3}, (number, line)
        if bare.startswith("{"):
            depth += 1
    assert depth == 0


@each_example
def test_brackets_are_balanced(name: str) -> None:
    code = re.sub(r'//.*|"(?:[^"\\]|\\.)*"', "", SOURCES[name])
    for opening, closing in ("()", "[]", "{}"):
        assert code.count(opening) == code.count(closing)


@each_example
def test_nothing_that_mql5_lacks_is_used(name: str) -> None:
    code = re.sub(r'//.*|"(?:[^"\\]|\\.)*"', "", SOURCES[name])
    assert not re.search(r"->|\bauto\b|\bunsigned\b|\bgoto\b|\btry\b|\bstd::", code)
    assert not re.search(r"\w+ &\w+ =", code)  # a reference to a local


def test_templates_are_short() -> None:
    folder = Path(__file__).parent.parent / "templates" / "mql5"
    long = {
        path.name: count
        for path in folder.rglob("*.j2")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 80
    }
    assert long == {}


# Completeness


def with_node(node_type: NodeType) -> Strategy:
    """Return a strategy that uses the example of a node type."""
    use = node_type.example
    kind = str(node_type.outputs[0].kind)
    signal = use if kind == "signal" else f"not ({use} == {use})"
    return parse(f'strategy "x" {{ enter long when {signal} size 0.1 lots }}')


PARTS = 4  # compiled side by side where the tests have several cores
WRITTEN = [t for t in node_types() if t.syntax.form not in {"statement", "constant"}]


@needs_compiler
@pytest.mark.parametrize("part", range(PARTS))
def test_every_node_type_emits_and_compiles(part: int) -> None:
    chosen = [t for t in WRITTEN if not t.size_mode][part::PARTS]
    sources = {t.name: emit_mql5(with_node(t)) for t in chosen}
    assert len(sources) > 10
    assert compile_errors(sources) == ""


@pytest.mark.parametrize("node_type", [t for t in WRITTEN if t.mql5.library], ids=repr)
def test_every_library_form_has_its_fragment(node_type: NodeType) -> None:
    folder = Path(__file__).parent.parent / "templates" / "mql5" / "lib"
    text = (folder / f"{node_type.name}.mqh.j2").read_text(encoding="utf-8")
    assert re.search(rf"(class|bool) {node_type.mql5.library}\b", text)


# What each rule adds


def test_account_rules_that_are_off_leave_no_code() -> None:
    plain, guarded = SOURCES["macd_signal"], SOURCES["guarded"]
    for name in ("CheckDailyLoss", "CheckDrawdown", "ProtectPosition"):
        assert name not in plain
        assert name in guarded


def test_exits_are_asked_in_the_order_of_the_contract() -> None:
    strategy = parse(
        """strategy "all" {
            enter long when close > open
            enter short when close < open
            exit long when close < open
            reverse
            exit after 5 bars
            daily loss 2%
            drawdown stop 10%
            friday close 21:00
            session 08:00 to 20:00 close
            size 0.1 lots
        }"""
    )
    reasons = re.findall(r'reason = "(\w+)";', emit_mql5(strategy))
    assert reasons == [
        "session",
        "friday",
        "daily_loss",
        "drawdown_stop",
        "max_bars",
        "exit_signal",
        "reverse",
        "refused_before",
    ]


def test_only_a_lock_that_can_change_is_remembered_in_the_terminal() -> None:
    assert "GlobalVariableSet(mark" in SOURCES["dynamic_lock"]
    assert "MARK_PREFIX" not in SOURCES["trailing"]


def test_a_missed_close_is_made_up_for_where_no_signal_reads_it() -> None:
    assert "ClosingSince(StrategyTime(" in SOURCES["session"]
    signal = parse(
        """strategy "signal" {
            enter long when day_end(21:00)
            day close 21:00
            size 0.1 lots
        }"""
    )
    assert "ClosingSince" not in emit_mql5(signal)


def test_an_input_that_counts_minutes_says_so() -> None:
    clock = parse(
        """strategy "clock" {
            input first = 08:00 "first entry"
            enter long when close > open
            session first to 20:00
            size 0.1 lots
        }"""
    )
    assert "input int InpFirst = 480; // first entry, minutes since midnight" in emit_mql5(clock)


def test_an_indicator_of_an_indicator_is_computed_from_all_history() -> None:
    source = SOURCES["nested"]
    assert "class Sma" in source
    assert "UpdateHistory" in source
    assert "class Series" not in SOURCES["cross"]


def test_another_value_of_an_input_changes_one_line_of_code() -> None:
    changed = emit_mql5(with_values(STRATEGIES["cross"], {"fast": 13}), FACTS)
    pairs = zip(SOURCES["cross"].splitlines(), changed.splitlines(), strict=True)
    code = [(a, b) for a, b in pairs if a != b and not a.startswith(("//|", "#property"))]
    assert [a.split(" = ")[0] for a, _ in code] == ["input int InpFast", "input long MagicNumber"]


def test_inputs_that_do_not_go_together_are_refused() -> None:
    assert "if(InpMacdFast >= InpMacdSlow)" in SOURCES["evolved"]


def test_names_that_differ_only_in_spelling_become_different_inputs() -> None:
    strategy = parse(
        """strategy "x" {
            input fast_period = 5 in 2..9
            input fastPeriod = 6 in 2..9
            enter long when ema(close, fast_period) > ema(close, fastPeriod)
            size 0.1 lots
        }"""
    )
    assert inputs_of(emit_mql5(strategy))[:2] == ["InpFastPeriod", "InpFastPeriod_2"]


def test_a_title_cannot_break_out_of_its_string() -> None:
    source = emit_mql5(
        parse('strategy "a \\"b\\" \\\\ ü" { enter long when close > open size 1 lots }')
    )
    assert '#property description "a \\"b\\" \\\\ \\x00FC"' in source


def test_a_risk_without_a_stop_loss_is_refused() -> None:
    with pytest.raises(CodegenError, match="no stop loss"):
        emit_mql5(expert({"long_entry": call("rising", CLOSE), "size": call("risk")}))


@pytest.mark.parametrize(
    "term",
    [
        FitnessTerm("luck", 1.0, 0.0, 1.0),
        FitnessTerm("sharpe", 1.0, 2.0, 2.0),
        FitnessTerm("sharpe", -1.0, 0.0, 2.0),
        FitnessTerm("sharpe", 0.0, 0.0, 2.0),
    ],
)
def test_a_fitness_that_cannot_be_computed_is_refused(term: FitnessTerm) -> None:
    with pytest.raises(CodegenError, match="fitness"):
        emit_mql5(STRATEGIES["cross"], EmitFacts(fitness=(term,)))
