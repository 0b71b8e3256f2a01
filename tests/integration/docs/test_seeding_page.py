"""docs/seeding.md, run as a stranger would: with the folder copied, on a plain engine."""

import inspect
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Column,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.seeding
from bot.seeding import Seed, SeededTable
from tests.support.page import Page
from tests.support.seeding import seeded_engine

ROOT: Final = Path(bot.seeding.__file__).parents[2]
PAGE: Final = Page(ROOT / "docs" / "seeding.md")
FIRST_LINES: Final = 40
#: For what has nothing to do with the engine: the whole page takes its time.
ON_SQLITE: Final = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ALEMBIC_INI: Final = "[alembic]\nscript_location = migrations\npath_separator = os\n"
MIGRATION: Final = """
from alembic import op
from myapp import metadata

revision, down_revision = "0001", None

def upgrade():
    metadata.create_all(op.get_bind())
"""


@pytest.fixture(scope="module")
def seeding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Copy the folder under another name, where nothing else of ours is."""
    project = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "bot" / "seeding", project / "seeding", ignore=ignored)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(project)
        import seeding  # noqa: PLC0415 - it has just been put there

        yield seeding
    for name in [one for one in sys.modules if one.partition(".")[0] == "seeding"]:
        del sys.modules[name]


@pytest.fixture
async def myapp(
    seeding: ModuleType, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """Run the first snippet as a module of the stranger's, and the bot's startup."""
    module = ModuleType("myapp")
    monkeypatch.setitem(sys.modules, "myapp", module)
    await PAGE.run(0, module.__dict__, **{"sqlite+aiosqlite:///bot.db": _plain(database_url)})
    await module.dispatcher.emit_startup()
    yield module
    await module.engine.dispose()


@pytest.fixture
async def whole_page(
    myapp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """Run all other snippets after the first."""
    web = ModuleType("fastapi")
    web.FastAPI = SimpleNamespace  # type: ignore[attr-defined] # keeps the lifespan, no more
    monkeypatch.setitem(sys.modules, "fastapi", web)
    files = {"alembic.ini": ALEMBIC_INI, "migrations/versions/0001.py": MIGRATION, **PAGE.files}
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    for number in range(1, len(PAGE.snippets)):
        await PAGE.run(number, myapp.__dict__)
    return myapp


def test_first_lines_are_enough() -> None:
    """A whole example, and what becomes of edits, stand in the first 40 lines."""
    first = "".join(PAGE.text.splitlines(keepends=True)[:FIRST_LINES])

    assert PAGE.snippets[0][0] in first
    assert [row[0] for row in PAGE.table_rows()] == [
        "untouched",
        "edited",
        "set to NULL",
        "deleted with its row",
    ]
    assert all(" | ".join(row) in first for row in PAGE.table_rows())


async def test_example_seeds(myapp: Any) -> None:
    """The bot's first start makes the role, its permissions and the admin with a password."""
    role, permission, account = myapp.role, myapp.permission, myapp.account

    async with myapp.engine.connect() as connection:
        granted = select(role.c.title, permission.c.code).join(permission).order_by("code")
        admin = select(account.c.login, account.c.title, role.c.code).join(role)

        assert [("Owner", "ban"), ("Owner", "promote")] == (await connection.execute(granted)).all()
        assert [("root", "Root", "owner")] == (await connection.execute(admin)).all()
        assert len(await connection.scalar(select(account.c.password))) > 40


@pytest.mark.parametrize(("column", "heal"), [(1, True), (2, False)])
async def test_table_row_by_row(myapp: Any, column: int, heal: bool) -> None:  # noqa: FBT001
    """What was done to a value ends as the table says, with the same code and with a newer one."""
    said = {row[0]: row[column] for row in PAGE.table_rows()}
    account, admins = myapp.account, replace(myapp.ADMINS, heal=heal)

    def declared(version: int, title: str) -> Any:
        rows = {done: {"title": title, "role_id": "owner"} for done in said}
        values = {**myapp.SEED.values, "admins": rows}
        return replace(myapp.SEED, version=version, tables=[myapp.ROLES, admins], values=values)

    deeds = {
        "edited": update(account).values(title="Edited"),
        "set to NULL": update(account).values(title=None),
        "deleted with its row": delete(account),
    }
    await myapp.Seeder(myapp.engine, [declared(2, "Old")]).run()
    async with myapp.engine.begin() as connection:
        for done, statement in deeds.items():
            await connection.execute(statement.where(account.c.login == done))

    for version, title in ((2, "Old"), (3, "New")):
        await myapp.Seeder(myapp.engine, [declared(version, title)]).run()
        async with myapp.engine.connect() as connection:
            titles = select(account.c.login, account.c.title).where(account.c.login.in_(said))
            found = dict((await connection.execute(titles)).all())

        meant = {"as declared": title, "as edited": "Edited", "NULL": None}
        expected = {done: meant[cell] for done, cell in said.items() if cell != "deleted"}
        assert expected == found


async def test_each_snippet_runs(whole_page: Any) -> None:
    """The page is one program: seeds, web application, migrations and its own test included."""
    async with whole_page.app.lifespan(whole_page.app):
        pass
    await whole_page.test_owner_may_ban()

    report = await whole_page.seeder.run()

    assert "up_to_date" == report.outcome
    assert "0001" == report.schema_after
    assert {"access", "shop"} == {run.seed for run in await whole_page.seeder.history()}


