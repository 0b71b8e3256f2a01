"""Members: found, shown, granted to and taken from, each time once."""

import pytest
from aiogram.methods import EditMessageText, SendMessage

from bot.gamification.account import User
from bot.gamification.forgetting import forget_member
from bot.gamification.registration import register_user
from bot.gamification.types import TransactionType
from tests.integration.admin.panel import ADMIN, ANA, EMMA, Panel
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy, count_rows

EMMA_IN_TELEGRAM = {"id": EMMA, "is_bot": False, "first_name": "Emma"}
FORWARDED = {"type": "user", "date": 1, "sender_user": EMMA_IN_TELEGRAM}
HIDDEN = {"type": "hidden_user", "date": 1, "sender_user_name": "E"}


@pytest.fixture(autouse=True)
async def emma(panel: Panel, live: LiveEconomy) -> None:
    """Let Emma, who reads English, have 100 besitos."""
    await live.move(100, "a", EMMA)
    await run_sql(
        live.engine,
        "UPDATE users SET username = 'Emma_S', first_name = 'Em<m>a', language_code = 'en'"
        f" WHERE user_id = {EMMA}",
        f"INSERT INTO member_names (term, user_id) VALUES ('@emma_s', {EMMA})",
    )


async def look_up(panel: Panel, text: str, **fields: object) -> str:
    await panel.say("/admin")
    await panel.press("Miembros")
    return await panel.say(text, **fields)


async def order(panel: Panel, button: str, amount: str, reason: str = "Por <ayudar>") -> str:
    await look_up(panel, str(EMMA))
    await panel.press(button)
    await panel.say(amount)
    return await panel.say(reason)


async def test_found(panel: Panel) -> None:
    """By id, by @username in any case, or by a forwarded message."""
    for text in (str(EMMA), "@emma_s", "EMMA_S"):
        shown = await look_up(panel, text)

        assert shown.startswith(
            f"👤 Em<m>a (@Emma_S)\nid {EMMA} · idioma en\n\n💋 Saldo: 100 besitos"
        )
        assert "+100 abono de un admin" in shown

    assert shown == await look_up(panel, "hola", forward_origin=FORWARDED)
    assert shown == await look_up(panel, "", forward_origin=FORWARDED)


async def test_found_by_name(panel: Panel, live: LiveEconomy) -> None:
    """By the name or how a word of it begins, capitals and accents aside; several are a list."""
    for user_id, name in ((5001, "José Luis Ñández"), (5002, "luisa"), (5003, "LUIS")):
        async with live.engine.begin() as connection:
            await register_user(connection, User(user_id, None, name, "es"))

    assert (await look_up(panel, "jose")).startswith("👤 José Luis Ñández")
    assert (await look_up(panel, "Luis  nandez")).startswith("👤 José Luis Ñández")
    # The bot keeps no surnames, and an admin reads them in every chat.
    assert (await look_up(panel, "luisa García López")).startswith("👤 luisa")
    assert (await look_up(panel, "García luisa")).startswith("⚠️ No conozco a ese miembro")
    assert "👥 Hay 3 así. ¿Cuál?" == await look_up(panel, "lui")
    assert ["LUIS · 5003", "José Luis Ñández · 5001", "luisa · 5002", "‹ Volver"] == list(
        panel.buttons
    )
    assert (await panel.press("luisa")).startswith("👤 luisa")


async def test_renamed_is_found_by_the_new_name(panel: Panel, live: LiveEconomy) -> None:
    """The name of before leads to nobody."""
    for name in ("Aurora Boreal", "Aurora Polar"):
        async with live.engine.begin() as connection:
            await register_user(connection, User(5001, None, name, "es"))

    assert (await look_up(panel, "boreal")).startswith("⚠️ No conozco a ese miembro")
    assert (await look_up(panel, "polar")).startswith("👤 Aurora Polar")


async def test_many_found(panel: Panel, live: LiveEconomy) -> None:
    """A list has pages, and the question stays open."""
    async with live.engine.begin() as connection:
        for n in range(10):
            await register_user(connection, User(5000 + n, None, f"Zoe {n}", "es"))
    await look_up(panel, "zo")
    first = [label for label in panel.buttons if label.startswith("Zoe")]
    await panel.press("›")
    second = [label for label in panel.buttons if label.startswith("Zoe")]

    assert (8, ["Zoe 8 · 5008", "Zoe 9 · 5009"]) == (len(first), second)
    assert (await panel.say("zoe 3")).startswith("👤 Zoe 3")


