"""Texts for admins: whoever and whatever they are about, it is shown as it is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gamification.account import User
from bot.gamification.admin.accounts import AccountDetails
from bot.gamification.admin.audit import Action, AuditPage, AuditRow
from bot.gamification.admin.effects import SettingEffect
from bot.gamification.admin.member_search import MemberLine
from bot.gamification.admin.settings import Setting, SettingChange
from bot.gamification.leaderboard import Rank
from bot.gamification.ledger import LedgerPage
from bot.gamification.profile import AccountView
from bot.telegram.texts.admin import accounts, audit
from bot.telegram.texts.admin import settings as texts
from bot.telegram.texts.formatting import person, shown_name
from sandbox.formatting.entities import detect_entities
from sandbox.formatting.html import parse_html
from tests.support.markup import read, visible

ADMIN, ANA = 7, 1001
NBSP = "\N{NO-BREAK SPACE}"
HOSTILE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40) | (
    st.sampled_from(["<b>", "</b>", "&amp;", "<script>", "\u202e1001", "\u2069\u2069\u202ena"])
)
any_text = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row(name: str | None = "Ana", **fields: Any) -> AuditRow:
    moment = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    facts = {
        "id": 1,
        "admin_id": ADMIN,
        "admin_name": name,
        "action": Action.GRANT,
        "target": f"member:{ANA}",
        "target_name": "Emma",
        "before": {"balance": 0},
        "after": {"balance": 5, "reason": "x"},
        "created_at": moment,
    }
    return AuditRow(**{**facts, **fields})


def line(shown: AuditRow) -> str:
    """Return the line that says who did what to whom."""
    text, _ = read(audit.audit_trail(AuditPage((shown,), None)))
    return text.splitlines()[2]


@pytest.mark.parametrize("before", ["<b>", "cinco & más", 5, None])
def test_saved(spanish: None, before: Any) -> None:
    """Whatever SQL by hand has stored, the change can be shown."""
    text, _ = read(texts.saved(SettingChange("besitos_daily_gift", before, 1077)))

    assert f"Guardado: {'–' if before is None else before} → 1{NBSP}077" == text


def test_one_besito(spanish: None) -> None:
    """One is one, of whatever is counted."""
    effect = SettingEffect("besitos_daily_gift", 50, 1, before=50, after=1, times=None)
    texts_of_one = [texts.effect(effect), texts.really(effect), accounts.told_of_undo(-1)]

    assert [True] * 3 == ["1 besito" in read(one)[0] for one in texts_of_one]
    assert not any("1 besitos" in read(one)[0] for one in texts_of_one)


def test_audit_of_a_time_to_claim(spanish: None) -> None:
    """How long there is to claim is said in days, as everywhere."""
    shown = row(target="reward:1", before={}, after={"claim_window_hours": 168})

    assert "plazo: 7 días" in audit.audit_trail(AuditPage((shown,), None))


@any_text
@given(HOSTILE, HOSTILE)
def test_settings(spanish: None, value: str, default: str) -> None:
    """Settings are shown as they are stored, whatever that is."""
    shown = Setting("besitos_daily_gift", value, default)

    for text in (texts.one(shown), texts.ask(shown), texts.listing([shown])):
        assert value in read(text)[0]


def test_audit_names_by_id(spanish: None) -> None:
    """People are named by the id that they cannot choose, before the name that they can."""
    assert f"1 · 2 mar 2026 09:05 7 {person('Ana')} · dio besitos a 1001 {person('Emma')}" == line(
        row()
    )


def test_audit_of_people_who_are_gone(spanish: None) -> None:
    """Where no name is known any more, the id stands alone."""
    assert "1 · 2 mar 2026 09:05 7 · quitó besitos a 1001" == line(
        row(None, action=Action.TAKE, target_name=None)
    )


@any_text
@given(HOSTILE, HOSTILE, HOSTILE)
def test_audit_escapes(spanish: None, admin: str, member: str, reason: str) -> None:
    """No name turns what stands behind it, and no text becomes markup."""
    shown = row(admin, target_name=member, before=None, after={"reason": reason})

    text, tags = read(audit.audit_trail(AuditPage((shown,), None)))

    assert f" 7 {visible(shown_name(admin))} · " in visible(text)
    assert f" 1001 {visible(shown_name(member))}\n" in visible(text)
    assert text.count("\N{FIRST STRONG ISOLATE}") == text.count("\N{POP DIRECTIONAL ISOLATE}")
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
    assert ["b", "b", "code", "code", "b", "code", "b"] == tags


@pytest.mark.parametrize("name", ["\u2069Ana", "\u202eanA", "A\u2066n\u2069\u2069a\u202c"])
def test_directions(name: str) -> None:
    """A name ends its own stretch of text, and nobody else's."""
    assert ["\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"] == [
        one for one in person(name) if not one.isalpha()
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana <b>", "Ana <b> · 1001"),
        ("\u200b\u2060", "Sin nombre · 1001"),
        ("\u202eanA", "\u2068anA\u2069 · 1001"),
        ("محمد", "\u2068محمد\u2069 · 1001"),
        ("o" + "\u0316" * 50, "o" + "\u0316" * 3 + " · 1001"),
    ],
    ids=["ordinary", "blank", "override", "right to left", "piled marks"],
)
def test_button_of_a_member(spanish: None, name: str, expected: str) -> None:
    """A button's label is cleaned as a text is, and the id behind the name stays where it is."""
    assert expected == accounts.button(MemberLine(ANA, name, None))


def test_language_of_a_member(spanish: None) -> None:
    """What a member's own program says their language is, is a short text."""
    member = User(ANA, None, "Ana", "@victim t.me/scam " + "x" * 5000)
    profile = AccountView(0, 0, 1, 0, 100, 0, 0, 0, 0, ())

    page = parse_html(
        accounts.account(AccountDetails(member, profile, Rank(1), LedgerPage((), None)))
    )

    assert "idioma @victim t.me/scam x" in visible(page.text)
    assert 300 > len(page.text)
    assert page == detect_entities(page)
