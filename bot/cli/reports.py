"""Reports for a person at a terminal."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.gamification.failed_updates import FailedUpdate
from bot.seeding import Report
from bot.seeding.errors import counted
from bot.seeding.history import Run
from bot.seeding.plan import Action, RowPlan
from bot.seeding.report import Outcome, SeedReport, step

#: How many user ids a person wants to see; `--json` gives all.
FEW = 10

_ACTIONS = {
    Action.INSERT: "insert",
    Action.UPDATE: "update",
    Action.KEEP: "keep the edit",
    Action.UNCHANGED: "as it is",
}

_VERBS = {
    Outcome.UP_TO_DATE: "change nothing",
    Outcome.NEWER: "leave a newer seed alone",
    Outcome.HEALED: "heal",
    Outcome.UPGRADED: "upgrade",
    Outcome.SEEDED: "seed",
    Outcome.TAKEN: "take back",
}


def status(report: Report, runs: Sequence[Run], problems: Sequence[str]) -> None:
    """Print where the database stands, what its last run warned of, and what is wrong in it."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(overflow="fold")
    for seed in report.seeds:
        _add_seed(grid, seed)
    if not report.seeds:
        when = "repaired" if report.repairs else "upgraded"
        grid.add_row("Seed", f"cannot be looked at before the schema is {when}")
    grid.add_row("Schema", f"{report.schema_before or 'none'} (wanted: {report.schema_after})")
    for note in (*report.notes, *(note for run in runs for note in run.notes)):
        grid.add_row("Warning", f"[yellow]{escape(note)}[/]")
    for problem in problems:
        grid.add_row("Problem", f"[yellow]{escape(problem)}[/]")
    if not report.changes_something:
        grid.add_row("A start", "[green]would change nothing[/]")
    for index, words in enumerate(report.pending()):
        grid.add_row("A start would" if index == 0 else "", f"[yellow]{escape(words)}[/]")
    Console(highlight=False).print(grid)


def plan(report: Report) -> None:
    """Print each row that a start would insert, update or keep."""
    console = Console(highlight=False)
    for row in report.rows:
        _print(console, f"[bold]{_ACTIONS[row.action]}[/] {row.table} {escape(row.name)}")
        for words in _fields(row):
            _print(console, escape(words), indent=4)
    for seed in report.seeds:
        for one in seed.backfills:
            if one.keys:
                _print(console, f"insert {counted(len(one.keys), one.name)}: {_few(one.keys)}")
    for words in report.repairs:
        _print(console, escape(words))
    for note in report.notes:
        _print(console, f"[yellow]{escape(note)}[/]")
    _print(console, f"would {_VERBS[report.outcome]}: {escape(report.details())}")
    _print(console, "Nothing was changed: this was a dry run.")


def history(runs: Sequence[Run]) -> None:
    """Print what was recorded, newest first."""
    console = Console(highlight=False)
    if not runs:
        console.print("No run has changed anything yet.")
        return
    for run in runs:
        seed = step(run.version_before, run.version_after)
        schema = step(run.schema_before, run.schema_after)
        _print(
            console,
            f"{run.ran_at:%Y-%m-%d %H:%M:%S} UTC  [bold]{run.outcome}[/] {escape(run.seed)}: "
            f"version {seed}, schema {schema}; release {escape(run.release)} on "
            f"{escape(run.host)}, {run.milliseconds} ms",
        )
        for change in run.changes:
            before, after = _json(change["before"]), _json(change["after"])
            _print(console, escape(f"{change['name']}: {before} → {after}"), indent=4)
        for note in run.notes:
            _print(console, f"[yellow]{escape(note)}[/]", indent=4)


def updates(failed: Sequence[FailedUpdate]) -> None:
    """Print what was put aside, oldest first."""
    console = Console(highlight=False)
    if not failed:
        console.print("No update has been put aside.")
        return
    for one in failed:
        _print(
            console,
            f"{one.first_failed_at:%Y-%m-%d %H:%M:%S} UTC  [bold]{one.update_id}[/] "
            f"{escape(one.kind)}: {counted(one.attempts, 'attempts')}, the last at "
            f"{one.last_failed_at:%Y-%m-%d %H:%M:%S} UTC; {escape(one.error)}",
        )
    console.print("`python main.py updates --json` shows each as Telegram sent it.")


def _print(console: Console, markup: str, indent: int = 0) -> None:
    """Print a line: on a terminal broken between words, and whole for whoever searches it."""
    if console.is_terminal:
        console.print(Padding(Text.from_markup(markup, overflow="fold"), (0, 0, 0, indent)))
    else:
        console.print(" " * indent + markup, soft_wrap=True)


def _add_seed(grid: Table, seed: SeedReport) -> None:
    applied = "not seeded"
    if marker := seed.marker:
        when = f"{marker.applied_at:%Y-%m-%d %H:%M} UTC"
        applied = f"version {marker.version}, applied {when} by release {marker.release}"
    wanted = f"{applied} (this release brings version {seed.version})"
    grid.add_row("Seed", escape(wanted))
    if seed.outcome is Outcome.NEWER:
        grid.add_row("", "[yellow]a newer seed was applied; it is left alone[/]")
    for name, (edited, default) in seed.kept().items():
        field = name.rpartition(".")[2]
        words = f"{name}: {_worded(field, edited)} (manifest: {_worded(field, default)})"
        grid.add_row("Kept edit", escape(words))


def _fields(row: RowPlan) -> Iterator[str]:
    for name, (before, after) in row.changes.items():
        was = "" if row.action is Action.INSERT else f"{_worded(name, before)} → "
        yield f"{name}: {was}{_worded(name, after)}"
    for name, (edited, default) in row.kept.items():
        yield f"{name}: {_worded(name, edited)} kept (manifest: {_worded(name, default)})"


def _worded(name: str, value: Any) -> str:
    return ", ".join(map(_condition, value)) if name == "conditions" and value else _json(value)


def _condition(condition: Sequence[Any]) -> str:
    kind, value, group = condition
    words = kind if value is None else f"{kind} ≥ {value}"
    return f"{words} (any of group {group})" if group else words


def _json(value: Any) -> str:
    return "NULL" if value is None else json.dumps(value, ensure_ascii=False)


def _few(ids: Sequence[Any]) -> str:
    shown = ", ".join(map(str, ids[:FEW]))
    return shown if len(ids) <= FEW else f"{shown}, … and {len(ids) - FEW} more"
