"""Emitted MQL5 through a C++ compiler: finds misspelt names, wrong types and wrong argument counts.

Only what C++ spells differently is rewritten; the text is never run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "mql5"
COMPILER = shutil.which("g++") or shutil.which("clang++")
_TYPES = r"(?:double|bool|int|MqlRates)"
_FUNCTION = re.compile(r"^(?!class|struct|enum)(\w+) (\w+)\((.*)\)\n  \{$", re.MULTILINE)


def as_cpp(source: str, *, run: bool = False) -> str:
    """Return emitted MQL5 with arrays, inputs and order of functions as C++ wants them.

    To run it, inputs keep their values; else they are unknown, so that no test is always true.
    """
    text = re.sub(r"^#property.*$", "", source, flags=re.MULTILINE)
    text = re.sub(r"^input group .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"C'(\d+),(\d+),(\d+)'", r"(\1 + 256 * \2 + 65536 * \3)", text)
    text = re.sub(r"^input (\w+) ", r"const \1 ", text, flags=re.MULTILINE)
    if not run:
        text = re.sub(r"^(const \w+ \w+) = .*?; //", r"extern \1; //", text, flags=re.MULTILINE)
    text = re.sub(rf"({_TYPES}) &(\w+)\[\]", r"Array<\1> &\2", text)
    text = re.sub(rf"\b({_TYPES})(\s+)(\w+)\[\];", r"Array<\1>\2\3;", text)
    text = re.sub(rf"\b({_TYPES})(\s+)(\w+)\[(\d+)\];", r"Array<\1>\2\3(\4);", text)
    prototypes = [f"{kind} {name}({args});" for kind, name, args in _FUNCTION.findall(text)]
    at = text.index("//+---", text.index("enum Outcome"))
    return '#include "mql5.h"\n' + text[:at] + "\n".join(prototypes) + "\n" + text[at:]


def compile_errors(sources: dict[str, str]) -> str:
    """Return what the compiler says about these emitted texts, each on its own, "" if nothing."""
    assert COMPILER is not None
    # One run for all: the stand-in header is read once, each text lies in its namespace.
    parts = ['#include "mql5.h"', "#include <Trade/Trade.mqh>"]
    for number, (name, source) in enumerate(sources.items()):
        lines = as_cpp(source).splitlines()
        body = [line for line in lines if not line.startswith("#include")]
        undefined = [f"#undef {d}" for d in re.findall(r"^#define (\w+)", source, re.MULTILINE)]
        parts += [f"namespace ea_{number} {{", f'#line 1 "{name}"', *body, "}", *undefined]
    flags = [
        "-std=c++17",
        "-fsyntax-only",
        "-x",
        "c++",
        "-Wall",
        "-Wconversion",
        "-Wno-unknown-pragmas",
    ]
    ran = subprocess.run(
        [COMPILER, *flags, "-Wno-sign-conversion", "-Werror", f"-I{FOLDER}", "-"],
        input="\n".join(parts),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stderr if ran.returncode else ""
