"""The editors' grammar knows every word and node type, and colours the examples throughout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dsl.registry import node_types
from dsl.text.parser import words
from dsl.text.statements import WORDS
from dsl.text.textmate import textmate_grammar
from dsl.timeframes import WORDS as TIMEFRAMES

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "editors" / "vscode"
FILE = FOLDER / "syntaxes" / "genfx.tmLanguage.json"
GRAMMAR: Any = textmate_grammar()
EXAMPLES = sorted(ROOT.glob("examples/*.strat"))


def text_of(grammar: Any) -> str:
    return json.dumps(grammar, indent=2) + "\n"


def coloured(line: str) -> list[tuple[str, str]]:
    """Return the parts of a line with their scopes, as an editor finds them: first rule wins."""
    rules = [GRAMMAR["repository"][p["include"][1:]] for p in GRAMMAR["patterns"]]
    if re.match(GRAMMAR["repository"]["session"]["begin"], line):
        inside = GRAMMAR["repository"]["session"]["patterns"]
        rules = [
            {"name": "keyword.control", "match": r"^\s*session\b"},
            *(GRAMMAR["repository"][p["include"][1:]] if "include" in p else p for p in inside),
        ]
    found, position = [], 0
    while position < len(line):
        hits = [
            (m.start(), n, m, r) for n, r in enumerate(rules) if (m := search(r, line, position))
        ]
        if not hits:
            break
        _, _, match, rule = min(hits, key=lambda hit: hit[:2])
        scopes = rule.get("captures") or {"0": {"name": rule["name"]}}
        found += [(match[int(group)].strip(), scope["name"]) for group, scope in scopes.items()]
        position = max(match.end(), position + 1)
    return found


def search(rule: Any, line: str, position: int) -> re.Match[str] | None:
    return re.compile(rule["match"]).search(line, position) if "match" in rule else None


def test_the_file_is_generated(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        FILE.write_text(text_of(GRAMMAR), encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == text_of(GRAMMAR), "run with --update-golden"


def test_the_extension_names_its_files() -> None:
    package = json.loads((FOLDER / "package.json").read_text())
    (grammar,) = package["contributes"]["grammars"]
    (language,) = package["contributes"]["languages"]
    assert (FOLDER / grammar["path"]).resolve() == FILE.resolve()
    assert grammar["scopeName"] == GRAMMAR["scopeName"]
    assert json.loads((FOLDER / language["configuration"]).read_text())["comments"]
    assert language["extensions"] == [f".{end}" for end in GRAMMAR["fileTypes"]]


@pytest.mark.parametrize("word", sorted(words()))
def test_every_word_of_the_language_has_a_colour(word: str) -> None:
    assert coloured(f"    x {word} y")[-1][0] == word


@pytest.mark.parametrize("node_type", node_types(), ids=lambda node_type: node_type.name)
def test_every_node_type_has_a_colour(node_type: Any) -> None:
    form, name = node_type.syntax.form, node_type.name
    if form == "call":
        assert (name, "support.function") in coloured(f"    x = {name}(close)")
    elif form == "leaf":
        assert (name, "variable.language") in coloured(f"    x = 2 * {name}[3]")
    elif node_type.syntax.symbol:
        parts = coloured(f"    x = a {node_type.syntax.symbol} b")
        assert all((s, "keyword.operator") in parts for s in node_type.syntax.symbol.split())


@pytest.mark.parametrize("text", WORDS.values())
def test_every_statement_begins_with_a_keyword(text: str) -> None:
    phrase = text.split("$")[0].strip()
    assert coloured(f"    {phrase} 3")[0] == (phrase, "keyword.control")


def test_what_looks_alike_is_told_apart() -> None:
    assert ("close", "variable.language") in coloured("    enter long when open > close")
    assert ("close", "keyword.control") in coloured("    session 08:00 to 20:00 close  # out")
    assert ("spread", "variable.language") in coloured("    trade when spread < 20")
    assert ("max spread", "keyword.control") in coloured("    max spread 20 points")
    assert ("max", "support.function") in coloured("    stop loss max(atr(14), 100 points)")
    assert ("period", "variable.parameter") in coloured("    exit long when f(x, period=3) > 2")
    assert all(("support.type" in dict(coloured(f"x {t}(close)")).values()) for t in TIMEFRAMES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_only_own_names_of_a_strategy_stay_plain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own = set(re.findall(r"^\s*(?:input |def )?(\w+)(?:\([^)]*\))? =", text, re.MULTILINE))
    own |= {
        name
        for found in re.findall(r"def \w+\(([^)]*)\)", text)
        for name in re.findall(r"[a-z_]+", found)
    }
    own |= {output.name for t in node_types() for output in t.outputs}
    own |= {"narrowest", "strong_close", "quiet"}  # of the library
    for line in text.splitlines():
        plain = line
        for part, _ in coloured(line):
            plain = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", plain, count=1)
        assert set(re.findall(r"[A-Za-z_]\w+", plain)) <= own, line
