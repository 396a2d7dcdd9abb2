"""Config files: TOML in, a checked value out; every mistake with its place, at once.

A mistake names file, line and key path, the value found, what is allowed, and a near miss.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from dsl.errors import ConfigError, did_you_mean
from genfx.bars.sources import SAMPLE, knows_itself
from genfx.config.fitness import Fitness
from genfx.config.search import Pso, Search
from genfx.config.sections import (
    AccountFacts,
    CostFacts,
    Data,
    Output,
    Section,
    Spans,
    SymbolFacts,
)

Place = tuple[str, ...]


class Config(Section):
    """A whole config file."""

    seed: int = Field(default=1, ge=0, lt=2**63, description="the same seed gives the same files")
    data: Data = Data()
    symbol: SymbolFacts = SymbolFacts()
    account: AccountFacts = AccountFacts()
    costs: CostFacts = CostFacts()
    spans: Spans = Spans()
    search: Search = Search()
    fitness: Fitness = Fitness()
    pso: Pso = Pso()
    output: Output = Output()


def load_config(path: Path) -> Config:
    """Return the checked config of a TOML file; paths in it are made relative to its folder.

    Raises:
        ConfigError: All mistakes of the file, one a line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read: {problem.strerror}", hint=_near(path)) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is no UTF-8 text", hint="save it as UTF-8") from None
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # numbers of thousands of digits, deep nesting
        raise ConfigError(f"{path}: is no TOML: {problem}", hint=_toml_hint(path)) from None
    if not content:
        raise ConfigError(
            f"{path}: holds no keys", hint="examples/full.toml has every key, with its default"
        )
    lines = key_lines(text)
    config = parse_config(content, str(path), lines)
    _refuse_clashes(config, str(path), lines)
    return _with_bounds(_with_paths(config, path, lines))


def _toml_hint(path: Path) -> str:
    if path.suffix.lower() != ".toml":
        return "a config is a .toml; examples/full.toml has every key"
    return 'text stands in quotes: bars = "EURUSD.csv"; a key stands once'


def _with_bounds(config: Config) -> Config:
    """Return the config with bounds of net profit that suit its deposit, unless it states some."""
    bounds = config.fitness.bounds
    if "net_profit" in bounds.model_fields_set:
        return config
    share = config.account.deposit / AccountFacts().deposit
    ends = [share * end for end in bounds.net_profit]
    suited = bounds.model_copy(update={"net_profit": ends})
    fitness = config.fitness.model_copy(update={"bounds": suited})
    return config.model_copy(update={"fitness": fitness})


def parse_config(
    content: dict[str, Any], place: str = "config", lines: dict[Place, int] | None = None
) -> Config:
    """Return the checked config of parsed TOML."""
    try:
        return Config.model_validate(content)
    except ValidationError as problem:
        known = lines or {}
        errors = sorted(problem.errors(include_url=False), key=lambda e: _line(e, known))
        texts = dict.fromkeys(_shown(error, place, known) for error in errors)
        raise ConfigError("\n".join(texts)) from None


def key_lines(text: str) -> dict[Place, int]:
    """Return the line of each key of a TOML text, by its path; good enough for messages.

    >>> key_lines("a = 1\\n[b.c]\\nd = 2")
    {('a',): 1, ('b', 'c'): 2, ('b', 'c', 'd'): 3}
    """
    lines: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([\w.\-\s]+?)\s*\]", line):
            table = tuple(part.strip() for part in header.group(1).split("."))
            lines.setdefault(table, number)
        elif key := re.match(r"\s*([\w.\-]+)\s*=", line):
            lines.setdefault((*table, *key.group(1).split(".")), number)
    return lines


def _line(error: ErrorDetails, lines: dict[Place, int]) -> int:
    keys = _keys(error["loc"])
    return next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), 0)


def _shown(error: ErrorDetails, place: str, lines: dict[Place, int]) -> str:
    keys, line = _keys(error["loc"]), _line(error, lines)
    where = f"{place}:{line}" if line else place
    name = ".".join(keys)
    model, meaning = _described(keys)
    if error["type"] == "extra_forbidden":
        known = sorted(model.model_fields)
        section = f"[{'.'.join(keys[:-1])}]" if keys[:-1] else "a config"
        hint = did_you_mean(keys[-1], known) or f"{section} has {', '.join(known)}"
        return f"{where}: {name} is no key of {section}\n    hint: {hint}"
    if error["type"] == "value_error" and _is_section(keys):
        return f"{where}: {name}: {_rule(error)}"
    wanted = f" ({meaning})" if meaning else ""
    return f"{where}: {name} = {_value(error['input'])}: {_rule(error)}{wanted}"


