"""Every emitted text keeps the style of docs/mql5-style.md; a test for each of its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.mql5.emit import emit_mql5
from codegen.mql5.layout import WIDTH, tidy
from codegen.mql5.portfolio import emit_portfolio, portfolio_parts
from codegen.mql5.signals import emit_signals
from tests.support.ea_examples import FACTS, examples

STRATEGIES = examples()
SEVERAL = portfolio_parts([STRATEGIES[n] for n in ("guarded", "nested", "dynamic_lock", "session")])
TEXTS = {
    **{name: emit_mql5(strategy, FACTS) for name, strategy in STRATEGIES.items()},
    "objective": emit_mql5(STRATEGIES["cross"], replace(FACTS, objective="PROFIT / TRADES")),
    "portfolio": emit_portfolio(SEVERAL, FACTS),
    **{f"{n}_signals": emit_signals(STRATEGIES[n], FACTS) for n in ("cross", "evolved", "session")},
}
FORBIDDEN = [
    "FileOpen",
    "FileWrite",
    "FileReadString",
    "FolderCreate",
    "WebRequest",
    "SocketCreate",
    "SendMail",
    "SendFTP",
    "SendNotification",
    "MessageBox",
    "PlaySound",
    "ShellExecuteW",
    "DatabaseOpen",
    "OrderSendAsync",
    "GlobalVariablesFlush",
    "TerminalClose",
    "Alert",
    "Comment",
]
each_text = pytest.mark.parametrize("name", TEXTS)
_REMARK = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*')


def code(name: str) -> str:
    """Return a text without remarks and without what stands in quotes."""
    return _REMARK.sub(lambda found: '""' if found[0].startswith('"') else "", TEXTS[name])


def code_lines(name: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(TEXTS[name].splitlines(), 1):
        bare = line.strip()
        if bare and not bare.startswith(("//", "#")):
            yield number, line


@each_text
def test_rule_1_three_spaces_and_braces_on_their_own_lines(name: str) -> None:
    text, depth, continued = TEXTS[name], 0, False
    assert "\t" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, line in enumerate(text.splitlines(), 1):
        assert line == line.rstrip(), number
        bare = line.strip()
        if not bare or bare.startswith(("//", "#")) or bare in {"private:", "public:"}:
            continue
        depth -= bare.startswith("}")
        indent = len(line) - len(line.lstrip())
        if bare[0] in "{}":
            assert bare in {"{", "}", "};"}, (number, line)
            assert indent == 3 * depth + 2, (number, line)
        else:
            # What hangs on an if or for without braces, or goes on, is a step farther in.
            assert indent in {3 * depth, 3 * depth + 3, *([3 * depth + 6] * continued)}, line
        depth += bare.startswith("{")
        continued = not bare.endswith((";", "{", "}", ":"))
    assert depth == 0


@each_text
def test_rule_2_lines_are_short_enough(name: str) -> None:
    long = [(n, line) for n, line in code_lines(name) if len(line) > WIDTH]
    assert [line for _, line in long if not line.startswith("input ")] == []


def test_rule_2_a_long_line_is_broken_where_it_reads_best() -> None:
    long = "   return(" + " || ".join(f'Function("a, b && c", {n})' for n in range(8)) + ");"
    first, *rest = tidy(long).splitlines()
    assert first.endswith(" ||")
    assert all(line.startswith("      Function(") for line in rest)
    joined = " ".join([first.lstrip(), *(line.lstrip() for line in rest)])
    assert joined == long.lstrip()
    assert max(map(len, (first, *rest))) <= WIDTH


def test_rule_2_a_remark_behind_code_goes_on_as_a_remark() -> None:
    words = " ".join(f"period_{number}," for number in range(12))
    code, *rest = tidy(f"Macd ExtMacd1; // macd(close, {words})").splitlines()
    assert code.startswith("Macd ExtMacd1; // macd(close, period_0")
    assert [line[:6] for line in rest] == ["   // "]
    text = tidy(f'Print("http://a, b" + {" + ".join([chr(34) + "c, d" * 9 + chr(34)] * 4)});')
    assert "//" not in text.replace("http://", "")


def test_rule_2_a_text_in_quotes_is_never_broken() -> None:
    text = '"' + 20 * "a, b && c, " + '"'
    line = f"   return(Refuse({text}, Value(1, 2)));"
    broken = tidy(line).splitlines()
    assert text in broken[0]
    assert "".join(part.strip() for part in broken).replace(" ", "") == line.replace(" ", "")
    assert tidy(f"   Print({text});") == f"Print({text});\n"


@each_text
def test_rule_3_every_function_and_type_says_what_it_does(name: str) -> None:
    lines = TEXTS[name].splitlines()
    heads = re.compile(r"(?:class \w+|(?!else)\w+ \**\w+\([^;]*\)(?: const)?|\w+\(void\))")
    library = ""
    for number, line in enumerate(lines):
        bare = line.strip()
        if line.startswith(("class ", "struct ")):
            library = line.split()[1]
        inside_part = library.startswith(("Part", "C")) and line.startswith("   ")
        if not heads.fullmatch(bare) or not (line[0] != " " or inside_part):
            continue
        above = lines[number - 1]
        is_method = line.startswith("   ")
        told = above.startswith("//") if not is_method else above.startswith(("//---", "public:"))
        setter = is_method and above.strip() == "}"
        assert told or setter, (number + 1, line)


@each_text
def test_rule_3_remarks_begin_at_the_start_of_a_line_or_stand_inside_a_block(name: str) -> None:
    for line in TEXTS[name].splitlines():
        assert not line.startswith("   //---"), line


@each_text
def test_rule_4_spaces_stand_where_metaquotes_puts_them(name: str) -> None:
    text = code(name)
    assert not re.search(r"\b(if|for|while|switch) \(", text)
    assert not re.search(r"\breturn (?!\()[^;(]", re.sub(r"return;", "", text))
    assert not re.search(r"\w(==|!=|<=|>=|&&|\|\|)|(==|!=|<=|>=|&&|\|\|)\w", text)
    assert not re.search(r"[^ ]\?|\?[^ \n]", text)


@each_text
def test_rule_5_names_are_spelled_by_what_they_are(name: str) -> None:
    text = code(name)
    pascal = r"(?:P\d+_)?[A-Z][A-Za-z0-9]*(?:_\d+)?"
    types = r"(?:int|bool|double|datetime|string|ulong|long|CTrade)"
    spelled = {
        r"^input \w+ (\w+) =": pascal,
        r"^(?:class|struct|enum) (\w+)": pascal,
        r"^ *(?!if|for|while|switch|else|return)\w+ \**(\w+)\([^;]*\)(?: const)?$": pascal,
        r"^#define (\w+)": r"[A-Z][A-Z0-9_]*",
        rf"^{types} +(\w+)[ ;=]": r"Ext[A-Z]\w*",
        rf"^ +(?:const )?{types} (\w+) =": r"[a-z][a-z0-9_]*",
    }
    for pattern, spelling in spelled.items():
        for found in re.findall(pattern, text, re.MULTILINE):
            assert re.fullmatch(spelling, found), (pattern, found)
    assert max(map(len, re.findall(r"\w+", text))) <= 63


@each_text
def test_rule_6_inputs_tell_whose_they_are(name: str) -> None:
    found = re.findall(r"^input \w+ (\w+) =", TEXTS[name], re.MULTILINE)
    parts = {word[:2] for word in found if re.match(r"P\d_", word)}
    assert parts == ({"P1", "P2", "P3", "P4"} if name == "portfolio" else set())
    if name.endswith("_signals"):
        assert found == []


@each_text
def test_rule_7_nothing_that_mql5_lacks(name: str) -> None:
    text = code(name)
    assert not re.search(r"->|\bauto\b|\bunsigned\b|\bgoto\b|\btry\b|\bstd::|\bnullptr\b", text)
    assert not re.search(r"\w+ &\w+ =", text)


@each_text
def test_rule_8_nothing_reaches_outside_the_terminal(name: str) -> None:
    words = set(re.findall(r"[A-Za-z_]\w*", code(name)))
    assert words.isdisjoint(FORBIDDEN)
    directives = set(re.findall(r"^#(?!property|define)(.*)$", TEXTS[name], re.MULTILINE))
    assert directives <= {"include <Trade/Trade.mqh>"}
    assert not re.search(r"#import|#resource", TEXTS[name])


@each_text
def test_rule_9_every_handle_is_created_checked_and_released(name: str) -> None:
    text = code(name)
    made = re.findall(r"^ +(\w+) = i(?!Time|BarShift|High|Low)[A-Z]\w*\(", text, re.MULTILINE)
    for handle in set(made):
        count = made.count(handle)
        assert text.count(f"if({handle} == INVALID_HANDLE)") == count
        assert text.count(f"ReleaseHandle({handle});") == count
        assert text.count(f"{handle} = INVALID_HANDLE;") == count


@each_text
def test_rule_10_every_number_that_is_an_input_is_checked_by_name(name: str) -> None:
    text = TEXTS[name]
    for kind, found in re.findall(r"^input (\w+) (\w+) =", text, re.MULTILINE):
        if kind in {"int", "long", "double"}:
            named = re.search(rf'Refuse\("(?:\w+, )*{found}(?:, \w+)*"|input {found}: ', text)
            assert named, found


@each_text
def test_rule_11_no_symbol_stands_in_the_code(name: str) -> None:
    assert not re.search(r"EURUSD|0\.00001|1e-05", code(name))
    assert "_Symbol" in code(name)


def test_the_list_has_a_test_for_every_rule() -> None:
    page = Path(__file__).parent.parent / "docs" / "mql5-style.md"
    rules = set(re.findall(r"^(\d+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE))
    tested = set(re.findall(r"def test_rule_(\d+)_", Path(__file__).read_text(encoding="utf-8")))
    assert rules - tested == {"12"}  # same bytes: see test_emitting_twice_gives_the_same_bytes