async def test_active_members(panel: Panel, live: LiveEconomy) -> None:
    """Those who did something last stand first; what an admin does to them is no activity."""
    await live.react(1, ANA)
    for user_id in range(6001, 6010):
        await live.react(1, user_id)
    await live.react(2, ANA)
    await live.move(5, "b", EMMA)
    await panel.say("/admin")
    await panel.press("Miembros")
    first = [label for label in panel.buttons if "·" in label]
    await panel.press("›")
    second = [label for label in panel.buttons if "·" in label]

    assert ["Member 1001 · 1001", "Member 6009 · 6009"] == first[:2]
    assert (8, ["Member 6002 · 6002", "Member 6001 · 6001"]) == (len(first), second)


async def test_forgotten_member(panel: Panel, live: LiveEconomy) -> None:
    """Who was forgotten is in no list, and is told nothing when what they got is undone."""
    await live.react(1, ANA)
    await live.react(1, EMMA)
    await order(panel, "Dar", "5")
    await panel.press("Confirmar")
    async with live.engine.begin() as connection:
        await forget_member(connection, EMMA, live.clock())
    await panel.say("/admin")
    await panel.press("Miembros")
    listed = [label for label in panel.buttons if "·" in label]
    await panel.say("/admin")
    await panel.press("Auditoría")
    await panel.press("↩️")
    undone = await panel.press("Deshacer")

    assert ["Member 1001 · 1001"] == listed
    assert undone.startswith("✅ Deshecho.")
    assert [EditMessageText] == [type(one) for one in panel.answers[1:]]


async def test_amount_far_outside_the_usual(panel: Panel, live: LiveEconomy) -> None:
    """It takes a second yes, until such amounts are usual here."""
    await order(panel, "Dar", "50000")
    asked = await panel.press("Confirmar")
    unbooked = (await live.account(EMMA)).balance
    await panel.press("Sí, confirmar")
    await order(panel, "Dar", "60000")
    await panel.press("Confirmar")

    assert "¿Seguro? +50\N{NO-BREAK SPACE}000 besitos son 217 veces lo habitual." in asked
    assert 100 == unbooked
    assert 110_100 == (await live.account(EMMA)).balance


async def test_found_by_reply(panel: Panel) -> None:
    """By an answer to a message that was forwarded earlier."""
    replied = {
        "message_id": 4,
        "date": 1,
        "chat": {"id": ADMIN, "type": "private"},
        "forward_origin": FORWARDED,
    }

    assert (await look_up(panel, "ella", reply_to_message=replied)).startswith("👤 Em<m>a")


async def test_not_found(panel: Panel) -> None:
    """Whoever is not there is not found, and the question stays open."""
    await look_up(panel, "5")
    for text in ("5", "@nobody", "9" * 30, "%", "²"):
        assert (await panel.say(text)).startswith("⚠️ No conozco a ese miembro")

    assert (await panel.say(str(EMMA))).startswith("👤 Em<m>a")


async def test_hidden(panel: Panel) -> None:
    """A forwarded message whose author hides leads to nobody, whatever its text says."""
    shown = await look_up(panel, str(EMMA), forward_origin=HIDDEN)

    assert shown.startswith("Ese mensaje no dice quién lo escribió.")


async def test_ambiguous(panel: Panel, live: LiveEconomy) -> None:
    """A username that two members have had needs an id."""
    await live.act(ANA)
    await run_sql(
        live.engine,
        f"UPDATE users SET username = 'emma_s' WHERE user_id = {ANA}",
        f"INSERT INTO member_names (term, user_id) VALUES ('@emma_s', {ANA})",
    )

    shown = await look_up(panel, "@emma_s")

    assert "👥 Hay 2 así. ¿Cuál?" == shown
    assert ["Em<m>a · @Emma_S", "Member 1001 · @emma_s"] == sorted(panel.buttons)[:2]


async def test_grant(panel: Panel, live: LiveEconomy) -> None:
    """A grant is booked, unlocks what comes true, and the member is told in their language."""
    confirm = await order(panel, "Dar", "400")
    await panel.press("Confirmar")

    assert "+400 besitos · Por <ayudar>\n💋 Saldo: 100 → 500" in confirm
    assert 500 == (await live.account(EMMA)).balance
    assert [TransactionType.ADMIN_GRANT, 400] == list((await live.ledger(EMMA))[-1])
    told, unlocked = panel.sent_to(EMMA)
    assert "💋 An admin gave you 400 besitos: Por <ayudar>\n⭐ You have reached level 3" == told
    assert unlocked.startswith("🎉 Em<m>a, you have unlocked:\n• Budding Saver")
    assert 2 == await count_rows(live.engine, "outbox_messages", f"chat_id = {EMMA}")
    assert [
        (
            ADMIN,
            "member.grant",
            f"member:{EMMA}",
            {"balance": 100},
            {"balance": 500, "amount": 400, "reason": "Por <ayudar>"},
        )
    ] == await panel.audit()
    await live.assert_books_balance()


