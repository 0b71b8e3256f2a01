"""What the statements rely on is there, or a start makes it again, or it refuses and says why."""

import re
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import catalogue, schema
from bot.database.base import Base
from bot.database.errors import DatabaseError
from bot.database.url import sqlite_file
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Outcome
from tests.support.database import contents, run_sql
from tests.support.economy import LiveEconomy
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

#: A statement for both engines, or for each; SQLite's may be the words to replace in a table's own.
Damage = str | tuple[tuple[str, str, str], str]

REFERENCE = "CONSTRAINT uq_transactions_reference UNIQUE (reference)"
MADE_AGAIN: dict[str, Damage] = {
    "create the table user_reactions": "DROP TABLE user_reactions",
    "create the table user_streaks": "DROP TABLE user_streaks",
    "create the table transactions": "DROP TABLE transactions",
    "create the table rewards": (("", "", "DROP TABLE rewards"), "DROP TABLE rewards CASCADE"),
    "create the table user_gamification_profiles": "DROP TABLE user_gamification_profiles",
    "create the table seed_runs": "DROP TABLE seed_runs",
    "create the table seed_marker": "DROP TABLE seed_marker",
    "create the index ix_transactions_created_at of transactions": (
        "DROP INDEX ix_transactions_created_at"
    ),
    "make the unique key uq_transactions_reference of transactions": (
        ("transactions", f", \n\t{REFERENCE}", ""),
        "ALTER TABLE transactions DROP CONSTRAINT uq_transactions_reference",
    ),
    "make the unique key uq_user_rewards_user_id_reward_id of user_rewards": (
        (
            "user_rewards",
            ", \n\tCONSTRAINT uq_user_rewards_user_id_reward_id UNIQUE (user_id, reward_id)",
            "",
        ),
        "ALTER TABLE user_rewards DROP CONSTRAINT uq_user_rewards_user_id_reward_id",
    ),
    "set the default of users.created_at": (
        ("users", "DEFAULT CURRENT_TIMESTAMP ", ""),
        "ALTER TABLE users ALTER COLUMN created_at DROP DEFAULT",
    ),
    "set the default of user_rewards.claims": (
        ("user_rewards", "claims INTEGER DEFAULT '0'", "claims INTEGER"),
        "ALTER TABLE user_rewards ALTER COLUMN claims DROP DEFAULT",
    ),
    "set the default of rewards.is_active": (
        ("rewards", "is_active BOOLEAN DEFAULT 1", "is_active BOOLEAN"),
        "ALTER TABLE rewards ALTER COLUMN is_active DROP DEFAULT",
    ),
    "let transactions.id count by itself": (
        ("transactions", " AUTOINCREMENT", ""),
        "ALTER TABLE transactions ALTER COLUMN id DROP DEFAULT",
    ),
    "let user_rewards.id count by itself": (
        ("user_rewards", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "id BIGINT PRIMARY KEY"),
        "DROP SEQUENCE user_rewards_id_seq CASCADE",
    ),
}
OTHERS_COLUMN = """
ALTER TABLE users ADD loyalty int NOT NULL DEFAULT 0;
ALTER TABLE users ALTER loyalty DROP DEFAULT
"""
REFUSED: dict[str, Damage] = {
    r"column users.loyalty of another program is NOT NULL": (
        ("users", "first_name TEXT NOT NULL", "first_name TEXT NOT NULL, loyalty INT NOT NULL"),
        OTHERS_COLUMN,
    ),
    r"column users.username must not be NULL": (
        ("users", "username TEXT", "username TEXT NOT NULL"),
        "ALTER TABLE users ALTER username SET NOT NULL",
    ),
    r"table user_streaks has lost its primary key \(user_id, streak_type\)": (
        (
            "user_streaks",
            ", \n\tCONSTRAINT pk_user_streaks PRIMARY KEY (user_id, streak_type)",
            "",
        ),
        "ALTER TABLE user_streaks DROP CONSTRAINT pk_user_streaks",
    ),
    r"column user_streaks.longest is missing": (
        "ALTER TABLE user_streaks RENAME COLUMN longest TO longest_of_all"
    ),
    r"column rewards.sort_order is missing": (
        "ALTER TABLE rewards RENAME COLUMN sort_order TO place"
    ),
    r"user_reactions is no table": (
        "ALTER TABLE user_reactions RENAME TO kept;CREATE VIEW user_reactions AS SELECT * FROM kept"
    ),
    r"users has lost its primary key": "ALTER TABLE users RENAME TO old;"
    "CREATE TABLE users AS SELECT * FROM old",
    r"unique key one_ana of users \(first_name\) is another program's": (
        "CREATE UNIQUE INDEX one_ana ON users (first_name)"
    ),
}
#: What PostgreSQL alone minds: columns that do not hold all that we write.
NARROWED: dict[str, str] = {
    r"user_reactions.chat_id is integer and has to be bigint: ALTER TABLE": (
        "ALTER TABLE user_reactions ALTER COLUMN chat_id TYPE integer"
    ),
    r"users.username is character varying\(3\) and has to be text": (
        "ALTER TABLE users ALTER COLUMN username TYPE varchar(3)"
    ),
    r"users.first_name is character\(64\) and has to be text": (
        "ALTER TABLE users ALTER COLUMN first_name TYPE char(64)"
    ),
    r'member_names.term is character varying\(3\) and has to be text COLLATE "C"': (
        "ALTER TABLE member_names ALTER COLUMN term TYPE varchar(3)"
    ),
    r"transactions.type is character varying\(8\) and has to be varchar\(32\)": (
        "ALTER TABLE transactions ALTER COLUMN type TYPE varchar(8)"
    ),
    r"user_streaks.last_day is timestamp without time zone and has to be date": (
        "ALTER TABLE user_streaks ALTER COLUMN last_day TYPE timestamp"
    ),
}
UNNAMED_KEY = """
ALTER TABLE transactions DROP CONSTRAINT uq_transactions_reference;
CREATE UNIQUE INDEX their_own ON transactions (reference)
"""
HARMLESS: dict[str, Damage] = {
    "a table": "CREATE TABLE shop (id INT PRIMARY KEY, owner INT NOT NULL)",
    "an index": "CREATE INDEX by_name ON users (first_name)",
    "a column": "ALTER TABLE users ADD COLUMN birthday TEXT",
    "a column with a default": "ALTER TABLE users ADD COLUMN mood TEXT NOT NULL DEFAULT 'well'",
    "another type": (
        ("users", "username TEXT", "username VARCHAR(64)"),
        "ALTER TABLE users ALTER COLUMN username TYPE varchar(64)",
    ),
    "another unlimited type": (
        ("", "", "SELECT 1"),
        (
            "ALTER TABLE users ALTER COLUMN username TYPE varchar;"
            "ALTER TABLE user_rewards ALTER COLUMN claims TYPE bigint"
        ),
    ),
    "a unique index with the key in it": (
        "CREATE UNIQUE INDEX id_and_name ON users (user_id, first_name)"
    ),
    "a unique column of another program": (
        "ALTER TABLE users ADD COLUMN crm_id TEXT;CREATE UNIQUE INDEX by_crm ON users (crm_id)"
    ),
    "another default": (
        ("users", "CURRENT_TIMESTAMP", "'2020-01-01 00:00:00'"),
        "ALTER TABLE users ALTER COLUMN created_at SET DEFAULT '2020-01-01 00:00:00+00'",
    ),
    "a unique index for the key": (
        ("transactions", f", \n\t{REFERENCE}", ""),
        UNNAMED_KEY,
    ),
}


