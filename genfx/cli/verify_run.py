"""`genfx verify RUN`: all Expert Advisors of a run folder."""

from __future__ import annotations

from pathlib import Path

from genfx.cli.show import console, print_json, print_table
from genfx.cli.verdict import DIVERGES, HONEST, print_verdict


def verify_folder(folder: Path, *, as_json: bool) -> int:
    """Replay all Expert Advisors of a run, print a line for each, return the exit code."""
    from genfx.markets import span_label
    from genfx.verify.runs import run_replays
    from genfx.verify.tables import facts

    screen = console()
    replays = []
    with screen.status("replaying", spinner="line"):
        for replay in run_replays(folder):
            replays.append(replay)
    if as_json:
        print_json(
            {
                replay.file: {
                    "equal": replay.holds,
                    "notes": list(replay.subject.notes),
                    "spans": {name: facts(found) for name, found in replay.spans},
                }
                for replay in replays
            }
        )
        return 0 if all(replay.holds for replay in replays) else DIVERGES
    rows = []
    for replay in replays:
        counts = ", ".join(
            f"{span_label(name)} {len(found.expected.deals)}" for name, found in replay.spans
        )
        word = "equal" if replay.holds else "DIFFERENT"
        rows.append((replay.file, word, f"{replay.deals:,}", counts))
    print_table(("Expert Advisor", "replay", "deals", "by span"), rows)
    wrong = [replay for replay in replays if not replay.holds]
    for replay in wrong:
        span, found = next((name, found) for name, found in replay.spans if not found.holds)
        screen.print(f"\n[bold]{replay.file}[/], {span_label(span)}:")
        for note in replay.subject.notes:
            screen.print(f"Note: {note}.", markup=False)
        print_verdict(found)
    if not wrong:
        screen.print(HONEST)
    return DIVERGES if wrong else 0
