"""Texts for members about the gift, reactions and rewards."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gamification.account import Account
from bot.gamification.daily_gift import GiftAlreadyTaken, GiftResult
from bot.gamification.profile import News
from bot.gamification.reactions import ReactionResult
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Condition, Progress
from bot.gamification.rewards.lifecycle import ClaimResult
from bot.gamification.rewards.listing import RewardLine, RewardPage
from bot.gamification.types import ConditionType, RewardType, UserRewardStatus
from bot.telegram import keyboards
from bot.telegram.texts import rewards as texts
from bot.telegram.texts.formatting import shown_name, shown_title
from sandbox.formatting.entities import detect_entities
from sandbox.formatting.html import parse_html
from tests.support.markup import read, visible

DUE = datetime(2026, 3, 3, tzinfo=UTC)
NOBODY = cast("Any", None)
HOSTILE = '<b>Eve</b> & {0} {name} "quoted" <script>'
#: Everything but surrogates, which no UTF-8 text holds.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def reward(name: str = "Primeros Pasos", **value: Any) -> Reward:
    return Reward(
        id=3,
        name=name,
        description=name,
        type=RewardType.BADGE if "emoji" in value else RewardType.BESITOS,
        value=value or {"amount": 1234},
        is_active=True,
        is_repeatable=False,
        is_secret=False,
        claim_window_hours=168,
        conditions=(),
    )


def line(status: UserRewardStatus | None, name: str = "Primeros Pasos") -> RewardLine:
    return RewardLine(reward(name), status, DUE, Progress(63, 100))


def page(*lines: RewardLine) -> RewardPage:
    return RewardPage(lines, page=0, has_next=False)


def gift(bonus: int) -> GiftResult:
    account = Account(1001, 1110, 1110, 0, 4, 0, {}, {})
    return GiftResult(account, 50, bonus, streak=5, due=DUE, next_gift=60, unlocked=())


def test_gift(spanish: None) -> None:
    """The gift shows its breakdown, the streak, and when the next one is due."""
    assert [
        "🎁 Regalo diario: +60 besitos",
        "50 de regalo + 10 por la racha",
        "💋 Saldo: 1\N{NO-BREAK SPACE}110 besitos",
        "🔥 5 días seguidos. Recoge el regalo cada día y no se rompe.",
        "El próximo, de 60 besitos, te espera desde el 3 mar 2026 a las 00:00.",
    ] == read(texts.gift(gift(10)))[0].splitlines()


def test_gift_in_english(english: None) -> None:
    """An English member reads the same in English."""
    assert [
        "🎁 Daily gift: +60 besitos",
        "50 gift + 10 for your streak",
        "💋 Balance: 1\N{NO-BREAK SPACE}110 besitos",
        "🔥 5 days in a row. Take your gift every day to keep it going.",
        "Your next gift, 60 besitos, is ready from 3 Mar 2026 at 00:00.",
    ] == read(texts.gift(gift(10)))[0].splitlines()


def test_gift_taken(spanish: None) -> None:
    """Coming back too early, one hears when."""
    assert (
        "Ya has recogido el regalo de hoy. 🔥 5 días seguidos. "
        "El próximo te espera desde el 3 mar 2026 a las 00:00."
        == texts.gift_taken(GiftAlreadyTaken(5, DUE))
    )


@pytest.mark.parametrize(
    ("paid", "bonus", "expected"),
    [
        (5, 0, "💋 +5"),
        (5, 20, "💋 +5 y +20 de bono de actividad"),
        (0, 20, "💋 +0 y +20 de bono de actividad"),
        (1000, 0, "💋 +1\N{NO-BREAK SPACE}000"),
        (0, 0, "Ahora mismo las reacciones no dan besitos, ¡pero gracias!"),
    ],
)
def test_reaction(spanish: None, paid: int, bonus: int, expected: str) -> None:
    """A press says what it brought."""
    assert expected == texts.reaction(ReactionResult(NOBODY, paid, bonus))


def test_reaction_that_was_paid_before(spanish: None) -> None:
    """A second press under the same post says that this member has been paid for it."""
    result = ReactionResult(NOBODY, paid_before=True)

    assert "Por esta ya has recibido tus besitos. ¡Gracias!" == texts.reaction(result)


def test_reaction_of_a_day_that_is_used_up(spanish: None) -> None:
    """A press beyond the day's last says that tomorrow is another day."""
    result = ReactionResult(NOBODY, used_up=True)

    assert "Hoy ya has cobrado todas tus reacciones; mañana, más." == texts.reaction(result)


