"""`--help` and reports at narrow terminals: all that an operator needs, and no word broken."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import epilog, reports
from bot.cli.main import app
from bot.gamification.bootstrap.service import BootstrapService
from bot.settings import Settings

WIDTHS = [60, 80]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command with its path."""
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, (*path, name))


ALL = dict(commands(get_command(app)))


def shown(path: tuple[str, ...], width: int) -> str:
    runner = CliRunner(env={"COLUMNS": str(width), "TERMINAL_WIDTH": str(width)})
    return plain(runner.invoke(app, [*path, "--help"]).output)


def plain(text: str) -> str:
    """Return text without colours and frames."""
    return re.sub(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]", "", text)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Make every terminal so wide."""
    monkeypatch.setenv("COLUMNS", str(request.param))
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", request.param)
    monkeypatch.setenv("FORCE_COLOR", "1")
    return int(request.param)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_no_word_is_broken(path: tuple[str, ...], width: int) -> None:
    """Every word of a command's help and of its options' stands in one piece."""
    text = shown(path, width)
    command = ALL[path]
    options = [getattr(one, "help", None) or "" for one in command.params]
    words = " ".join([command.help or "", command.epilog or "", *options]).split()

    assert [] == [word for word in words if word not in text.split()]
    assert width >= max(map(len, text.splitlines()))
    assert text.count("…") == " ".join(words).count("…")


def test_run_is_first(width: int) -> None:
    """What most people want stands first; exit codes and settings are there, too."""
    text = shown((), width)
    listed = text[text.index("Commands") :].split()

    assert "run" == listed[1]
    assert [] == [name for name in epilog.SETTINGS if f"{name}:" not in text.split()]
    assert all(f" {code}: " in text for code in epilog.EXIT_CODES)


def test_every_setting_is_named() -> None:
    """The list in the help is that of the settings."""
    assert sorted(name.upper() for name in Settings.model_fields) == sorted(epilog.SETTINGS)


async def test_reports_break_no_word(
    service: BootstrapService, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan and a status on a narrow terminal have every name and value in one piece."""
    await service.run()
    await service.revert()
    report = await service.plan()
    reports.plan(report)
    reports.status(await service.inspect(), await service.history(), ["a_problem_of_one_word"])

    text = plain(capsys.readouterr().out)
    names = [name for row in report.rows for name in row.changes]
    assert len(names) > 8
    assert [] == [name for name in names if f"{name}:" not in text.split()]
    assert "a_problem_of_one_word" in text.split()
    assert width >= max(map(len, text.splitlines()))