async def test_options_do_what_is_said(whole_page: Any) -> None:
    """Bounds, references, backfill, members one by one, a deleted admin and a renamed key."""
    page, engine = whole_page, whole_page.engine
    async with engine.begin() as connection:
        await connection.execute(insert(page.account).values(login="ana"))
        await connection.execute(delete(page.wallet).where(page.wallet.c.login == "root"))
        await connection.execute(delete(page.account).where(page.account.c.login == "root"))
        await connection.execute(update(page.setting).values(daily_limit=500))
        await connection.execute(update(page.tariff).values(title="Cheap").where(_is_basic(page)))
        role_id = await connection.scalar(select(page.role.c.id))
        added = {"code": "mute", "role_id": role_id}
        await connection.execute(insert(page.permission).values(added))
        await connection.execute(delete(page.permission).where(page.permission.c.code == "ban"))
        basic = await connection.scalar(select(page.tariff.c.id).where(_is_basic(page)))

    report = await page.Seeder(engine, [page.SEED, page.SHOP_2]).run()

    assert ["tariffs.start.title"] == [name for seed in report.seeds[1:] for name in seed.kept()]
    async with engine.connect() as connection:
        tariffs = select(page.tariff.c.id, page.tariff.c.title).where(page.tariff.c.code == "start")
        wallets = select(page.wallet.c.login, page.wallet.c.balance, page.wallet.c.label)
        parent = page.category.alias()
        trees = select(page.category.c.name, parent.c.name).join(
            parent, page.category.c.parent_id == parent.c.id
        )
        assert [(basic, "Cheap")] == (await connection.execute(tariffs)).all()
        assert 20 == await connection.scalar(select(page.setting.c.daily_limit))
        assert ("ana", 0, "ANA") in (await connection.execute(wallets)).all()
        assert [("apple", "fruit")] == (await connection.execute(trees)).all()
        assert {"mute", "promote"} == set(await connection.scalars(select(page.permission.c.code)))
        assert ["ana"] == list(await connection.scalars(select(page.account.c.login)))

    await page.Seeder(engine, [page.SEED]).take(["admins.root"])

    async with engine.connect() as connection:
        assert {"ana", "root"} == set(await connection.scalars(select(page.account.c.login)))


@ON_SQLITE
async def test_no_secret_is_recorded(whole_page: Any) -> None:
    """What `initial` makes is in its own column and nowhere else."""
    async with whole_page.engine.connect() as connection:
        secrets = {
            *await connection.scalars(select(whole_page.account.c.password)),
            *await connection.scalars(select(whole_page.tariff.c.api_key)),
        }
        recorded = [
            str((await connection.execute(select(whole_page.metadata.tables[name]))).all())
            for name in ("seed_marker", "seed_runs")
        ]

    assert len(secrets) == 3
    assert not [secret for secret in secrets for text in recorded if secret in text]


@ON_SQLITE
async def test_export_is_the_same_seed(whole_page: Any, tmp_path: Path) -> None:
    """What was exported fills an empty database with the same, and is exported again as it was."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}"

    async with whole_page.seeded_engine(url, whole_page.SEED, whole_page.copy) as engine:
        copied = await whole_page.Seeder(engine, [whole_page.copy]).export("shop")

    assert whole_page.values == copied


async def test_autogenerate_keeps_the_tables(whole_page: Any) -> None:
    """Alembic has nothing to change; without the two tables in the MetaData it would drop them."""
    stripped = MetaData()
    for table in whole_page.metadata.tables.values():
        if table.name not in {"seed_marker", "seed_runs"}:
            table.to_metadata(stripped)

    assert [] == await _differences(whole_page.engine, whole_page.metadata)
    assert [("remove_table", "seed_marker"), ("remove_table", "seed_runs")] == sorted(
        (kind, table.name) for kind, table in await _differences(whole_page.engine, stripped)
    )


@ON_SQLITE
async def test_our_fixture_is_the_one_shown(database_url: str) -> None:
    """What our tests use is on the page to the letter, and gives a seeded database in one line."""
    table = Table("flag", MetaData(), Column("code", Text, primary_key=True), Column("on", Boolean))
    section = SeededTable("flags", table, key="code", fields=["on"])
    flags = Seed("flags", 1, {"flags": {"beta": {"on": True}}}, [section])

    async with seeded_engine(database_url, flags) as engine, engine.connect() as connection:
        assert [("beta", True)] == (await connection.execute(select(table))).all()

    assert inspect.getsource(seeded_engine) in PAGE.text


def _is_basic(page: Any) -> Any:
    return page.tariff.c.code == "basic"


async def _differences(engine: AsyncEngine, metadata: MetaData) -> list[Any]:
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: [
                one
                for one in compare_metadata(MigrationContext.configure(sync), metadata)
                if getattr(one[1], "name", "") != "alembic_version"
            ]
        )


def _plain(url: str) -> str:
    drivers = {"postgresql": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}
    parsed = make_url(url)
    return parsed.set(drivername=drivers[parsed.get_backend_name()]).render_as_string(
        hide_password=False
    )