async def test_take(panel: Panel, live: LiveEconomy) -> None:
    """What is taken counts as spent."""
    await order(panel, "Quitar", "30")
    await panel.press("Confirmar")

    account = await live.account(EMMA)
    assert (70, 100, 30) == (account.balance, account.total_earned, account.total_spent)
    assert "member.take" == (await panel.audit())[0][1]
    await live.assert_books_balance()


async def test_take_too_much(panel: Panel, live: LiveEconomy) -> None:
    """More than a member has cannot be taken, not even if they spend it before the last press."""
    await look_up(panel, str(EMMA))
    await panel.press("Quitar")
    early = await panel.say("101")
    await panel.say("100")
    await panel.say("Castigo")
    await live.move(-1, "b", EMMA)

    await panel.press("Confirmar")

    assert early.startswith("⚠️ El miembro no tiene tantos besitos.")
    assert "El miembro no tiene tantos besitos." == panel.alert
    assert 99 == (await live.account(EMMA)).balance
    assert 2 == len(await live.ledger(EMMA))
    assert [] == await panel.audit()


async def test_booked_once(panel: Panel, live: LiveEconomy) -> None:
    """Delivered again, pressed again: it is booked once, told once and recorded once."""
    await order(panel, "Dar", "40")
    (confirm,) = [data for label, data in panel.buttons.items() if "Confirmar" in label]
    await panel.press("Confirmar")

    redelivered = await panel.again()
    told = [one for one in panel.answers if isinstance(one, SendMessage)]
    pressed = await panel.press_data(confirm)

    assert redelivered.startswith("Esto ya estaba anotado; no se anota dos veces.")
    assert redelivered == pressed
    assert [] == told
    assert 140 == (await live.account(EMMA)).balance
    assert 1 == len(await panel.audit())


async def test_old_confirmation(panel: Panel, live: LiveEconomy) -> None:
    """A confirmation of an earlier order does not confirm a later one."""
    await order(panel, "Dar", "40")
    (old,) = [data for label, data in panel.buttons.items() if "Confirmar" in label]
    await order(panel, "Dar", "50000")

    await panel.press_data(old)

    assert panel.alert.startswith("Esta pregunta ya no está abierta.")
    assert 100 == (await live.account(EMMA)).balance


async def test_refused_amounts(panel: Panel) -> None:
    """Only whole, positive amounts within the manifest's bounds are taken for an answer."""
    await look_up(panel, str(EMMA))
    await panel.press("Dar")

    for amount in ("0", "-5", "1000000001", "mil"):
        assert (await panel.say(amount)).startswith("⚠️ ")


async def test_reason_is_needed(panel: Panel) -> None:
    """A reason has 1 to 200 characters."""
    empty = await order(panel, "Dar", "5", " ")
    long = await panel.say("x" * 201)

    assert empty.startswith("⚠️ No puede quedar vacío.")
    assert long.startswith("⚠️ Es demasiado largo: caben 200 caracteres.")


async def test_reason_without_escapes(panel: Panel, live: LiveEconomy) -> None:
    """No control character reaches the ledger, the audit trail or the member."""
    confirm = await order(panel, "Dar", "5", "Por\x1b[31m\u0085ayudar\x00\x9b")
    await panel.press("Confirmar")

    assert "+5 besitos · Por[31m ayudar" in confirm
    assert ["Por[31m ayudar"] == [after["reason"] for *_, after in await panel.audit()]
    assert 1 == await count_rows(live.engine, "transactions", "reason = 'Por[31m ayudar'")


async def test_ledger_pages(panel: Panel, live: LiveEconomy) -> None:
    """The ledger of a member has pages."""
    for n in range(12):
        await live.move(1, f"n{n}", EMMA)
    newest = await look_up(panel, str(EMMA))
    oldest = await panel.press("›")

    assert (10, 3) == (newest.count("abono"), oldest.count("abono"))
    assert newest == await panel.press("«")