async def damage(engine: AsyncEngine, what: Damage) -> None:
    """Do it to the database."""
    if isinstance(what, str):
        await run_sql(engine, *what.split(";"))
    elif engine.dialect.name == "postgresql":
        await run_sql(engine, *what[1].split(";"))
    elif what[0][0]:
        remake(engine, *what[0])
    else:
        await run_sql(engine, what[0][2])


def remake(engine: AsyncEngine, table: str, before: str, after: str) -> None:
    """Make a SQLite table with other words in its statement; its rows and indexes stay."""
    with closing(sqlite3.connect(str(sqlite_file(engine.url)))) as shell, shell:
        found = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
        (sql,) = shell.execute(f"{found} AND type = 'table'", [table]).fetchone()
        indexes = shell.execute(f"{found} AND type = 'index'", [table]).fetchall()
        columns = ", ".join(row[1] for row in shell.execute(f"PRAGMA table_info({table})"))
        assert before in sql
        shell.execute("PRAGMA legacy_alter_table = ON")
        shell.execute(f"ALTER TABLE {table} RENAME TO moved")
        shell.execute(sql.replace(before, after))
        if "loyalty" not in after and "username" not in after:
            shell.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM moved")
        shell.execute("DROP TABLE moved")
        for (index,) in indexes:
            shell.execute(index)


async def test_fresh_database_is_known(service: BootstrapService, engine: AsyncEngine) -> None:
    """What the migrations make is known at a glance; a new migration changes what that gives."""
    await service.run()

    async with engine.connect() as connection:
        glanced = await connection.scalar(text(catalogue.glance(engine.dialect.name)))
    assert catalogue.FRESH[engine.dialect.name] == catalogue.digest(glanced)


async def test_fresh_database_lacks_nothing(service: BootstrapService, engine: AsyncEngine) -> None:
    """Looked at closely, what the migrations make is what the metadata needs."""
    await service.run()

    async with engine.connect() as connection:
        gaps = await schema.AlembicSchema(connection.dialect.name).gaps(connection, "anything else")
    assert [] == gaps