def test_unlocked_mentions_the_member(spanish: None) -> None:
    """Everything that one update unlocked is in one message that mentions the member."""
    badge = reward("Insignia", emoji="💰", badge_name="ahorrador")

    text = texts.news("Ana", 1001, News((reward(), badge)))

    assert text.startswith('🎉 <a href="tg://user?id=1001">Ana</a>, has desbloqueado:\n')
    assert [
        "🎉 Ana, has desbloqueado:",
        "• Primeros Pasos (+1\N{NO-BREAK SPACE}234 besitos): tienes 7 días para reclamarla",
        "• Insignia (insignia 💰 ahorrador): tienes 7 días para reclamarla",
    ] == read(text)[0].splitlines()


def test_listing(spanish: None) -> None:
    """Each line says what may be done: claim until when, how far, done, or too late."""
    what = "Primeros Pasos (+1\N{NO-BREAK SPACE}234 besitos)"
    text, _ = read(texts.listing(page(*[line(status) for status in (*UserRewardStatus, None)])))

    assert [
        "🏅 Recompensas",
        "",
        f"🎁 {what}: tienes hasta el 3 mar 2026 a las 00:00 para reclamarla",
        "✅ Primeros Pasos",
        f"⌛ {what}: el plazo terminó",
        f"🔒 {what}",
        "   Primeros Pasos",
        "   ▰▰▰▰▰▰▱▱▱▱ 63/100",
    ] == text.splitlines()


def test_locked_without_description(spanish: None) -> None:
    """What is not described is told by its conditions, and how it ended the last time."""
    points = Condition(ConditionType.TOTAL_POINTS, 500, 0)
    either = [
        Condition(ConditionType.LEVEL_REACHED, 3, 1),
        Condition(ConditionType.FIRST_REACTION, None, 1),
    ]
    plain = replace(reward(), description=None, conditions=(points, *either))
    expired = RewardLine(plain, None, DUE, Progress(1, 2), last=UserRewardStatus.EXPIRED)

    text, _ = read(texts.listing(page(expired)))

    assert [
        "⌛🔒 Primeros Pasos (+1\N{NO-BREAK SPACE}234 besitos)",
        "   Besitos ganados en total ≥ 500 + Nivel alcanzado ≥ 3 / Primera reacción",
        "   ▰▰▰▰▰▱▱▱▱▱ 1/2",
    ] == text.splitlines()[2:]


def test_empty_listing(spanish: None) -> None:
    """Without rewards there is a sentence instead of an empty list."""
    assert "Todavía no hay recompensas." == texts.listing(page())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (UserRewardStatus.CLAIMED, "Ya habías reclamado esta recompensa."),
        (UserRewardStatus.EXPIRED, "El plazo para reclamar esta recompensa ha terminado."),
        (None, "Todavía no has desbloqueado esta recompensa."),
    ],
)
def test_not_claimable(spanish: None, status: UserRewardStatus | None, expected: str) -> None:
    """Each reason has its own sentence."""
    assert expected == texts.not_claimable(status)


def test_no_amount_that_was_not_booked(spanish: None) -> None:
    """What the ledger had before is said to be taken, and no besitos are named."""
    taken = replace(gift(10), gift=0, bonus=0, paid_before=True)
    claim = ClaimResult(NOBODY, reward("Premio", amount=10), 0, ())

    assert texts.gift_taken(GiftAlreadyTaken(5, DUE)) == texts.gift(taken)
    assert ["Ya habías reclamado esta recompensa."] * 2 == [
        texts.claimed(claim),
        texts.claimed_short(claim),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=TEXT, what=TEXT)
