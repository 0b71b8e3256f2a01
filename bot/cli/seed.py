"""`python main.py seed status | plan | apply | revert`."""

import asyncio
import json
from typing import Annotated, Any

import typer

from bot.cli.database import opened_database
from bot.database.errors import explained
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.report import BootstrapReport
from bot.gamification.bootstrap.revert import revert_seed
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.bootstrap.status import SeedStatus, make_status
from bot.logs import setup_logging
from bot.progress import shown_progress
from bot.settings import Settings, load_settings

app = typer.Typer(
    help="Look at the seed, preview it, apply it or take it back.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

WOULD_CHANGE = 3


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show marker, versions and what a start would do; exit code 3 when it would change data."""
    result = asyncio.run(_status(_settings()))
    if as_json:
        _print(result.as_json())
    else:
        from bot.cli import render  # noqa: PLC0415 - Rich is for people only

        render.status(result)
    raise typer.Exit(WOULD_CHANGE if result.would_change else 0)


@app.command()
def plan(*, as_json: AsJson = False) -> None:
    """Show the exact rows a start would insert, update or keep: a real run, rolled back."""
    report = asyncio.run(_plan(_settings()))
    if as_json:
        _print(report.as_json())
    else:
        from bot.cli import render  # noqa: PLC0415 - Rich is for people only

        render.plan(report)


@app.command()
def apply(*, as_json: AsJson = False) -> None:
    """Do what a start does, without the bot: a step of a release."""
    report = asyncio.run(_apply(_settings()))
    _print(report.as_json()) if as_json else typer.echo(report.summary())


@app.command()
def revert(*, as_json: AsJson = False) -> None:
    """Set the economy's settings to NULL and remove the marker; members and rewards stay."""
    reverted = asyncio.run(_revert(_settings()))
    if as_json:
        _print({"reverted": reverted})
    elif reverted:
        typer.echo("Reverted: the economy lives on the manifest's defaults until the next start.")
    else:
        typer.echo("Nothing to revert: this database has not been seeded.")


async def _status(settings: Settings) -> SeedStatus:
    manifest = load_manifest(settings.seed_file)
    async with opened_database(settings) as engine:
        with explained("The look at the database"):
            revision, findings = await BootstrapService(engine, manifest).inspect()
    return make_status(revision, findings, manifest)


async def _plan(settings: Settings) -> BootstrapReport:
    manifest = load_manifest(settings.seed_file)
    async with opened_database(settings) as engine:
        service = BootstrapService(engine, manifest, lock_timeout=settings.bootstrap_lock_timeout)
        return await service.plan()


async def _apply(settings: Settings) -> BootstrapReport:
    manifest = load_manifest(settings.seed_file)
    async with opened_database(settings, create=True) as engine:
        with shown_progress() as progress:
            return await BootstrapService(
                engine,
                manifest,
                lock_timeout=settings.bootstrap_lock_timeout,
                progress=progress,
            ).run()


async def _revert(settings: Settings) -> bool:
    async with opened_database(settings) as engine:
        return await revert_seed(engine, lock_timeout=settings.bootstrap_lock_timeout)


def _settings() -> Settings:
    settings = load_settings()
    setup_logging(settings)
    return settings


def _print(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
