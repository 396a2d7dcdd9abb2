"""What the command line keeps from being lost, and what it tells of usual slips."""

from __future__ import annotations

from pathlib import Path

from tests.test_genfx_cli import CROSS, genfx, strategy


def test_export_replaces_an_untouched_expert_advisor_and_nothing_else(tmp_path: Path) -> None:
    path, made = strategy(tmp_path), tmp_path / "cross.mq5"
    genfx("export", path, "--to", "mql5")
    path.write_text(CROSS.replace("fast = 12", "fast = 13"))
    genfx("export", path, "--to", "mql5")
    emitted = made.read_text()
    for old, new in (("InpFast = 13", "InpFast = 14"), ("MathFloor(", "MathCeil(")):
        made.write_text(emitted.replace(old, new, 1))
        assert made.read_text() != emitted
        assert "--force" in genfx("export", path, "--to", "mql5", code=2).stderr
    genfx("export", path, "--to", "mql5", "--force")
    assert made.read_text() == emitted
    made.with_suffix(".svg").write_text("mine")
    assert "exists" in genfx("export", path, "--to", "svg", code=2).stderr
    assert f"--out {tmp_path / 'cross_imported.strat'}" in genfx("backtest", made, code=2).stderr


def test_slips_on_the_command_line_are_told_with_what_is_meant(tmp_path: Path) -> None:
    path, ini = strategy(tmp_path), tmp_path / "mine.ini"
    said = genfx("export", path, "--to", "mq5", code=2).stderr.replace("│", "")
    assert "Did you mean 'mql5'?" in " ".join(said.split())
    ini.write_bytes("\ufeff[Tester]\r\nExpert=x\r\n".encode("utf-16-le"))
    assert "no .set" in genfx("export", path, "--to", "mql5", "--set", ini, code=2).stderr
