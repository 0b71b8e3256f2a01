"""Reports for a person at a terminal."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.gamification.bootstrap.plan import Action, RowPlan
from bot.gamification.bootstrap.report import BootstrapReport
from bot.gamification.bootstrap.status import SeedStatus

#: How many user ids a person wants to see; `--json` gives all.
FEW = 10


def status(status: SeedStatus) -> None:
    """Print where the database stands."""
    grid = Table.grid(padding=(0, 2))
    seed = f"version {status.marker_version}" if status.marker_version else "not seeded"
    if status.applied_at:
        seed += f", applied {status.applied_at:%Y-%m-%d %H:%M} UTC by release {status.release}"
    grid.add_row("Seed", escape(f"{seed} (this release brings version {status.manifest_version})"))
    grid.add_row("Schema", f"{status.schema_revision or 'none'} (wanted: {status.schema_head})")
    if status.outcome == "newer":
        grid.add_row("", "[yellow]a newer seed was applied; it is left alone[/]")
    for edit in status.kept:
        grid.add_row("Kept edit", escape(edit))
    if not status.would_change:
        grid.add_row("A start", "[green]would change nothing[/]")
    for index, step in enumerate(status.pending):
        grid.add_row("A start would" if index == 0 else "", f"[yellow]{escape(step)}[/]")
    Console(highlight=False).print(grid)


def plan(report: BootstrapReport) -> None:
    """Print each row that a start would insert, update or keep."""
    table = Table("action", "table", "row", "fields", show_lines=True)
    for row in report.rows:
        table.add_row(row.action, row.table, row.key, escape("\n".join(_fields(row))))
    console = Console(highlight=False)
    console.print(table)
    if report.profile_ids:
        console.print(f"insert {len(report.profile_ids)} profiles: {_few(report.profile_ids)}")
    console.print(report.summary(), soft_wrap=True)
    console.print("Nothing was changed: this was a dry run.")


def _fields(row: RowPlan) -> Iterator[str]:
    for name, (before, after) in row.changes.items():
        was = "" if row.action is Action.INSERT else f"{_json(before)} → "
        yield f"{name}: {was}{_json(after)}"
    for name, (edited, default) in row.kept.items():
        yield f"{name}: {_json(edited)} kept (manifest: {_json(default)})"


def _json(value: Any) -> str:
    return "NULL" if value is None else json.dumps(value, ensure_ascii=False)


def _few(ids: Sequence[int]) -> str:
    shown = ", ".join(map(str, ids[:FEW]))
    return shown if len(ids) <= FEW else f"{shown}, … and {len(ids) - FEW} more"
