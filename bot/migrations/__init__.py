"""Alembic's own command line: connect, lock, migrate and seed in one transaction.

The bot itself does not come through here: its bootstrap runs the migrations, which are in
`versions/`, on its own connection by `env.py`. Both end in the same database.
"""

import asyncio
from collections.abc import Callable

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.connection import opened_database
from bot.database.errors import translate_errors
from bot.database.revision import current_revision, head
from bot.database.transaction import exclusive_transaction
from bot.database.url import database_url
from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.logs import redacted, setup_logging
from bot.settings import Settings, load_settings, setting_doubts

Migrate = Callable[[Connection], None]


def migrate_and_seed(run_migrations: Migrate) -> None:
    """Run Alembic's command in one exclusive transaction; at head, seed in the same one.

    Commands that only look, such as `current` and `check`, wait for nobody and write nothing.
    Raises Alembic's `CommandError`, which ends its command line with the sentence alone.
    """
    try:
        asyncio.run(_run(run_migrations, load_settings()))
    except BesitosError as error:
        raise CommandError(redacted(str(error))) from error


async def _run(run_migrations: Migrate, settings: Settings) -> None:
    setup_logging(settings)
    url = database_url(settings)
    wait = settings.database_wait_timeout
    writes = _changes_the_revision()
    async with opened_database(
        url,
        timeout=wait,
        statement_timeout=settings.database_timeout,
        create=writes,
        doubts=setting_doubts() if writes else (),
    ) as engine:
        with translate_errors("The migration"):
            if writes:
                await _migrate_and_seed(run_migrations, engine, settings)
            else:
                async with engine.connect() as connection:
                    await connection.run_sync(run_migrations)


async def _migrate_and_seed(
    run_migrations: Migrate, engine: AsyncEngine, settings: Settings
) -> None:
    manifest = load_manifest(settings.seed_file)
    timeout = settings.bootstrap_lock_timeout
    async with exclusive_transaction(engine, timeout) as connection:
        await connection.run_sync(run_migrations)
        if _moves_the_schema() and await current_revision(connection) == head():
            await BootstrapService(engine, manifest).seed(connection)
        await connection.commit()


def _changes_the_revision() -> bool:
    """Tell `upgrade`, `downgrade` and `stamp`, which have a destination, from all others."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    except CommandError:  # a relative one, which only the database can resolve
        return True
    return True


def _moves_the_schema() -> bool:
    """Tell `upgrade` and `downgrade` from `stamp`, whose destination is a tuple."""
    return isinstance(context.get_context().opts.get("destination_rev"), str)
