"""The whole diagnosis, against a local Telegram and real databases."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.cli.diagnostics import FINDINGS
from bot.database.connection import opened_database
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError
from bot.database.url import parse_database_url
from bot.doctor import Check, diagnose
from bot.doctor import telegram as doctor_telegram
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.chats import read_known_chats
from bot.settings import Settings, load_settings
from bot.telegram.client import create_bot
from sandbox import SandboxServer
from sandbox.faults import Fault, StrangeAnswer
from tests.support.programs import MAIN, run_main


def settings(server: SandboxServer, **more: Any) -> Settings:
    """Return settings of a bot that is well."""
    given = {"bot_token": server.token, "telegram_api_url": server.url, "admin_ids": "1"}
    return load_settings(**(given | more))


def wrong(checks: list[Check]) -> list[str]:
    """Return the sentences of what is not well."""
    return [check.sentence for check in checks if not check.well]


async def seed(url: str, manifest: Manifest, *statements: str) -> None:
    """Make the database whole, and change it by hand."""
    engine = create_engine(parse_database_url(url))
    await BootstrapService(engine, manifest, lock_timeout=30).run()
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def test_all_is_well(database_url: str, manifest: Manifest) -> None:
    """Each area says in a sentence that it is."""
    await seed(database_url, manifest)
    async with SandboxServer() as server:
        checks = await diagnose(settings(server, database_url=database_url))

    assert [] == wrong(checks)
    areas = [check.area for check in checks if check.area != "disk"]
    assert ["settings", "database", "database", "clock", "token", "webhook"] == areas


async def test_all_that_is_not(database_url: str, manifest: Manifest) -> None:
    """A group that the bot may not see, one that it has lost, a webhook, and an update aside."""
    async with SandboxServer() as server:
        telegram = server.telegram
        telegram.set_bot_status(telegram.group, "member")
        member = "INSERT INTO users (user_id, first_name) VALUES (7, 'Ana')"
        paid = [
            "INSERT INTO user_reactions (user_id, chat_id, message_id, day) "
            f"VALUES (7, {chat}, 1, '2026-01-01')"
            for chat in (telegram.group.id, -1009999999999)
        ]
        aside = (
            "INSERT INTO failed_updates (update_id, content, error, attempts, first_failed_at, "
            "last_failed_at) VALUES (1, '{}', 'x', 5, '2026-01-01', '2026-01-01')"
        )
        await seed(database_url, manifest, member, *paid, aside)
        bot = create_bot(server.token, server.url)
        await bot.set_webhook("http://127.0.0.1:9/hook")
        await bot.session.close()
        found = wrong(await diagnose(settings(server, database_url=database_url)))
    # Whether it has tried to deliver by now is chance.
    found = [sentence for sentence in found if "could not deliver" not in sentence]

    assert 4 == len(found)
    for sentence, says in zip(
        found,
        (
            "Put aside: 1 update;",
            "A webhook is set at 127.0.0.1, and this bot polls",
            "Chat -1009999999999 is closed to the bot",
            f"In chat {telegram.group.id} it is member",
        ),
        strict=True,
    ):
        assert says in sentence


@pytest.mark.parametrize(
    ("there", "ours", "well"),
    [
        ("http://127.0.0.1:18301/old", "http://127.0.0.1:18301/new", False),
        ("http://127.0.0.1:18301/hook", "http://127.0.0.1:18302/hook", False),
        ("http://127.0.0.1/hook?x=1", "http://127.0.0.1/hook?x=2", False),
        ("http://127.0.0.1:18301/ma%C3%B1ana", "http://127.0.0.1:18301/mañana", True),
        ("http://127.0.0.1:80/", "http://127.0.0.1", True),
        ("http://localhost:18301/hook", "http://LOCALHOST:18301/hook#here", True),
    ],
)
async def test_webhook_of_another_address(there: str, ours: str, *, well: bool) -> None:
    """The same host with another port or path is another bot's; a spelling is not."""
    async with SandboxServer() as server:
        bot = create_bot(server.token, server.url)
        await bot.set_webhook(there)
        await bot.session.close()
        found = wrong(await doctor_telegram.look(settings(server, webhook_url=ours), ()))

    assert well == (found == [])
    assert all("another host, port or path than WEBHOOK_URL's" in sentence for sentence in found)


