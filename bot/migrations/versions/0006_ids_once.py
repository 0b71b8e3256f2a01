"""Ids that are never given twice.

SQLite gives the highest id plus one, so that of a deleted last row again, and with it whatever
still refers to the old row. PostgreSQL's sequences never go back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("rewards", "reward_conditions", "user_rewards", "transactions", "admin_actions")
#: Where ids of rows that are gone may still be spoken of. SQL by hand may have left anything there:
#: text is above every number, and behind the highest integer of all nothing could be numbered.
REFERENCES = {
    "rewards": (
        "SELECT max(reward_id) FROM user_rewards WHERE reward_id < 1000000000000",
        "SELECT max(reward_id) FROM reward_conditions WHERE reward_id < 1000000000000",
        """
        SELECT max(id) FROM (SELECT CAST(substr(target, 8) AS INTEGER) AS id FROM admin_actions
                             WHERE target GLOB 'reward:[0-9]*') WHERE id < 1000000000000
        """,
    ),
    "user_rewards": (
        """
        SELECT max(id) FROM (SELECT CAST(substr(reference, 8) AS INTEGER) AS id FROM transactions
                             WHERE reference GLOB 'reward:[0-9]*') WHERE id < 1000000000000
        """,
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # Else an operator's own view or trigger that names such a table would stop its renaming.
    op.execute("PRAGMA legacy_alter_table = ON")
    for table in _tables_of_before():
        _rebuild(table)
        for highest in REFERENCES.get(table, ()):
            _number_behind(table, op.get_bind().scalar(sa.text(highest)))
    op.execute("PRAGMA legacy_alter_table = OFF")


def downgrade() -> None:
    """Change nothing: older releases work with numbers that are given once just as well."""


def _tables_of_before() -> list[str]:
    """Return the tables of ours that a release without this revision has made."""
    found = sa.text(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN :names"
        " AND upper(sql) NOT LIKE '%AUTOINCREMENT%'"
    ).bindparams(sa.bindparam("names", TABLES, expanding=True))
    return list(op.get_bind().scalars(found))


def _rebuild(table: str) -> None:
    with (
        _put_back(table),
        op.batch_alter_table(
            table,
            recreate="always",
            reflect_kwargs={"resolve_fks": False},
            table_kwargs={"sqlite_autoincrement": True},
        ),
    ):
        pass  # nothing else changes


@contextmanager
def _put_back(table: str) -> Iterator[None]:
    """Drop indexes and triggers, and make the very same anew: Alembic knows ours at best."""
    connection = op.get_bind()
    belongings = connection.execute(
        sa.text(
            "SELECT type, name, sql FROM sqlite_master"
            " WHERE tbl_name = :name AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        ),
        {"name": table},
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    for kind, name, _ in belongings:
        connection.exec_driver_sql(f"DROP {kind} {quote(name)}")
    yield
    for _, _, sql in belongings:
        connection.exec_driver_sql(sql)


def _number_behind(table: str, highest: float | None) -> None:
    values = {"name": table, "highest": int(highest or 0)}
    op.get_bind().execute(_FIRST_NUMBER, values)
    op.get_bind().execute(_NUMBER_BEHIND, values)


# A table that nothing was ever inserted into has no row there.
_FIRST_NUMBER = sa.text(
    "INSERT INTO sqlite_sequence (name, seq) SELECT :name, 0"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
)
_NUMBER_BEHIND = sa.text("UPDATE sqlite_sequence SET seq = max(seq, :highest) WHERE name = :name")
