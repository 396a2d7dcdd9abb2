"""`genfx selftest`: long proofs that genfx keeps its promises on this machine."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from genfx.cli.options import LAST_SEED, MOST_TESTS, MOST_THREADS
from genfx.cli.show import complain, print_json
from genfx.cli.verdict import DIVERGES

if TYPE_CHECKING:
    from backtest.bars import Bars
    from genfx.verify.proof import Proof

INTERRUPTED = 130  # exit code
COMMAND = "genfx selftest parity"

selftest_app = typer.Typer(
    no_args_is_help=True, help="Long proofs that genfx keeps its promises on this machine."
)


@selftest_app.callback()
def _group() -> None:
    return


@selftest_app.command("parity", epilog=f"Example: {COMMAND} --count 100 --seed 1")
def parity(
    count: Annotated[
        int, typer.Option(min=1, max=MOST_TESTS, help="How many random strategies.")
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Another seed draws others.")] = 1,
    first: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_TESTS, metavar="K", help="The first case; goes on where a run ended."
        ),
    ] = 0,
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_THREADS, help="Processes, no matter for results; 0: one a core."
        ),
    ] = 1,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", help='Real bars of which stretches serve too; default: "sample".'),
    ] = None,
    only: Annotated[
        int | None,
        typer.Option(min=0, max=MOST_TESTS, metavar="K", help="Only case K, and keep its files."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of --only; default: here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Random strategies, emitted as MQL5, replayed and compared with the engines, deal by deal.

    Each node type of the registry comes by turns, with parameters of its whole range; symbols,
    accounts, costs, rules are random, bars are real stretches and nasty ones, some played through
    finer bars; some terminals restart, lose data, get requotes. One case in ten is compared with
    the interpreter as well. Exit code 1: a deal differs somewhere; the case is named at once, and
    --only K writes its files to look at. Ctrl-C sums up what was compared so far and exits with
    code 130.
    """
    from genfx.bars.sources import load_bars
    from genfx.verify.replay import compiler_name, require_compiler

    require_compiler()
    sources = data or ["sample"]
    real = [load_bars(source) for source in sources]
    if only is not None:
        raise typer.Exit(_one(only, seed, real, out or Path(f"parity_{seed}_{only}")))
    again = " ".join([COMMAND, f"--seed {seed}", *(f'--data "{name}"' for name in data or ())])
    proof = _proved(range(first, first + count), seed, real, workers, again, quiet=as_json)
    if as_json:
        print_json(proof.facts() | {"compiler": compiler_name()})
    else:
        _print(proof, again, compiler_name())
    if proof.next_number is not None:
        raise typer.Exit(INTERRUPTED)
    if proof.wrong:
        raise typer.Exit(DIVERGES)


def _proved(
    numbers: range, seed: int, real: list[Bars], workers: int, again: str, *, quiet: bool
) -> Proof:
    """Return the proof, as far as it came before Ctrl-C or the end of a worker."""
    import os
    from concurrent.futures.process import BrokenProcessPool

    from codegen.verify.selftest import selftest
    from genfx.cli.proof import Progressing
    from genfx.verify.proof import Proof

    processes = workers or os.cpu_count() or 1
    begun, outcomes = perf_counter(), []
    batches = selftest(numbers, seed, real, workers=processes)
    with Progressing(len(numbers), lambda k: f"{again} --only {k}", quiet=quiet) as progress:
        try:
            for batch in batches:
                outcomes += batch
                progress.add(batch)
        except KeyboardInterrupt:
            batches.close()
        except BrokenProcessPool:
            complain("a worker process was killed; fewer --workers need less memory")
    seconds = perf_counter() - begun
    return Proof(numbers, seed, processes, seconds, tuple(outcomes))


def _print(proof: Proof, again: str, compiler: str) -> None:
    from genfx.cli.proof import print_proof

    if proof.outcomes:
        print_proof(proof, compiler)
    following = proof.next_number
    if following is not None:
        left = proof.numbers.stop - following
        typer.echo(
            f"Interrupted after {len(proof.outcomes):,} of {len(proof.numbers):,}; the rest: "
            f"{again} --first {following} --count {left}"
        )


def _one(number: int, seed: int, real: list[Bars], folder: Path) -> int:
    from codegen.verify.selftest import MEANING, outcome
    from genfx.cli.verdict import print_verdict
    from genfx.verify.case import replayed_case, write_case

    case, found = replayed_case(number, seed, real)
    for path in write_case(case, folder):
        typer.echo(f"{path}")
    print_verdict(found)
    compared = outcome(case, found)
    if compared.cause == MEANING:
        typer.echo(f"{compared.cause}: {compared.problem}")
    return DIVERGES if compared.problem else 0