@pytest.mark.parametrize("paid", [True, False])
async def test_chats_of_the_list(sqlite_url: str, manifest: Manifest, *, paid: bool) -> None:
    """A wrong id in ALLOWED_CHATS is named, whether the database knows a chat or none."""
    async with SandboxServer() as server:
        statements = [f"INSERT INTO chats (chat_id, type) VALUES ({server.telegram.group.id}, 'x')"]
        await seed(sqlite_url, manifest, *statements[:paid])
        asked = settings(server, database_url=sqlite_url, allowed_chats="-1009999999999")
        found = wrong(await diagnose(asked))

    (sentence,) = found
    assert "Chat -1009999999999 is closed to the bot" in sentence
    assert "invite it there, or correct ALLOWED_CHATS." in sentence


@pytest.mark.parametrize("listed", [True, False])
async def test_chat_with_a_new_id(*, listed: bool) -> None:
    """A list that has the id of before pays in no chat; the database follows by itself."""
    moved = json.dumps(
        {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": -1001},
        }
    ).encode()
    fault = Fault(drop="request", strange=lambda _: StrangeAnswer(moved, status=400))
    async with SandboxServer() as server:
        server.faults.add("getChatMember", fault)
        asked = settings(server, **({"allowed_chats": "-7"} if listed else {}))
        checks = await doctor_telegram.look(asked, [-7])

    (check,) = [one for one in checks if one.area == "rights"]
    advice = "; put that into ALLOWED_CHATS" if listed else ""
    assert (not listed, f"Chat -7 has become -1001{advice}.") == (check.well, check.sentence)


async def test_wrong_token_and_clock() -> None:
    """Telegram knows no such bot, and its time is another."""
    async with SandboxServer() as server:
        asked = settings(server, bot_token="42:unknown-to-everybody")
        found = wrong(await doctor_telegram.look(asked, (), clock=lambda: 0.0))

    assert "s behind Telegram's" in found[0]
    assert ["Telegram does not know this BOT_TOKEN; take the one that @BotFather shows."] == found[
        1:
    ]


async def test_telegram_away() -> None:
    """Nobody answers, and that is two sentences and no traceback."""
    async with SandboxServer() as server:
        asked = settings(server)
    found = wrong(await doctor_telegram.look(asked, ()))

    assert ["Telegram's time could not", "Telegram does not answer"] == [
        sentence[: len(start)]
        for sentence, start in zip(
            found, ("Telegram's time could not", "Telegram does not answer"), strict=True
        )
    ]


async def test_read_only_server(postgresql: Any, postgresql_url: str, manifest: Manifest) -> None:
    """A database that takes no besito is a finding."""
    await seed(postgresql_url, manifest)
    name = parse_database_url(postgresql_url).database
    postgresql.psql(f"ALTER DATABASE {name} SET default_transaction_read_only = on;")
    async with SandboxServer() as server:
        found = wrong(await diagnose(settings(server, database_url=postgresql_url)))

    assert 1 == len(found)
    assert "It is read-only" in found[0]


async def test_database_that_cannot_hold_every_letter(postgresql: Any) -> None:
    """One in another encoding than UTF8 is named by the doctor and by a start alike."""
    made = "CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';"
    postgresql.psql(made)
    url = postgresql.get_uri(database="latin")
    async with SandboxServer() as server:
        found = wrong(await diagnose(settings(server, database_url=url)))
    with pytest.raises(DatabaseError) as caught:
        async with opened_database(parse_database_url(url), timeout=30):
            pass
    postgresql.psql("DROP DATABASE latin;")

    assert [str(caught.value)] == found
    assert "is in LATIN1" in found[0]
    assert "ENCODING 'UTF8'" in found[0]


