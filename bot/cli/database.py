"""The commands about a database as a whole: updates, backup, restore, move and wipe."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.gamification.models  # noqa: F401 - what is moved and wiped are these tables
from bot.cli.printing import print_json
from bot.cli.settings import AsJson, Force, Yes, given_as, prepare
from bot.database import backup as files
from bot.database import wipe as database
from bot.database.connection import opened_database
from bot.database.errors import DatabaseError, translate_errors
from bot.database.move import Moved
from bot.database.move import move as move_all
from bot.database.sqlite_file import refuse_memory
from bot.database.url import describe, files_beside, parse_database_url, sqlite_file
from bot.gamification.books import differing_accounts
from bot.gamification.context import utc_now
from bot.gamification.failed_updates import FailedUpdate, read_failed_updates
from bot.gamification.heartbeat import ABSENCE, last_seen
from bot.progress import shown_progress
from bot.seeding.errors import counted
from bot.settings import Settings

#: Seconds for one statement where a whole table is read.
_LONG = 3600.0
_TO = "--to"


def updates(*, as_json: AsJson = False) -> None:
    """Show the updates that never succeeded and were put aside; each changed nothing."""
    failed = asyncio.run(_read_failed(*prepare(existing=True)))
    if as_json:
        print_json({"updates": [one.as_json() for one in failed]})
        return
    from bot.cli import reports  # noqa: PLC0415 - Rich is for people only

    reports.updates(failed)


async def _read_failed(settings: Settings, url: URL) -> list[FailedUpdate]:
    async with opened_database(url, statement_timeout=settings.database_timeout) as engine:
        with translate_errors("The look at the updates"):
            async with engine.connect() as connection:
                return await read_failed_updates(connection)


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    *,
    force: Force = False,
    check: Annotated[
        bool, typer.Option("--check", help="Look through all of a large copy (over 64 MiB), too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a SQLite database as of one moment, also while the bot runs."""
    _, url = prepare()
    with shown_progress("backup", "%d of %d pages copied") as progress:
        made = files.back_up(url, file, force=force, check=check, progress=progress)
    if as_json:
        print_json(asdict(made))
    else:
        typer.echo(
            f"Backed up {counted(made.members, 'members')} to {made.file} ({made.size} bytes, "
            f"schema {made.revision}); `python main.py restore {made.file}` puts it back."
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A backup of this bot's.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of a SQLite database, which is kept beside it. Stop the bot."""
    _, url = prepare()
    target = sqlite_file(url)
    if target and target.exists() and file.is_file() and not yes:
        question = f"Put {file} in the place of {target.absolute()}?"
        typer.confirm(question, abort=True, err=as_json)
    with shown_progress("restore", "%d of %d pages copied") as progress:
        restored = files.restore(url, file, progress=progress)
    if as_json:
        print_json(asdict(restored))
        return
    kept = f" The database of before is {restored.kept}." if restored.kept else ""
    typer.echo(
        f"Restored {counted(restored.members, 'members')} to {restored.file} "
        f"(schema {restored.revision})."
        f"{kept} Start the bot."
    )


def move(
    to: Annotated[
        str,
        typer.Option(
            _TO,
            metavar="URL",
            envvar="MOVE_TO",
            show_envvar=True,
            help="Where to, as in DATABASE_URL; in the environment it is in no list of processes.",
        ),
    ],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Move although a bot may be at work.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy everything to another, empty database, of either engine, and compare both. Stop the bot.

    The source stays as it is.
    """
    settings, url = prepare(existing=True)
    target = _target(to)
    moved = asyncio.run(_move(settings, url, target, yes=yes))
    if as_json:
        print_json({"to": describe(target), **asdict(moved)})
    else:
        typer.echo(
            f"Moved {counted(sum(moved.rows.values()), 'rows')} to {describe(target)}, "
            f"{counted(moved.rows['users'], 'members')} among them; set DATABASE_URL to it, "
            "and start the bot."
        )


def _target(text: str) -> URL:
    with given_as(_TO):
        url = parse_database_url(text)
        refuse_memory(url)
    return url


@asynccontextmanager
async def _opened_target(target: URL, timeout: float) -> AsyncIterator[AsyncEngine]:
    async with AsyncExitStack() as stack:
        with given_as(_TO):  # what fails later may be the source's
            opening = opened_database(target, create=True, statement_timeout=timeout)
            engine = await stack.enter_async_context(opening)
        yield engine


async def _move(settings: Settings, source: URL, target: URL, *, yes: bool) -> Moved:
    file = sqlite_file(target)
    is_new = file is not None and file.parent.is_dir() and not file.exists()
    longest = max(settings.database_timeout, _LONG)
    try:
        async with (
            opened_database(source, statement_timeout=longest) as old,
            _opened_target(target, longest) as new,
        ):
            if not yes:
                with translate_errors("The look at the source"):
                    await _refuse_a_running_bot(old)
            with shown_progress("move", "%d of %d rows copied") as progress:
                return await move_all(
                    old,
                    new,
                    lock_timeout=settings.bootstrap_lock_timeout,
                    check=differing_accounts,
                    progress=progress,
                )
    except BaseException:
        if file and is_new:  # what we have made and not filled is nobody's database
            for left in (file, *files_beside(file)):
                left.unlink(missing_ok=True)
        raise


async def _refuse_a_running_bot(engine: AsyncEngine) -> None:
    seen_at = await last_seen(engine)
    if seen_at is not None and (since := utc_now() - seen_at) < ABSENCE:
        raise DatabaseError(
            f"A bot was at work on {describe(engine.url)} {since.total_seconds():.0f} s ago, and "
            "what it writes meanwhile would stay behind; stop it, and move with --yes then."
        )


def wipe(*, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete ALL data and keep the schema; the next start, or a running bot, seeds again."""
    settings, url = prepare(existing=True)
    address = describe(url)
    if not yes:
        question = f"Delete all members, balances and settings in {address}?"
        typer.confirm(question, abort=True, err=as_json)
    deleted = asyncio.run(_wipe(url, settings.database_timeout))
    if as_json:
        print_json({"deleted": deleted})
    else:
        typer.echo(
            f"Deleted {counted(deleted, 'rows')} from {address}. The next start seeds it again, "
            "and a bot that runs does within 10 s."
        )


async def _wipe(url: URL, timeout: float) -> int:
    async with opened_database(url, statement_timeout=timeout) as engine:
        return await database.wipe(engine)
