"""Compiles translated Expert Advisors, many to one program, with the host's runtime.

The runtime is compiled once per compiler, flags and sources and kept in the user's cache folder, as
is a precompiled header. Everything is written aside and renamed: processes may do so side by side
and may be killed.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from codegen.host import syntax
from codegen.host.cache import (
    PROGRAM,
    digest,
    find_program,
    host_folder,
    is_whole,
    keep_program,
    kept_text,
    programs_folder,
    prune_versions,
    seal,
)
from codegen.host.cpp import translate
from codegen.host.headers import NAME as DECLARED
from codegen.host.headers import declared
from codegen.host.parser import parse_mql5
from dsl.cache import PART, mark_used
from dsl.errors import CodegenError

MISSING = "no C++ compiler was found"
HINT = "install g++ or clang++, or: pip install genfx[verify]"
RUNTIME = Path(__file__).parent / "runtime"
_HEADER = "experts.h"
_SYSTEM = "process.cpp"  # asks the system, whose headers have functions of MQL5's names
_COMMON = ("-std=c++17", "-ffp-contract=off", "-fwrapv", "-g0", "-pthread")
_SANITIZED = (
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-O1", "-g1"),
    "-DHOST_SANITIZED",
)
# What ends an Expert Advisor is thrown through it. g++ lets it pass without code that tidies up,
# a fifth of the time: the process ends soon after.
_UNTIDY = ("-fno-exceptions", "-fasynchronous-unwind-tables")
_STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Werror")
_CLANG = ("-Wno-parentheses-equality", "-Wno-unknown-warning-option")
# What the translation lets pass, MQL5's compiler does too.
_ACCEPTED = (
    *("-Wno-unused-parameter", "-Wno-implicit-fallthrough", "-Wno-switch", "-Wno-reorder"),
    *("-Wno-unused-variable", "-Wno-unused-but-set-variable", "-Wno-tautological-compare"),
    *("-Wno-misleading-indentation", "-Wno-type-limits", "-Wno-sequence-point"),
)
_FULL = "No space left on device"
_TOLD = 4000  # letters of what the compiler says, the last ones
_ANOTHER_FOLDER = "free the disk; GENFX_CACHE_DIR names another folder"


class CompilerMissing(CodegenError):
    """There is no C++ compiler: nothing can be verified."""

    def __init__(self) -> None:
        super().__init__(f"not verified: {MISSING}", hint=HINT)


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C++ compiler: the words that call it, what it says of itself, and its family."""

    command: tuple[str, ...]
    version: str
    clang: bool
    zig: bool

    @property
    def name(self) -> str:
        """Return its first line about itself, for reports."""
        return self.version.splitlines()[0]

    def flags(self, *, sanitize: bool) -> tuple[str, ...]:
        """Return the flags of everything that ends up in one program."""
        kind = _SANITIZED if sanitize else ()
        # zig checks for undefined behaviour unasked, and then stops without a word
        return (*_COMMON, *kind, *(("-fno-sanitize=undefined",) if self.zig else ()))

    def expert_flags(self, *, sanitize: bool) -> tuple[str, ...]:
        """Return the flags of Expert Advisors; a sanitizer looks at what they leave behind."""
        tidy = sanitize or self.clang
        return (*self.flags(sanitize=sanitize), *(() if tidy else _UNTIDY))


@cache
def find_compiler() -> Compiler:
    """Return g++ or clang++ of the system, else the compiler in the package ziglang.

    GENFX_CXX names another one.

    Raises:
        CompilerMissing: There is none.
    """
    named = os.environ.get("GENFX_CXX", "").split()
    candidates = [named] if named else [["g++"], ["clang++"]]
    if not named and find_spec("ziglang") is not None:
        candidates.append([sys.executable, "-m", "ziglang", "c++"])
    for command in candidates:
        if shutil.which(command[0]) is None:
            continue
        try:
            ran = subprocess.run(
                [*command, "--version"], capture_output=True, text=True, check=False
            )
        except OSError:  # a file of that name that is no program
            continue
        if ran.returncode == 0 and ran.stdout:
            clang = "clang" in ran.stdout
            return Compiler(tuple(command), ran.stdout, clang, "ziglang" in command)
    raise CompilerMissing


def build(
    sources: Sequence[str | syntax.Unit], *, sanitize: bool = False, trace: Sequence[str] = ()
) -> Path:
    """Compile Expert Advisors into one program; a program of the same texts is used again.

    Args:
        sources: Their texts, or what `parse_mql5` made of them; number i of the program is [i].
        sanitize: With checks for wrong memory use and undefined behaviour.
        trace: Functions whose local numbers and assigned fields are reported.

    Raises:
        CompilerMissing: There is no compiler.
        Mql5Error: A text is not MQL5 as its compiler wants it.
        CodegenError: The C++ compiler refuses what the translation lets pass, or there is no place
            to write to.
    """
    compiler = find_compiler()
    with _uncollected():
        units = [parse_mql5(s) if isinstance(s, str) else s for s in sources]
        text = _program_text([translate(u, i, tuple(trace)) for i, u in enumerate(units)])
    try:
        return _built(compiler, text, sanitize=sanitize)
    except OSError as problem:
        raise CodegenError(
            f"{host_folder()}: nothing can be compiled there: {problem.strerror or problem}",
            hint=_ANOTHER_FOLDER,
        ) from problem


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles from going through large trees that have none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _built(compiler: Compiler, text: str, *, sanitize: bool) -> Path:
    """Return the program of a text: the one of last time, or compiled."""
    runtime = runtime_folder(compiler, sanitize=sanitize)
    folder, key = programs_folder(), digest(runtime.name, text)
    if (kept := find_program(folder, key)) is not None:
        return kept
    with tempfile.TemporaryDirectory(suffix=PART, dir=folder) as aside:
        source, made = Path(aside) / "experts.cpp", Path(aside) / f"experts{PROGRAM}"
        source.write_text(text, encoding="utf-8")
        link(compiler, source, made, sanitize=sanitize)
        return keep_program(made, folder, key)


