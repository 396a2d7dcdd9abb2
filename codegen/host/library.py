"""The built-in functions, types and constants of MQL5 that the host knows: builtins/*.mqh."""

from __future__ import annotations

from functools import cache
from importlib import resources

from codegen.host.declarations import Declarations
from codegen.host.parser import parse_mql5
from codegen.host.scope import Refused, World

FILES = (
    "constants",
    "enums_series",
    "enums_info",
    "enums_trade",
    "structs",
    "objects",
    "colors",
    "functions",
    "indicators",
    "trade",
)
CLASSES = ("CTrade",)


def _fail(refused: Refused) -> None:
    raise refused


@cache
def library() -> World:
    """Return the world before a program adds to it; it must not be changed."""
    world = World()
    declarations = Declarations(world, _fail, builtin=True)
    folder = resources.files("codegen.host").joinpath("builtins")
    texts = [folder.joinpath(f"{name}.mqh").read_text(encoding="utf-8") for name in FILES]
    unit = parse_mql5("\n".join(texts), types=CLASSES)
    declarations.add(unit.main)
    return world
