"""Copy of all that is stored about a person."""

import json

import pytest
from sqlalchemy import text

from bot.database.base import Base
from bot.gamification.member_export import UnknownMember, export_member
from tests.support.economy import ANA, LUIS, LiveEconomy

#: Tables in which nothing is anybody's.
NOBODYS = {
    "bot_config",
    "bot_heartbeat",
    "chats",
    "database_secrets",
    "forgotten_members",  # a digest, which says who it was to nobody who does not know already
    "reward_conditions",
    "seed_marker",
    "seed_runs",
    "timezone_changes",
    "level_settlement",  # an admin waits there for seconds
}


async def test_copy_has_every_row_about_a_member(live: LiveEconomy) -> None:
    """What they did, what was done to them, what waits for them; nothing of another's."""
    await live.react(1)
    await live.take_gift()
    await live.take_gift(LUIS)
    await live.edit_by_sql(
        "INSERT INTO admin_actions (admin_id, action, target, before, after)"
        f" VALUES (7, 'member.grant', 'member:{ANA}', '1', '2'),"
        f" ({LUIS}, 'member.grant', 'member:{ANA}1', '1', '2')",
        f"INSERT INTO admin_dialogs VALUES ({ANA}, 'grant', '{{\"a\": 1}}')",
        "INSERT INTO outbox_messages (chat_id, method, payload)"
        f" VALUES ({ANA}, 'sendMessage', '{{\"text\": \"💋\"}}')",
        "INSERT INTO digest_entries (chat_id, user_id, level, created_at)"
        f" VALUES (-100, {ANA}, 2, '2026-01-01'), (-100, {LUIS}, 2, '2026-01-01')",
        "INSERT INTO failed_updates VALUES"
        f" (1, '{{\"from\": {{\"id\": {ANA}}}}}', 'x', 5, '2026-01-01', '2026-01-01'),"
        f" (2, '{{\"from\": {{\"id\": {ANA}9}}}}', 'x', 5, '2026-01-01', '2026-01-01')",
    )

    async with live.engine.connect() as connection:
        copy = await export_member(connection, ANA)
        parts = {name: len(rows) for name, rows in copy.items() if isinstance(rows, list)}

    assert {
        "user": 1,
        "found_by": 2,
        "account": 1,
        "ledger": 3,
        "rewards": 1,
        "streaks": 2,
        "reactions": 1,
        "chats_left": 0,
        "messages_written": 0,
        "messages_waiting": 1,
        "digests_to_come": 1,
        "open_question": 1,
        "admin_actions": 1,
        "updates_put_aside": 1,
    } == parts
    assert "Primeros Pasos" == copy["rewards"][0]["reward"]
    assert {"text": "💋"} == copy["messages_waiting"][0]["payload"]
    assert [75] == [row["balance"] for row in copy["account"]]
    assert copy == json.loads(json.dumps(copy))
    assert str(LUIS) not in json.dumps(copy)


def test_each_table_is_somebodys_or_nobodys() -> None:
    """Whoever adds a table decides whether its rows are about a person."""
    exported = {
        "users",
        "user_gamification_profiles",
        "transactions",
        "user_rewards",
        "rewards",
        "user_streaks",
        "user_reactions",
        "outbox_messages",
        "admin_dialogs",
        "admin_actions",
        "failed_updates",
        "departures",
        "digest_entries",
        "member_names",
        "messages",
    }

    assert exported | NOBODYS == set(Base.metadata.tables)


async def test_copy_of_what_cannot_be(live: LiveEconomy) -> None:
    """A value that SQL by hand has spoilt is handed out as it is; a stranger has no copy."""
    await live.react(1)
    async with live.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("UPDATE users SET created_at = 'ayer'"))
        copy = await export_member(connection, ANA)
        assert copy["user"][0]["created_at"].startswith(
            "ayer" if connection.dialect.name == "sqlite" else "20"
        )
        with pytest.raises(UnknownMember, match="Nothing is stored about 5; correct the id"):
            await export_member(connection, 5)
