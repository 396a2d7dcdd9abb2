"""The command tree, and what becomes of errors: a user's is a message and exit code 2."""

from __future__ import annotations

import errno
import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dsl.errors import GenfxError, did_you_mean
from genfx import __version__
from genfx.cli.backtest import backtest
from genfx.cli.data import data_app
from genfx.cli.evolve import evolve
from genfx.cli.export import export
from genfx.cli.imports import import_expert
from genfx.cli.language import check, fmt
from genfx.cli.mt5 import mt5_app
from genfx.cli.nodes import nodes
from genfx.cli.portfolio import portfolio
from genfx.cli.runs import runs_app
from genfx.cli.selftest import selftest_app
from genfx.cli.series import series
from genfx.cli.show import complain, print_json
from genfx.cli.tune import tune
from genfx.cli.verify import verify

USER_ERROR = 2
_QUOTED = re.compile(r"'([^']*)'")
JSON_WANTED = "genfx.json"
NO_MEMORY = "the memory does not suffice; fewer bars, strategies or threads need less"
UsageError: Any = typer.BadParameter.__base__  # typer may bring its own copy of click


class GenfxGroup(TyperGroup):
    """Shows what a user can mend without a traceback; anything else is a bug and shows its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note whether a program reads the result."""
        ctx.meta[JSON_WANTED] = "--json" in args
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            _tell(ctx, error.format_message())
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error becomes a message, with --json an object too, and 2."""
        try:
            return super().invoke(ctx)
        except GenfxError as error:
            complain(str(error))
            _tell(ctx, error.message, error.hint)
            raise typer.Exit(USER_ERROR) from None
        except UsageError as error:
            error.message += _meant(error.message)
            _tell(ctx, error.format_message())
            raise
        except MemoryError:
            complain(NO_MEMORY)
            _tell(ctx, NO_MEMORY)
            raise typer.Exit(USER_ERROR) from None
        except OSError as problem:  # a path, a full disk: the system's word is all there is to say
            if problem.errno == errno.EPIPE or not problem.strerror:
                raise
            place = f"{problem.filename}: " if problem.filename else ""
            complain(f"{place}{problem.strerror}")
            _tell(ctx, f"{place}{problem.strerror}")
            raise typer.Exit(USER_ERROR) from None


def _meant(message: str) -> str:
    """Return the nearest of the values that an option takes, such as mql5 for mq5."""
    given, _, allowed = message.partition(" is not one of ")
    words = _QUOTED.findall(given)
    near = did_you_mean(words[-1], _QUOTED.findall(allowed)) if words and allowed else ""
    return f" {near[0].upper()}{near[1:]}" if near else ""


def _tell(ctx: Any, message: str, hint: str = "") -> None:
    if ctx.meta[JSON_WANTED]:
        print_json({"error": {"message": message, "hint": hint}})


app = typer.Typer(
    cls=GenfxGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",  # paragraphs of help flow
    help="Evolve trading strategies and compile them to MetaTrader 5 Expert Advisors.",
    epilog="Start with: genfx evolve examples/quickstart.toml",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"genfx {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    return


app.command(epilog="Example: genfx evolve examples/quickstart.toml")(evolve)
app.command(epilog="Example: genfx backtest examples/ema_rsi.strat --data sample")(backtest)
app.command(epilog="Example: genfx tune examples/ema_rsi.strat --data sample")(tune)
app.command(epilog="Example: genfx export examples/ema_rsi.strat --to mql5")(export)
app.command("import", epilog="Example: genfx import EA.mq5 --out edited.strat")(import_expert)
app.command(
    epilog="Example: genfx portfolio examples/ema_rsi.strat examples/london_range.strat "
    "--out both.mq5 --config examples/quickstart.toml"
)(portfolio)
app.command(epilog="Example: genfx check examples/ema_rsi.strat")(check)
app.command(epilog="Example: genfx fmt --check examples/ema_rsi.strat")(fmt)
app.command(epilog="Example: genfx nodes ema")(nodes)
app.command(epilog='Example: genfx series "ema(close, 20)" --data sample --plot')(series)
app.command(epilog="Example: genfx verify examples/ema_rsi.strat --data sample")(verify)
app.add_typer(data_app, name="data")
app.add_typer(runs_app, name="runs")
app.add_typer(mt5_app, name="mt5")
app.add_typer(selftest_app, name="selftest")