def test_names_are_only_text(spanish: None, who: str, what: str) -> None:
    """Whatever members and admins are called, it is shown as it is and never read as markup."""
    who, what = visible(who), visible(what)
    badge = reward(what, emoji="💰", badge_name=what)
    result = ClaimResult(NOBODY, badge, 0, ())

    announced, tags = read(texts.news(who, 1, News((badge,))))
    listed, _ = read(
        texts.listing(page(*[line(status, what) for status in (*UserRewardStatus, None)]))
    )
    claimed, _ = read(texts.claimed(result))

    assert ["a", "b"] == tags
    seen = visible(shown_title(what))
    expected = f"🎉 {visible(shown_name(who))}, has desbloqueado:\n• {seen} (insignia 💰 {seen})"
    assert expected in visible(announced)
    # The locked one has a description.
    assert visible(listed).count(seen) >= len(UserRewardStatus) + 1
    assert what in visible(listed)
    assert f"✅ {seen}: insignia 💰 {seen}" == visible(claimed)


def test_buttons_and_alerts_have_no_markup(spanish: None) -> None:
    """Where Telegram reads no markup nothing is escaped."""
    badge = reward(HOSTILE, emoji="💰", badge_name=HOSTILE)
    markup = keyboards.claim_buttons([badge], 1001)

    assert markup is not None
    assert f"✅ Reclamar {HOSTILE}" == markup.inline_keyboard[0][0].text
    assert f"✅ 💰 {HOSTILE}" == texts.claimed_short(ClaimResult(NOBODY, badge, 0, ()))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("a" * 200, "a" * 63 + "…"),
        ("Z" + "\u0335" * 90, "Z" + "\u0335" * 3),
        ("\u3164\u200b", "Sin nombre"),
        (" dos \n líneas ", "dos líneas"),
    ],
)
def test_any_name_is_tidy(spanish: None, name: str, seen: str) -> None:
    """Rewards and badges are called the same everywhere: on one line, neither long nor high."""
    badge = reward(name, emoji="e" + "\u0335" * 15, badge_name=name)
    result = ClaimResult(NOBODY, badge, 0, ())
    mark = "e" + "\u0335" * 3

    assert f"✅ {mark} {seen}" == texts.claimed_short(result)
    assert f"✅ <b>{seen}</b>: insignia {mark} {seen}" == texts.claimed(result)
    assert f"• <b>{seen}</b> (insignia {mark} {seen})" in texts.news("Ana", 1, News((badge,)))
    assert texts.claim_button(badge).startswith(f"✅ Reclamar {seen}"[:59])
    listed = texts.listing(page(*[line(status, name) for status in UserRewardStatus]))
    assert 3 == listed.count(f"<b>{seen}</b>")


@pytest.mark.parametrize(
    ("pays", "presses", "expected"),
    [
        (5, 0, "💋 +5 besitos"),
        (1, 1, "💋 +1 besito · 1"),
        (1000, 1234, "💋 +1\N{NO-BREAK SPACE}000 besitos · 1\N{NO-BREAK SPACE}234"),
        (0, 0, "💋"),
        (0, 7, "💋 · 7"),
    ],
)
def test_button_below_a_post(spanish: None, pays: int, presses: int, expected: str) -> None:
    """It says what it brings and how many have pressed, in words of no language."""
    assert expected == texts.reaction_button(pays, presses)


def test_badges_are_no_orders(spanish: None) -> None:
    """Neither the emoji of a badge nor its name becomes a mention or a link."""
    shown = parse_html(
        texts.value_text(RewardType.BADGE, {"emoji": "@victim", "badge_name": "t.me/scam"})
    )

    assert "insignia @victim t.me/scam" == visible(shown.text)
    assert shown == detect_entities(shown)
