"""The seed commands: status, plan, apply, revert, export, take and history."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import URL

from bot.cli.printing import print_file, print_json
from bot.cli.settings import AsJson, Force, Yes, prepare
from bot.cli.text_file import write_text
from bot.database.connection import opened_database
from bot.database.sqlite_file import check_file
from bot.database.url import is_part_of
from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.progress import shown_progress
from bot.seeding import Report
from bot.seeding.history import Run
from bot.settings import Settings, setting_doubts

app = typer.Typer(
    help="Look at the seed, preview it, apply it, or go back from it.", no_args_is_help=True
)

WOULD_CHANGE = 3


class ExportError(BesitosError):
    """The export cannot be written where it was asked for."""


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show marker, versions and what a start would do; exit code 3 when it would change data."""
    report, runs, problems = asyncio.run(_status())
    if as_json:
        more = {
            "would_change": report.changes_something,
            "last_run": runs[0].as_json() if runs else None,
            "problems": problems,
        }
        print_json({**report.as_json(), **more})
    else:
        from bot.cli import reports  # noqa: PLC0415 - Rich is for people only

        reports.status(report, runs, problems)
    raise typer.Exit(WOULD_CHANGE if report.changes_something else 0)


@app.command()
def plan(*, as_json: AsJson = False) -> None:
    """Show the exact rows a start would insert, update or keep: a real run, rolled back."""
    _show_plan(asyncio.run(_plan([])), as_json=as_json)


@app.command()
def apply(*, as_json: AsJson = False) -> None:
    """Do what a start does, without the bot: a step of a release."""
    _show_done(asyncio.run(_apply()), as_json=as_json)


@app.command()
def take(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="config, config.besitos_daily_gift, rewards.racha_7_dias.name, …"),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every edit there is.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give edits back to the manifest's values, for good."""
    if bool(names) == everything:
        raise typer.BadParameter("Name what shall be taken back, or everything with --all.")
    chosen = ["*"] if everything else list(names or ())
    if dry_run:
        _show_plan(asyncio.run(_plan(chosen)), as_json=as_json)
    else:
        _show_done(asyncio.run(_take(chosen)), as_json=as_json)


@app.command()
def revert(
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Set the economy's settings to NULL and remove the marker; members and rewards stay."""
    if not yes and not as_json and sys.stdin.isatty():
        dropped = asyncio.run(_revert(dry_run=True)).seeds[0].dropped()
        typer.echo(_dropped(dropped))
        typer.confirm("Revert the seed?", abort=True)
    report = asyncio.run(_revert(dry_run=False))
    (seed,) = report.seeds
    if as_json:
        print_json({"reverted": seed.writes, "dropped": seed.dropped()})
    elif seed.writes:
        typer.echo("Reverted: the economy lives on the manifest's defaults until the next start.")
        typer.echo(_dropped(seed.dropped()))
    else:
        typer.echo("Nothing to revert: this database has not been seeded.")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Without one: stdout.")] = None,
    *,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the live settings and rewards as a manifest that gives the same elsewhere."""
    # A bot that runs exports nothing, and need not hold what writes TOML.
    from bot.gamification.bootstrap.export import write_manifest  # noqa: PLC0415

    file = None if file == Path("-") else file
    settings, url = prepare(existing=True)
    if file is not None and is_part_of(url, file):
        raise ExportError(
            f"{file} is the database itself, or the log beside it; name another file."
        )
    manifest, values = asyncio.run(_export(settings, url))
    text = write_manifest(values, manifest)
    if file is not None:
        _write(file, text, force=force)
    if as_json:
        print_json(values)
    elif file is None:
        print_file(text)
    else:
        typer.echo(f"Written to {file}; SEED_FILE={file} makes it a bot's manifest.")


@app.command()
def history(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many runs.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show which start changed what, when, from which release and host; the newest first."""
    runs = asyncio.run(_history(limit))
    if as_json:
        print_json({"runs": [run.as_json() for run in runs]})
    else:
        from bot.cli import reports  # noqa: PLC0415 - Rich is for people only

        reports.history(runs)


@asynccontextmanager
async def _opened(
    settings: Settings, url: URL, *, create: bool = False, whole_file: bool = False
) -> AsyncIterator[BootstrapService]:
    manifest = load_manifest(settings.seed_file)
    timeout = settings.bootstrap_lock_timeout
    wait = settings.database_wait_timeout if create else 0
    async with opened_database(
        url,
        timeout=wait,
        statement_timeout=settings.database_timeout,
        create=create,
        doubts=setting_doubts() if create else (),
    ) as engine:
        await check_file(engine, whole=whole_file)
        with shown_progress() as progress:
            yield BootstrapService(engine, manifest, lock_timeout=timeout, progress=progress)


async def _status() -> tuple[Report, list[Run], list[str]]:
    async with _opened(*prepare(), whole_file=True) as service:
        report = await service.inspect()
        if not report.seeds:  # tables of another revision are not ours to judge
            return report, [], []
        problems = [*await service.bad_values(), *await service.open_books()]
        return report, await service.history(1), problems


async def _plan(names: list[str]) -> Report:
    async with _opened(*prepare()) as service:
        return await service.plan(names)


async def _apply() -> Report:
    async with _opened(*prepare(), create=True) as service:
        return await service.run()


async def _take(names: list[str]) -> Report:
    async with _opened(*prepare(existing=True)) as service:
        return await service.take(names)


async def _revert(*, dry_run: bool) -> Report:
    async with _opened(*prepare(existing=True)) as service:
        return await service.revert(dry_run=dry_run)


async def _export(settings: Settings, url: URL) -> tuple[Manifest, dict[str, Any]]:
    async with _opened(settings, url) as service:
        return service.manifest, await service.export()


async def _history(limit: int) -> list[Run]:
    async with _opened(*prepare(existing=True)) as service:
        return await service.history(limit)


def _write(file: Path, text: str, *, force: bool) -> None:
    try:
        write_text(file, text, replace=force)
    except FileExistsError as error:
        raise ExportError(f"{file} exists; name another file, or add --force.") from error
    except OSError as error:
        raise ExportError(f"{file} cannot be written ({error.strerror}).") from error


def _show_plan(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_json())
        return
    from bot.cli import reports  # noqa: PLC0415 - Rich is for people only

    reports.plan(report)


def _show_done(report: Report, *, as_json: bool) -> None:
    print_json(report.as_json()) if as_json else typer.echo(f"bootstrap {report.summary()}")


def _dropped(edits: dict[str, Any]) -> str:
    if not edits:
        return "No edit is lost by it."
    lines = [f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in edits.items()]
    return "\n".join(["These edits are dropped:", *lines])
