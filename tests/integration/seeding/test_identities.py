"""Identities that are behind their rows, as after a restore: a gap like any other (PostgreSQL)."""

import pytest
from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Backfill, Children, Outcome, Seed, SeededTable, Seeder
from tests.support.seeds import create_tables, execute, query

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

metadata = MetaData()
words = Table(
    'Words\' "list"',
    metadata,
    Column("Id", Integer, primary_key=True),  # SERIAL
    Column("code", Text, nullable=False, unique=True),
)
meanings = Table(
    "meanings",
    metadata,
    Column("id", BigInteger, Identity(start=100), primary_key=True),
    Column("word", ForeignKey(words.c["Id"]), nullable=False),
    Column("text", Text),
)
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("word", ForeignKey(words.c["Id"]), nullable=False, unique=True),
)
log = Table("log", metadata, Column("id", Integer, primary_key=True), Column("text", Text))
SEED = Seed(
    "words",
    1,
    {"words": {"one": {"meanings": ["1"]}, "two": {"meanings": ["2"]}}},
    [
        SeededTable(
            "words",
            words,
            key="code",
            fields=(),
            children=Children("meanings", meanings, parent="word", columns=("text",)),
        )
    ],
    [Backfill("notes", notes, parent=words, key="word", defaults={})],
)
INSERTS = {
    words.name: 'INSERT INTO "Words\' ""list""" ("Id", code) VALUES (50, \'x\')',
    "meanings": "INSERT INTO meanings (id, word, text) VALUES (200, 1, 'x')",
    "notes": "INSERT INTO notes (id, word) OVERRIDING SYSTEM VALUE VALUES (9, 50)",
    "log": "INSERT INTO log (id) VALUES (7)",
}


@pytest.fixture
async def seeder(engine: AsyncEngine) -> Seeder:
    """Seed, with a table beside that the caller wants to be looked after."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [SEED], numbered=[log])
    await seeder.run()
    return seeder


@pytest.mark.parametrize("table", INSERTS)
async def test_behind_is_found_named_and_healed(
    engine: AsyncEngine, seeder: Seeder, table: str
) -> None:
    """Of SERIAL and IDENTITY, whatever the table's name."""
    if table == "notes":
        await execute(engine, 'INSERT INTO "Words\' ""list""" ("Id", code) VALUES (50, \'x\')')
        await seeder.run()
        await execute(engine, "DELETE FROM notes WHERE word = 50")
    await execute(engine, INSERTS[table])

    looked, planned, still = await seeder.inspect(), await seeder.plan(), await seeder.inspect()
    report = await seeder.run()

    for one in (looked, planned, still, report):
        assert f"set the next id of {table} behind its rows" in list(one.pending())
        assert (table,) == one.behind
    assert Outcome.HEALED is report.outcome
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    await execute(engine, "INSERT INTO log (text) VALUES ('next')")
    await execute(engine, "INSERT INTO meanings (word) VALUES (1)")
    await execute(engine, 'INSERT INTO "Words\' ""list""" (code) VALUES (\'next\')')


async def test_healed_before_rows_are_inserted(engine: AsyncEngine, seeder: Seeder) -> None:
    """Or what comes back would collide with what is there."""
    await execute(
        engine,
        "DELETE FROM notes",
        "DELETE FROM meanings",
        'DELETE FROM "Words\' ""list"""',
        'INSERT INTO "Words\' ""list""" ("Id", code) SELECT n, n::text'
        " FROM generate_series(1, 9) AS n",
    )

    await seeder.run()

    assert [("one", 10), ("two", 11)] == await query(
        engine,
        'SELECT code, "Id" FROM "Words\' ""list""" WHERE code IN (\'one\', \'two\') ORDER BY 1',
    )
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM notes", "DELETE FROM meanings"),
        ("TRUNCATE log RESTART IDENTITY",),
        ("INSERT INTO log DEFAULT VALUES", "DELETE FROM log"),
        ("SELECT nextval('log_id_seq')", "SELECT nextval('log_id_seq')"),
        ("INSERT INTO log (id) VALUES (-5), (0)",),
        ("INSERT INTO log (id) VALUES (5)", "SELECT setval('log_id_seq', 5)"),
        ("ALTER SEQUENCE meanings_id_seq RESTART WITH 500",),
    ],
)
async def test_no_false_alarm(
    engine: AsyncEngine, seeder: Seeder, statements: tuple[str, ...]
) -> None:
    """Neither empty tables, nor gaps, nor numbers that nobody counts are behind."""
    await execute(engine, *statements)

    assert () == (await seeder.inspect()).behind


async def test_no_false_alarm_after_a_rollback(engine: AsyncEngine, seeder: Seeder) -> None:
    """Numbers that a rollback has taken are gaps."""
    await execute(engine, "DELETE FROM meanings")
    await seeder.plan()
    async with engine.connect() as connection:
        await connection.exec_driver_sql("INSERT INTO log DEFAULT VALUES")
        await connection.rollback()

    report = await seeder.run()

    assert (Outcome.HEALED, ()) == (report.outcome, report.behind)
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_rows_that_bring_their_numbers(engine: AsyncEngine) -> None:
    """Where the seed itself numbers rows, whoever comes next is numbered behind them."""
    levels = Table(
        "levels", MetaData(), Column("id", Integer, primary_key=True), Column("xp", Integer)
    )
    table = SeededTable("levels", levels, key="id", fields=("xp",))
    seed = Seed("levels", 1, {"levels": {"1": {"xp": 10}, "5": {"xp": 50}}}, [table])
    await create_tables(engine, levels.metadata)
    seeder = Seeder(engine, [seed])

    await seeder.run()

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    await execute(engine, "INSERT INTO levels (xp) VALUES (60)")
    assert [(1,), (5,), (6,)] == await query(engine, "SELECT id FROM levels ORDER BY 1")


async def test_column_without_a_sequence(engine: AsyncEngine) -> None:
    """A table that somebody else has made may count nothing at all."""
    await execute(engine, "CREATE TABLE plain (id INTEGER PRIMARY KEY, code TEXT UNIQUE)")
    plain = Table(
        "plain",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("code", Text, unique=True),
    )
    seed = Seed(
        "plain",
        1,
        {"plain": {"1": {"code": "a"}}},
        [SeededTable("plain", plain, key="id", fields=("code",))],
    )
    seeder = Seeder(engine, [seed])

    await seeder.run()

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