def _program_text(experts: list[str]) -> str:
    listed = ", ".join(f"&ea_{number}::expert" for number in range(len(experts)))
    table = (
        f"static const HostExpert *const experts[] = {{{listed}}};\n"
        'extern "C" const HostExpert *genfx_expert(int number) {\n'
        f"    return number >= 0 && number < {len(experts)} ? experts[number] : nullptr;\n}}\n"
    )
    return "\n".join([*experts, table])


def link(compiler: Compiler, source: Path, program: Path, *, sanitize: bool) -> None:
    """Compile the C++ of Expert Advisors and link it with the runtime to a program."""
    runtime = runtime_folder(compiler, sanitize=sanitize)
    warnings = [*_STRICT, *_ACCEPTED, *(_CLANG if compiler.clang else ())]
    _run(
        [
            *compiler.command,
            *compiler.expert_flags(sanitize=sanitize),
            *_included(compiler, runtime, "experts"),
            *include_flags(),
            *warnings,
            str(source),
            *sorted(str(path) for path in runtime.glob("*.o")),
            "-o",
            str(program),
        ],
        "refuses the translation",
    )


def _run(command: Sequence[str], failure: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    if ran.returncode != 0:
        hint = _ANOTHER_FOLDER if _FULL in ran.stderr else "GENFX_CXX names another compiler"
        told = ran.stderr[-_TOLD:].strip() or f"exit status {ran.returncode}"
        raise CodegenError(f"the C++ compiler {failure}:\n{told}", hint=hint)


# --- the runtime

_whole_folders: set[Path] = set()  # known to this process


def include_flags() -> list[str]:
    """Return the flags with which the runtime's headers are found."""
    return [f"-I{RUNTIME}", f"-I{_declared_folder()}"]


def _declared_folder() -> Path:
    text = declared()
    return kept_text(host_folder() / f"headers-{digest(text)}", DECLARED, text)


def runtime_folder(compiler: Compiler, *, sanitize: bool) -> Path:
    """Return the folder with the compiled runtime and the precompiled headers."""
    flags = compiler.expert_flags(sanitize=sanitize)
    files = sorted(path for path in RUNTIME.iterdir() if path.suffix in (".h", ".cpp"))
    contents = [path.name + path.read_text(encoding="utf-8") for path in files]
    key = digest(
        *compiler.command,
        compiler.version,
        *flags,
        *(_places(files) if compiler.clang else ()),
        declared(),
        *contents,
    )
    target = host_folder() / f"runtime-{key}"
    if (target in _whole_folders and target.is_dir()) or is_whole(target):
        _whole_folders.add(target)
        mark_used(target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    prune_versions()
    aside = Path(tempfile.mkdtemp(prefix="runtime-", suffix=PART, dir=target.parent))
    try:
        sources = [path for path in files if path.suffix == ".cpp"]
        _compile_runtime(compiler, sources, aside, sanitize=sanitize)
        seal(aside)
        if not is_whole(target):  # else another process was faster
            shutil.rmtree(target, ignore_errors=True)
        try:
            aside.rename(target)
        except OSError:
            if not is_whole(target):
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _places(files: list[Path]) -> list[str]:
    """Return where headers are and their times: clang's precompiled ones hold for no others."""
    headers = [path for path in files if path.suffix == ".h"]
    return [
        f"{path} {path.stat().st_mtime_ns}" for path in (*headers, _declared_folder() / DECLARED)
    ]


def _compile_runtime(
    compiler: Compiler, sources: list[Path], folder: Path, *, sanitize: bool
) -> None:
    """Compile all sources of the runtime, and the header twice: for experts and for itself."""
    # Experts are not optimised: a third of the time, and a replay takes milliseconds all the same.
    flags = compiler.flags(sanitize=sanitize)
    fast = flags if sanitize else (*flags, "-O1")
    base = [*compiler.command, *include_flags()]
    headers = {"experts": compiler.expert_flags(sanitize=sanitize), "runtime": fast}
    jobs: list[list[str]] = []
    for name, own in headers.items():
        made = str(folder / f"{name}.h{'.pch' if compiler.clang else '.gch'}")
        jobs.append([*base, *own, "-x", "c++-header", str(RUNTIME / _HEADER), "-o", made])
    _run_all(jobs)
    included = _included(compiler, folder, "runtime")
    jobs = []
    for source in sources:
        before = [] if source.name == _SYSTEM else included
        made = str(folder / f"{source.stem}.o")
        jobs.append([*base, *fast, *before, "-c", str(source), "-o", made])
    _run_all(jobs)
    for large in folder.glob("runtime.h.*"):  # its 50 MB have served
        large.unlink()


def _included(compiler: Compiler, folder: Path, name: str) -> list[str]:
    """Return the flags that read a precompiled header."""
    if compiler.clang:
        return ["-include-pch", str(folder / f"{name}.h.pch")]
    return ["-include", str(folder / f"{name}.h")]


def _run_all(commands: list[list[str]]) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(_run, command, "cannot build the host") for command in commands]:
            done.result()