@pytest.mark.parametrize("words", MADE_AGAIN)
async def test_gap_is_closed(service: BootstrapService, engine: AsyncEngine, words: str) -> None:
    """A start makes it again without a guess and says so; every row that is there stays."""
    await service.run()
    await populate(engine)
    await damage(engine, MADE_AGAIN[words])
    before = await contents(engine)

    looked = await service.inspect()
    planned = await service.plan()
    after_plan = await contents(engine)
    report = await service.run()

    assert (words,) == looked.repairs == planned.repairs == report.repairs
    assert before == after_plan
    assert words in list(looked.pending())
    assert looked.changes_something
    assert Outcome.UP_TO_DATE is not report.outcome
    found = await contents(engine)
    if "create the table" not in words:
        assert before == found
    assert Base.metadata.tables.keys() | {"alembic_version"} == found.keys() | {"seed_runs"}
    again = await service.run()
    assert (Outcome.UP_TO_DATE, ()) == (again.outcome, again.repairs)
    live = LiveEconomy(engine)
    assert (await live.react(99)).paid > 0
    assert (await live.react(99)).paid == 0


@pytest.mark.parametrize("words", REFUSED)
async def test_loss_is_refused(service: BootstrapService, engine: AsyncEngine, words: str) -> None:
    """What only a person can decide stops the start, with table and column in the sentence."""
    await service.run()
    await damage(engine, REFUSED[words])

    for method in (service.inspect, service.run, service.plan):
        with pytest.raises(DatabaseError, match=words):
            await method()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("words", NARROWED)
async def test_narrowed_column_is_refused(
    service: BootstrapService, engine: AsyncEngine, words: str
) -> None:
    """A type that does not hold all that we write stops the start, with the way back."""
    await service.run()
    await run_sql(engine, NARROWED[words])

    with pytest.raises(DatabaseError, match=words) as refused:
        await service.inspect()

    (change,) = re.findall(r"ALTER TABLE [^;.]*", str(refused.value))
    await run_sql(engine, change)
    assert Outcome.UP_TO_DATE is (await service.inspect()).outcome


async def test_repeated_values_are_refused(service: BootstrapService, engine: AsyncEngine) -> None:
    """A unique key that the rows do not keep is nobody's to make."""
    await service.run()
    await populate(engine)
    await damage(
        engine, MADE_AGAIN["make the unique key uq_transactions_reference of transactions"]
    )
    await run_sql(engine, "UPDATE transactions SET reference = 'gift:1'")

    for method in (service.inspect, service.run):
        with pytest.raises(DatabaseError, match=r"uq_transactions_reference.* 1 value"):
            await method()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_key_that_cannot_be_named_is_refused(
    service: BootstrapService, engine: AsyncEngine
) -> None:
    """ON CONFLICT may not name a deferrable constraint, whose name is taken."""
    await service.run()
    await run_sql(
        engine,
        "ALTER TABLE transactions DROP CONSTRAINT uq_transactions_reference",
        "ALTER TABLE transactions ADD CONSTRAINT uq_transactions_reference UNIQUE (reference)"
        " DEFERRABLE",
    )

    with pytest.raises(DatabaseError, match=r"uq_transactions_reference of .* drop it"):
        await service.run()


async def test_all_is_said_at_once(service: BootstrapService, engine: AsyncEngine) -> None:
    """Whoever mends one thing does not meet the next one at the next start."""
    await service.run()
    for words in [r"column user_streaks.longest is missing", "user_reactions is no table"]:
        await damage(engine, REFUSED[words])

    with pytest.raises(DatabaseError) as refusal:
        await service.run()

    assert re.search("user_reactions is no table", str(refusal.value))
    assert re.search("user_streaks.longest is missing", str(refusal.value))


@pytest.mark.parametrize("what", HARMLESS)
async def test_operators_own_is_let_alone(
    service: BootstrapService, engine: AsyncEngine, what: str
) -> None:
    """What stands beside ours, or differs where no statement relies on it, is no fault."""
    await service.run()
    await damage(engine, HARMLESS[what])
    if what.startswith("a unique") and engine.dialect.name == "sqlite":
        await run_sql(engine, "CREATE UNIQUE INDEX their_own ON transactions (reference)")

    report = await service.run()

    assert (Outcome.UP_TO_DATE, ()) == (report.outcome, report.repairs)


async def test_ids_go_on_behind_those_given(service: BootstrapService, engine: AsyncEngine) -> None:
    """Ids count on from the rows that are there, after the counting itself was lost."""
    await service.run()
    await populate(engine)
    await damage(engine, MADE_AGAIN["let user_rewards.id count by itself"])
    await service.run()
    await run_sql(
        engine,
        """INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)
           SELECT 2, id, 'UNLOCKED', '2026-01-01 00:00:00', '2026-01-08 00:00:00' FROM rewards
           WHERE key = 'ahorrador_principiante'""",
    )

    rows = (await contents(engine))["user_rewards"]
    assert [1, 2] == [row["id"] for row in rows]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_given_ids_stay_given(service: BootstrapService, engine: AsyncEngine) -> None:
    """A table that is made anew for its default gives no id again that a deleted row had."""
    await service.run()
    await populate(engine)
    await damage(engine, MADE_AGAIN["set the default of user_rewards.claims"])
    await run_sql(engine, "UPDATE sqlite_sequence SET seq = 40 WHERE name = 'user_rewards'")

    await service.run()

    async with engine.connect() as connection:
        highest = await connection.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = 'user_rewards'")
        )
    assert 40 == highest
