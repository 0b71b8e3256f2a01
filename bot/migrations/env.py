"""Alembic's environment: on a connection that the bootstrap hands over, or on its own."""

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

import bot.gamification.models  # noqa: F401 - fills Base.metadata
from bot.database.base import Base
from bot.database.schema import foreign_keys_kept


def run_migrations(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Alembic takes for its own table what any schema of the search path has by that name.
        connection.exec_driver_sql(
            "SELECT set_config('search_path', quote_ident(current_schema()), true)"
            " WHERE current_schema() IS NOT NULL"
        )
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # Alembic takes SQLite's DDL for non-transactional; with our own BEGIN it is not.
        transactional_ddl=True,
        render_as_batch=True,  # SQLite alters a table by making it anew
    )
    with foreign_keys_kept(connection):
        context.run_migrations()


if context.is_offline_mode():
    raise CommandError(
        "--sql is not supported, because seeding reads the database; see what a start would do "
        "with `python main.py seed plan`."
    )
if connection := context.config.attributes.get("connection"):
    run_migrations(connection)
else:
    from bot.migrations import migrate_and_seed

    migrate_and_seed(run_migrations)