async def test_role_without_rights(
    postgresql: Any, postgresql_url: str, manifest: Manifest
) -> None:
    """A table that may not be written to is named, with the GRANT that mends it."""
    await seed(postgresql_url, manifest)
    url = parse_database_url(postgresql_url)
    role = f"app_{url.database}"
    postgresql.psql(f"CREATE ROLE {role} LOGIN;")
    grants = (
        f"GRANT CREATE, USAGE ON SCHEMA public TO {role}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT ON transactions, users FROM {role}",
    )
    await seed(postgresql_url, manifest, *grants)
    theirs = url.set(username=role).render_as_string(hide_password=False)
    async with SandboxServer() as server:
        found = wrong(await diagnose(settings(server, database_url=theirs)))
    await seed(postgresql_url, manifest, f"DROP OWNED BY {role}", f"DROP ROLE {role}")

    (sentence,) = found
    assert "needs GRANT SELECT, INSERT, UPDATE, DELETE ON transactions, users." in sentence


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and a document is ASCII wherever it lies."""
    (tmp_path / "ñandú").mkdir()
    ended = run_main(
        tmp_path,
        *("doctor", "--json"),
        DATABASE_URL=f"sqlite:///{tmp_path}/ñandú/x.db",
        TELEGRAM_API_URL="http://127.0.0.1:9",
        PYTHONIOENCODING="latin-1",
    )

    said = [one["sentence"] for one in json.loads(ended.stdout)["checks"]]
    assert ended.stdout.isascii()
    absent = f"{tmp_path}/ñandú/x.db; there is no such file yet, and a start makes it."
    assert any(one.endswith(absent) for one in said)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="root may write everything")
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_file_that_may_only_be_read(tmp_path: Path, closed: str) -> None:
    """SQLite lets who may not write begin as a writer, so that is not what is asked."""
    data = tmp_path / "data"
    data.mkdir()
    settings = {"DATABASE_URL": f"sqlite:///{data}/x.db", "TELEGRAM_API_URL": "http://127.0.0.1:9"}
    assert 0 == run_main(tmp_path, "seed", "apply", **settings).exit_code
    with closing(sqlite3.connect(data / "x.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    for path, mode in ((data / "x.db", 0o444), (data, 0o555))[closed == "folder" :]:
        path.chmod(mode)

    said = said_by_anybody(data, settings)

    assert "It is read-only, and nobody can be paid; give the user of this program" in said


@pytest.mark.skipif(not shutil.which("setpriv"), reason="root may write everything")
def test_file_that_cannot_be_made(tmp_path: Path) -> None:
    """A new file in a folder of somebody else's is not one that a start makes."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    settings = {"DATABASE_URL": f"sqlite:///{data}/x.db", "TELEGRAM_API_URL": "http://127.0.0.1:9"}

    said = said_by_anybody(data, settings)

    assert f"{data}/x.db; there is no such file yet, and none can be made in its folder" in said
    assert "and a start makes it" not in said


def said_by_anybody(data: Path, settings: dict[str, str]) -> str:
    """Return what the doctor says to who is not root, and open the folder again."""
    lost = "-dac_override,-dac_read_search"
    plain = ["setpriv", "--bounding-set", lost, "--inh-caps", lost]
    command = [*(plain if os.geteuid() == 0 else []), sys.executable, MAIN, "doctor", "--json"]
    done = subprocess.run(
        command, cwd=data.parent, env=os.environ | settings, capture_output=True, check=False
    )
    data.chmod(0o755)
    return " ".join(one["sentence"] for one in json.loads(done.stdout)["checks"])


def test_command(tmp_path: Any, sqlite_url: str) -> None:
    """Findings are exit code 3; the document says no secret and the file is not made."""
    ended = run_main(
        tmp_path,
        *("doctor", "--json"),
        BOT_TOKEN="42:a-very-secret-token-of-mine",
        DATABASE_URL=sqlite_url,
        TELEGRAM_API_URL="http://127.0.0.1:9",
    )
    document = json.loads(ended.stdout)

    assert (FINDINGS, False, []) == (ended.exit_code, document["well"], ended.sentences)
    assert "ADMIN_IDS is empty" in ended.stdout
    assert "very-secret" not in ended.stdout + ended.stderr
    assert not (tmp_path / "besitos.db").exists()


async def test_chats_that_it_asks_about(database_url: str, manifest: Manifest) -> None:
    """Those that the bot is in and those in which it has paid, but none that it has left."""
    columns = "INSERT INTO chats (chat_id, type, left_at) VALUES"
    paid = "INSERT INTO user_reactions (user_id, chat_id, message_id, day) VALUES"
    await seed(
        database_url,
        manifest,
        "INSERT INTO users (user_id, first_name) VALUES (7, 'Ana')",
        f"{columns} (-1, 'group', NULL), (-2, 'group', '2026-01-01 09:00:00')",
        f"{paid} (7, -2, 1, '2026-01-01'), (7, -3, 1, '2026-01-01')",
    )
    engine = create_engine(parse_database_url(database_url))
    async with engine.connect() as connection:
        known = await read_known_chats(connection)
    await engine.dispose()

    assert [-3, -1] == known
