"""Texts for members about themselves and about each other."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gamification.leaderboard import LeaderboardPage, LeaderboardRow, Rank
from bot.gamification.ledger import LedgerPage, PostedEntry
from bot.gamification.profile import AccountView
from bot.gamification.types import TransactionType
from bot.telegram.texts import common
from bot.telegram.texts import profile as texts
from bot.telegram.texts.formatting import shown_name, shown_title, tidy
from tests.support.markup import read, visible

NBSP = "\N{NO-BREAK SPACE}"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def profile(**fields: object) -> AccountView:
    values = {
        "balance": 1200,
        "total_earned": 250,
        "level": 2,
        "level_since": 100,
        "next_level_at": 400,
        "gift_streak": 5,
        "reaction_streak": 1,
        "gift_record": 5,
        "reaction_record": 1,
        "badges": (("💰", "ahorrador"),),
    }
    return AccountView(**{**values, **fields})  # type: ignore[arg-type]


def history(*reasons: str | None) -> LedgerPage:
    moment = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    rows = [
        PostedEntry(n, -5, TransactionType.ADMIN_TAKE, reason, moment)
        for n, reason in enumerate(reasons)
    ]
    return LedgerPage(tuple(rows), None)


def test_profile(spanish: None) -> None:
    """The profile shows balance, level, progress, streaks, rank and badges."""
    text, _ = read(texts.profile("Ana", profile(), Rank(3)))

    assert [
        "👤 Ana",
        f"💋 Saldo: 1{NBSP}200 besitos",
        "⭐ Nivel 2",
        "▰▰▰▰▰▱▱▱▱▱ 150/300",
        "🔥 Racha del regalo: 5 días · de reacciones: 1 día",
        "🏆 Eres el n.º 3",
        "🎖 Insignias: 💰 ahorrador",
    ] == text.splitlines()


def test_records(spanish: None) -> None:
    """Where a streak has been longer than it is, the profile has the record."""
    text, _ = read(texts.profile("Ana", profile(gift_record=120, reaction_record=9), Rank(3)))

    assert "🏅 Récord del regalo: 120 días · de reacciones: 9 días" == text.splitlines()[5]


def test_profile_in_english(english: None) -> None:
    """An English member reads the same in English; badges and the top level included."""
    text, _ = read(texts.profile("Emma", profile(next_level_at=None), Rank(None)))

    assert [
        "👤 Emma",
        f"💋 Balance: 1{NBSP}200 besitos",
        "⭐ Level 2",
        "You have reached the highest level.",
        "🔥 Gift streak: 5 days · reaction streak: 1 day",
        f"🏆 Below rank 10{NBSP}000",
        "🎖 Badges: 💰 ahorrador",
    ] == text.splitlines()


def test_leaderboard(spanish: None) -> None:
    """The best three have medals, and the member hears where they stand."""
    rows = [LeaderboardRow(n, f"M{n}", 5000 - n, 7) for n in range(1, 5)]

    text, _ = read(texts.leaderboard(LeaderboardPage(tuple(rows), 0, has_next=False), Rank(9)))

    assert [
        "🏆 Clasificación",
        "",
        f"🥇 M1 – 4{NBSP}999 besitos, nivel 7",
        f"🥈 M2 – 4{NBSP}998 besitos, nivel 7",
        f"🥉 M3 – 4{NBSP}997 besitos, nivel 7",
        f"4. M4 – 4{NBSP}996 besitos, nivel 7",
        "",
        "🏆 Eres el n.º 9",
    ] == text.splitlines()


def test_history(spanish: None) -> None:
    """A line has its moment, signed amount, kind, and reason if there is one."""
    assert [
        "🧾 Movimientos",
        "",
        "2 mar 2026 09:05 −5 cargo de un admin · multa",
        "2 mar 2026 09:05 −5 cargo de un admin",
    ] == read(texts.history(history("multa", None)))[0].splitlines()


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("kind", TransactionType)
def test_every_kind_has_a_name(kind: TransactionType) -> None:
    """No line of the ledger shows a code name."""
    row = PostedEntry(1, 5, kind, None, datetime(2026, 3, 2, tzinfo=UTC))

    text, _ = read(texts.history(LedgerPage((row,), None)))

    assert kind.value not in text
    assert not text.endswith("+5 ")


def test_empty_history(spanish: None) -> None:
    """A newcomer reads how to begin."""
    assert "Todavía no tienes movimientos." in texts.history(history())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT)
def test_names_are_only_text(spanish: None, name: str) -> None:
    """A member's name, a badge and an admin's reason are shown as they are, never as markup."""
    page = LeaderboardPage((LeaderboardRow(1, name, 5, 1),), 0, has_next=False)
    cleaned, title = visible(shown_name(name)), visible(shown_title(name))

    assert f"👤 {cleaned}\n" in shown(texts.profile(name, profile(), Rank(1)))
    assert f"💎 {title}" in shown(texts.profile("A", profile(badges=(("💎", name),)), Rank(1)))
    assert f"🥇 {cleaned} –" in shown(texts.leaderboard(page, Rank(1)))
    assert shown(texts.history(history(name))).endswith(f" · {visible(tidy(name, 200))}")
    assert f"¡Hola, {cleaned}! 💋" in shown(common.welcome(name))


def shown(html: str) -> str:
    """Return what a member sees."""
    return visible(read(html)[0])


def test_any_number_of_badges_fits(spanish: None) -> None:
    """A profile is one message, however many badges there are."""
    badges = tuple(("💎", f"{n} " + "x" * 190) for n in range(60))

    text, _ = read(texts.profile("Ana", profile(badges=badges), Rank(1)))

    assert len(text) < 4096
    assert text.endswith(", … y 32 más")
