"""Forgetting of a person: what goes, what stays, and what happens when they come back."""

import asyncio
import json
import re

import pytest
from sqlalchemy import select

from bot.database.engine import for_writing
from bot.gamification.forgetting import Forgotten, forget_member
from bot.gamification.leaderboard import read_page
from bot.gamification.member_export import UnknownMember, export_member
from bot.gamification.models import LedgerEntryRow
from bot.gamification.reactions import react
from bot.gamification.types import TransactionType
from tests.support.database import contents
from tests.support.economy import ANA, GROUP, LUIS, LiveEconomy, count_rows


async def forget(live: LiveEconomy, user_id: int = ANA) -> Forgotten:
    async with for_writing(live.engine).begin() as connection:
        return await forget_member(connection, user_id, live.clock())


async def test_no_row_has_the_id_or_the_name_any_more(live: LiveEconomy) -> None:
    """Not a table, not a reference, not a reason: but the sums are what they were."""
    await live.react(1)
    await live.take_gift()
    await live.claim(await live.reward_id("primeros_pasos"))
    await live.move(7, f"admin:{LUIS}:1")
    await live.take_gift(LUIS)
    await live.edit_by_sql(
        f"UPDATE transactions SET reason = 'por ser Ana' WHERE reference = 'admin:{LUIS}:1'",
        "INSERT INTO admin_actions (admin_id, action, target, before, after)"
        f" VALUES ({LUIS}, 'member.grant', 'member:{ANA}', '1',"
        """ '{"amount": 7, "reason": "por ser Ana"}')"""
        f", ({ANA}, 'member.grant', 'member:{LUIS}', '1', '{{\"amount\": 7}}')",
        f"INSERT INTO admin_dialogs VALUES ({ANA}, 'grant', '{{\"a\": 1}}'),"
        f" ({LUIS}, 'grant', '{{\"user_id\": {ANA}}}')",
        "INSERT INTO outbox_messages (chat_id, method, payload)"
        f" VALUES ({ANA}, 'sendMessage', '{{\"text\": \"💋\"}}'),"
        f" (-100, 'sendMessage', '{{\"text\": \"tg://user?id={ANA}\"}}'),"
        f" ({LUIS}, 'sendMessage', '{{\"text\": \"Luis\"}}')",
        "INSERT INTO failed_updates VALUES"
        f" (1, '{{\"from\": {{\"id\": {ANA}}}}}', 'x', 5, '2026-01-01', '2026-01-01')",
    )

    said = await forget(live)

    assert (
        Forgotten(
            kept={
                "member": 1,
                "ledger": 5,
                "rewards": 1,
                "streaks": 2,
                "reactions": 1,
                "admin_actions": 2,
            },
            deleted={"messages_waiting": 2, "updates_put_aside": 1, "open_questions": 2},
        )
        == said
    )
    everything = json.dumps(await contents(live.engine), default=str, ensure_ascii=False)
    assert [] == re.findall(rf"\b{ANA}\b|\bAna\b|Member {ANA}", everything)
    await live.assert_books_balance()
    async with live.engine.connect() as connection:
        amounts = select(LedgerEntryRow.amount).where(LedgerEntryRow.user_id < 0)
        assert [5, 20, 50, 10, 7] == list(
            await connection.scalars(amounts.order_by(LedgerEntryRow.id))
        )
        page = await read_page(connection, 0)
    assert [f"Member {LUIS}"] == [row.first_name for row in page.rows]


async def test_who_comes_back_starts_anew_and_is_paid_nothing_twice(live: LiveEconomy) -> None:
    """The message, the day's gift and bonus, and what is had once only, are paid; all else not."""
    reward = await live.reward_id("primeros_pasos")
    for times in range(3):
        await live.react(1)
        gift = await live.take_gift()
        assert (times > 0) == gift.paid_before
        if times == 0:
            await live.claim(reward)
            assert 85 == (await live.account()).balance
        else:
            again = await live.react(1)
            assert (0, 0) == (again.paid, again.bonus)
            assert 0 == (await live.account()).balance
            assert 5 == (await live.react(10 + times)).paid
        assert 1 + times == (await live.account()).reactions_that_day
        await forget(live)

    live.clock.advance(days=1)
    fresh = await live.account()
    assert (0, 1, {}) == (fresh.balance, fresh.level, dict(fresh.streaks))
    assert (50, False) == ((gift := await live.take_gift()).gift, gift.paid_before)
    reaction = await live.react(2)
    assert (5, 20) == (reaction.paid, reaction.bonus)
    paid = [kind for kind, _ in await live.ledger()]
    assert TransactionType.REWARD not in paid
    assert reward in (await live.account()).rewards
    await live.assert_books_balance()


async def test_twice_and_strangers(live: LiveEconomy) -> None:
    """A second time there is nothing left to do; of a stranger there never was."""
    await live.react(1)
    await forget(live)
    rows = await count_rows(live.engine, "users")

    assert Forgotten({}, {}, before=True) == await forget(live)

    assert rows == await count_rows(live.engine, "users")
    await live.account(LUIS)
    assert 1 == (await forget(live, LUIS)).kept["member"]
    with pytest.raises(UnknownMember, match="Nothing is stored about 5"):
        await forget(live, 5)
    async with live.engine.connect() as connection:
        with pytest.raises(UnknownMember):
            await export_member(connection, ANA)


async def test_an_update_at_work_is_waited_for(live: LiveEconomy) -> None:
    """What the member is doing at that moment is paid first, and forgotten with the rest."""
    await live.account()
    async with live.turn() as (economy, account):
        forgetting = asyncio.create_task(forget(live))
        await asyncio.sleep(0.1)
        assert not forgetting.done()
        await react(economy, account, GROUP, 1)
    said = await forgetting

    assert (2, 1) == (said.kept["ledger"], said.kept["reactions"])
    assert 0 == await count_rows(live.engine, "users", f"user_id = {ANA}")
    assert 0 == (await live.react(1)).paid
    await live.assert_books_balance()
