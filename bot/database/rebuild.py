"""Changes of a table by Alembic's operations, without a migration; SQLite makes the table anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, text

from bot.database.errors import SchemaError

if TYPE_CHECKING:
    from alembic.operations import BatchOperations

_BELONGINGS = text(
    "SELECT type, name, sql FROM sqlite_master"
    " WHERE tbl_name = :name AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)
_NUMBERS = text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
_HIGHEST = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NUMBER_BEHIND = text("UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name")


@contextmanager
def changed_table(
    connection: Connection, table: Table, *, in_place: bool = False
) -> "Iterator[BatchOperations]":
    """Give the operations on a table, which SQLite makes anew unless they are done `in_place`.

    Rows, columns, indexes and triggers that others have added stay. Raises `SchemaError` where
    foreign keys would see a table dropped.
    """
    # Worth its import time only where there is something to change.
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.operations import Operations  # noqa: PLC0415

    operations = Operations(MigrationContext.configure(connection))
    if connection.dialect.name != "sqlite" or in_place:
        with operations.batch_alter_table(table.name, recreate="never") as change:
            yield change
        return
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise SchemaError(
            f"The table {table.name} has to be made anew, which cannot be while the bot runs; stop "
            "it and run `seed apply`."
        )
    with (
        _kept_numbers(connection, table.name),
        _put_back(connection, table.name),
        operations.batch_alter_table(
            table.name,
            recreate="always",
            reflect_kwargs={"resolve_fks": False},
            # What reflection does not see.
            table_kwargs={"sqlite_autoincrement": table.dialect_options["sqlite"]["autoincrement"]},
        ) as change,
    ):
        yield change


@contextmanager
def _put_back(connection: Connection, name: str) -> Iterator[None]:
    """Drop indexes and triggers, and make the very same anew: Alembic knows ours at best."""
    # Else a view or trigger that names the table would stop its renaming.
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    belongings = connection.execute(_BELONGINGS, {"name": name}).all()
    quote = connection.dialect.identifier_preparer.quote
    for kind, belonging, _ in belongings:
        connection.exec_driver_sql(f"DROP {kind} {quote(belonging)}")
    yield
    for _, _, sql in belongings:
        connection.exec_driver_sql(sql)
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")


@contextmanager
def _kept_numbers(connection: Connection, name: str) -> Iterator[None]:
    """Give no id again that a row had which is gone: SQLite forgets them with the table."""
    known = connection.scalar(_NUMBERS)
    highest = connection.scalar(_HIGHEST, {"name": name}) if known else None
    yield
    if highest is not None:
        connection.execute(_NUMBER_BEHIND, {"name": name, "seq": highest})