def _keys(location: Iterable[int | str]) -> Place:
    """Return the key path of an error: without list indices and names of union members."""
    keys: list[str] = []
    model: type[BaseModel] | None = Config
    for part in location:
        if isinstance(part, int) or model is None:
            break
        keys.append(part)
        model = _submodel(model, part)
    return tuple(keys)


def _submodel(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    field = model.model_fields.get(key)
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _is_section(keys: Place) -> bool:
    model: type[BaseModel] | None = Config
    for key in keys:
        model = model and _submodel(model, key)
    return model is not None


def _described(keys: Place) -> tuple[type[BaseModel], str]:
    model: type[BaseModel] = Config
    meaning = ""
    for key in keys:
        field = model.model_fields.get(key)
        meaning = (field.description or "") if field else ""
        model = _submodel(model, key) or model
    return model, meaning


_RULES = {
    "int_type": "wants a whole number",
    "int_from_float": "wants a whole number",
    "float_type": "wants a number",
    "string_type": "wants text in quotes",
    "string_too_short": "is empty",
    "bool_type": "wants true or false",
    "list_type": "wants a list",
    "model_type": "wants a section",
    "model_attributes_type": "wants a section",
    "finite_number": "wants a finite number",
    "greater_than": "must be above {gt:,.15g}",
    "greater_than_equal": "must be at least {ge:,.15g}",
    "less_than": "must be below {lt:,.15g}",
    "less_than_equal": "must be at most {le:,.15g}",
    "literal_error": "allowed are {expected}",
    "too_short": "wants {min_length} values",
    "too_long": "wants {max_length} values",
    "datetime_type": "wants a date such as 2017-06-01, or a share 0..1",
}


def _rule(error: ErrorDetails) -> str:
    known = _RULES.get(error["type"])
    if known is None:
        return error["msg"].removeprefix("Value error, ")
    text = known.format(**error.get("ctx", {}))
    found = error["input"]
    if error["type"] == "literal_error" and isinstance(found, str):
        words = re.findall(r"'(\w+)'", text)
        near = did_you_mean(found, words)
        return f"{text}; {near}" if near else text
    return text


def _value(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, int | float) else repr(found)[:60]


def _with_paths(config: Config, path: Path, lines: dict[Place, int]) -> Config:
    changed: dict[str, str] = {}
    for key in ("bars", "conversion", "finer"):
        named = getattr(config.data, key)
        if not named or (key == "bars" and named == SAMPLE):
            continue
        found = path.parent / Path(named).expanduser()
        if not found.is_file():
            line = lines.get(("data", key), 0)
            where = f"{path}:{line}" if line else str(path)
            raise ConfigError(
                f"{where}: data.{key} = {named!r}: no file {found}", hint=_near(found)
            )
        changed[key] = str(found)
    if not changed:
        return config
    return config.model_copy(update={"data": config.data.model_copy(update=changed)})


def _refuse_clashes(config: Config, place: str, lines: dict[Place, int]) -> None:
    """Refuse facts of a market that contradict each other.

    Raises:
        ConfigError: All of them, one a line, each with the line of its key.
    """
    data, found = config.data, []
    if knows_itself(data.bars):
        # Other bars that a command names may want the clock, but never these names and digits.
        ours = ("symbol", "digits", "timezone")[: 3 if "bars" in data.model_fields_set else 2]
        found = [
            (("data", key), f"is known of {data.bars} already; leave it out, it is for CSV files")
            for key in ours
            if getattr(data, key) != type(data).model_fields[key].default
        ]
    if config.costs.both_touched == "finer" and not data.finer:
        found.append((("costs", "both_touched"), "needs data.finer, bars of a smaller timeframe"))
    cents = config.account.deposit * 100
    if abs(cents - round(cents)) >= 1e-6:
        found.append((("account", "deposit"), "wants whole cents"))
    texts = []
    for keys, problem in sorted(found, key=lambda clash: lines.get(clash[0], 0)):
        where = f"{place}:{lines[keys]}" if keys in lines else place
        value = getattr(getattr(config, keys[0]), keys[1])
        texts.append(f"{where}: {'.'.join(keys)} = {_value(value)}: {problem}")
    if texts:
        raise ConfigError("\n".join(texts))


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    return did_you_mean(path.name, names) or f"{path.parent} holds {', '.join(names[:6])}"


def with_bars(config: Config, bars: str) -> Config:
    """Return the config with other bars, whose name and digits come from their own file."""
    data = config.data.model_copy(update={"bars": bars, "symbol": "", "digits": -1})
    return config.model_copy(update={"data": data})
