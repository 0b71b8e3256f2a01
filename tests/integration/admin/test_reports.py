"""Figures with their chart, the seed's state and the audit trail."""

import re
import struct
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiogram.methods import SendMessage, SendPhoto
from sqlalchemy import insert

from bot.database.errors import DatabaseError
from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.statistics import read_statistics
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import LedgerEntryRow
from bot.gamification.types import TransactionType
from bot.seeding.report import Outcome
from bot.telegram.methods import LatePhoto
from bot.telegram.routers.admin import chart
from bot.telegram.routers.admin import panel as panel_router
from bot.telegram.texts.admin.panel import ChartWords
from bot.telegram.texts.formatting import person
from tests.integration.admin.panel import ADMIN, ANA, EMMA, Panel
from tests.support.economy import NOON, LiveEconomy

#: Hours before noon of day 0, the member, and besitos.
LINES = [
    (0, ANA, 100),
    (12, ANA, -30),  # midnight belongs to the day that begins
    (12.001, EMMA, 7),  # and the moment before it to the day that ends
    (24 * 7 + 1, 1004, 50),
    (24 * 13 + 12, EMMA, 11),
    (24 * 13 + 12.001, EMMA, 1000),
]


@pytest.fixture
async def history(live: LiveEconomy) -> None:
    """Write a ledger over more than 14 days."""
    for user_id in (ANA, EMMA, 1004):
        await live.act(user_id)
    rows = [
        {
            "user_id": user_id,
            "amount": amount,
            "type": TransactionType.REACTION,
            "reference": str(n),
            "created_at": NOON - timedelta(hours=hours),
        }
        for n, (hours, user_id, amount) in enumerate(LINES)
    ]
    async with live.engine.begin() as connection:
        await connection.execute(insert(LedgerEntryRow), rows)


@pytest.mark.usefixtures("history")
async def test_figures(live: LiveEconomy) -> None:
    """Days are those of UTC, whatever they hold; admins' doings make nobody active."""
    await live.move(5, "grant", 1004)
    await live.edit_by_sql("UPDATE user_gamification_profiles SET balance = 9, total_earned = 9")

    async with live.engine.connect() as connection:
        figures = await read_statistics(connection, NOON)

    today = NOON.date()
    assert (27, 3, 2) == (figures.circulating, figures.members, figures.active_members)
    assert [today - timedelta(days=n) for n in range(13, -1, -1)] == [
        one.day for one in figures.days
    ]
    assert {0: (105, 30), 1: (7, 0), 7: (50, 0), 13: (11, 0)} == {
        (today - one.day).days: (one.earned, one.spent)
        for one in figures.days
        if one.earned or one.spent
    }


async def test_figures_of_nothing(live: LiveEconomy) -> None:
    """An empty economy has figures, too."""
    async with live.engine.connect() as connection:
        figures = await read_statistics(connection, NOON)

    assert (0, 0, 0, 14) == (
        figures.circulating,
        figures.members,
        figures.active_members,
        len(figures.days),
    )


async def test_chart(panel: Panel) -> None:
    """The chart is drawn when it is sent, by a process that ends, and is a PNG."""
    shown = await panel.press("Cifras")
    (photo,) = [one for one in panel.answers if isinstance(one, SendPhoto)]
    assert isinstance(photo.photo, chart.ChartFile)
    content = b"".join([part async for part in photo.photo.read(panel.bot)])

    assert shown.startswith("📊 Cifras\n💋 En circulación: 0 besitos\n👥 Miembros: 1 · activos")
    assert ADMIN == photo.chat_id
    assert b"\x89PNG\r\n\x1a\n" == content[:8]
    width, height = struct.unpack(">II", content[16:24])
    assert (600 < width < 2000, 400 < height < 2000) == (True, True)
    assert "matplotlib" not in sys.modules


async def test_no_chart_without_the_library(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed the extra reads that, and sees the figures all the same."""
    monkeypatch.setattr(panel_router, "can_draw", lambda: False)

    shown = await panel.press("Cifras")

    assert "El gráfico necesita la biblioteca de dibujo" in shown
    assert "pip install 'besitos[charts]'" in shown
    assert [] == [one for one in panel.answers if isinstance(one, SendPhoto)]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("import time; time.sleep(60)", r"no picture within 0\.3 s"),
    ],
)
async def test_chart_that_cannot_be_drawn(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    program: str,
    reason: str,
) -> None:
    """What it lacks is said, and no process is left behind."""
    file = tmp_path / "drawing.py"
    file.write_text(program)
    monkeypatch.setattr(chart.drawing, "__file__", str(file))
    monkeypatch.setattr(chart, "PATIENCE", 0.3 if "sleep" in program else 60)

    with pytest.raises(chart.ChartError, match=reason):
        await chart.draw_chart([], ChartWords("", "", "", ()))

    assert caplog.messages[0].startswith("the chart could not be drawn: ")


async def test_says_what_the_chart_lacks(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The admin reads the reason in the picture's place; Telegram is not blamed for it."""
    file = tmp_path / "drawing.py"
    file.write_text("raise OSError('no <writable> directory')")
    monkeypatch.setattr(chart.drawing, "__file__", str(file))
    await panel.press("Cifras")
    (photo,) = [one for one in panel.answers if isinstance(one, LatePhoto)]

    sent = await photo.made(panel.bot)

    assert isinstance(sent, SendMessage)
    assert (
        "📈 El gráfico no se ha podido dibujar: OSError: no &lt;writable&gt; directory" == sent.text
    )
    assert (photo.chat_id, photo.reply_markup) == (sent.chat_id, sent.reply_markup)


async def test_seed(panel: Panel, live: LiveEconomy) -> None:
    """The seed's page tells version, time, release, and each edit beside its default."""
    await live.edit_by_sql(
        "UPDATE bot_config SET besitos_daily_gift = 77",
        "UPDATE rewards SET name = 'A<b>' WHERE key = 'primeros_pasos'",
        "DELETE FROM rewards WHERE key = 'racha_7_dias'",
    )

    shown = (await panel.press("Valores por defecto")).splitlines()

    assert shown[1].startswith("En vigor: versión 2, aplicada el ")
    assert "⏳ Al arrancar se haría: crear la recompensa Racha de 7 Días" in shown
    assert "• Regalo diario: 77 (por defecto 50)" in shown
    assert "• A<b> · nombre: A<b> (por defecto Primeros Pasos)" in shown


async def test_seed_without_marker(panel: Panel, live: LiveEconomy) -> None:
    """A database whose seed was reverted says so."""
    await live.edit_by_sql("DELETE FROM seed_marker")

    shown = (await panel.press("Valores por defecto")).splitlines()

    assert "En vigor: todavía sin valores por defecto" in shown
    assert "⏳ Al arrancar se haría: anotar la versión 2" in shown


async def test_audit(panel: Panel, live: LiveEconomy) -> None:
    """The trail is shown newest first, escaped, page by page."""
    async with live.turn() as (economy, _):
        for n in range(20):
            what = {"before": {"name": f"<{n}>"}, "after": {"name": "x" * 500 * (n % 2) + f"[{n}]"}}
            await record(economy, ADMIN, Action.EDIT_REWARD, "reward:1", **what)

    pages = [await panel.press("Auditoría"), await panel.press("›"), await panel.press("›")]

    edited = "editó la recompensa Primeros Pasos"
    assert [8, 8, 4] == [page.count(edited) for page in pages]
    admin = f"{ADMIN} <{ADMIN}>"
    assert f"{admin} · {edited}\nnombre: <18> → [18]" in pages[0]
    assert all(one != other for one, other in pairwise(pages))
    assert pages[0] == await panel.press("«")


async def test_audit_in_words(panel: Panel, live: LiveEconomy) -> None:
    """Whatever was changed is said as people say it, and by name."""
    await live.act()
    changes: list[tuple[Action, str, Any, Any]] = [
        (Action.CHANGE_SETTING, "config:besitos_daily_gift", 50, 1500),
        (Action.GRANT, f"member:{ANA}", {"balance": 0}, {"balance": 5, "reason": "porque sí"}),
        (Action.EDIT_REWARD, "reward:2", {"is_active": True}, {"is_active": False}),
        (Action.EDIT_REWARD, "reward:999", {"description": "Antes"}, {"description": ""}),
        (
            Action.CREATE_REWARD,
            "reward:3",
            None,
            {
                "reward_type": "BADGE",
                "reward_value": {"badge_name": "oro", "emoji": "🏅"},
                "conditions": [
                    {"condition_type": kind, "condition_value": value, "condition_group": 1}
                    for kind, value in (("TOTAL_POINTS", 1000), ("FIRST_REACTION", None))
                ],
            },
        ),
    ]
    async with live.turn() as (economy, _):
        for action, target, before, after in changes:
            await record(economy, ADMIN, action, target, before=before, after=after)

    shown = (await panel.press("Auditoría")).replace("\N{NO-BREAK SPACE}", " ")

    for words in (
        "cambió el ajuste Regalo diario\n50 → 1 500",
        # PostgreSQL puts the parts in an order of its own.
        f"dio besitos a {ANA} {person('Member 1001')}\n",
        "saldo: 0 → 5",
        "motivo: porque sí",
        "editó la recompensa Ahorrador Principiante\nactiva: sí → no",
        "editó la recompensa 999\ndescripción: Antes → –",
        "creó la recompensa Racha de 7 Días\n",
        "tipo: 🎖 Insignia",
        "qué da: 🏅 oro",
        "condiciones: Besitos ganados en total ≥ 1 000 / Primera reacción",
    ):
        assert words in shown


async def test_empty_audit(panel: Panel) -> None:
    """Before the first change there is nothing to see."""
    assert (await panel.press("Auditoría")).endswith("Todavía no hay cambios.")


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_audit_that_sql_broke(panel: Panel, live: LiveEconomy) -> None:
    """A line that holds no JSON and no time is shown as far as it can be."""
    async with live.turn(ADMIN) as (economy, _):
        await record(economy, ADMIN, Action.CHANGE_SETTING, "setting:x", before=1, after=2)
    await live.edit_by_sql("UPDATE admin_actions SET before = '{eins', created_at = 'gestern'")

    shown = await panel.press("Auditoría")

    assert "cambió el ajuste x\n{eins → 2" in shown


async def test_seed_names_what_cannot_be(panel: Panel, live: LiveEconomy) -> None:
    """A value that SQL by hand has put out of bounds stands on the seed's page."""
    await live.edit_by_sql("UPDATE rewards SET claim_window_hours = 100000000 WHERE id = 2")

    shown = await panel.press("Valores por defecto")

    (line,) = [line for line in shown.splitlines() if line.startswith("⚠️")]
    assert (
        "⚠️ plazo: no puede ser 100000000 (rewards 2); no cuenta. Díselo a quien lleva el bot."
    ) == line


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_warnings_of_a_start_are_the_operators(panel: Panel, live: LiveEconomy) -> None:
    """A start's own sentences, English and of tables, are counted on a community admin's page."""
    await live.edit_by_sql("UPDATE bot_config SET besitos_daily_gift = 'cinco'")
    report = await panel.dispatcher["bootstrap_service"].run()

    shown = await panel.press("Valores por defecto")

    assert Outcome.HEALED is report.outcome
    assert ["⚠️ 1 aviso para quien lleva el bot"] == re.findall("^⚠️.*$", shown, re.MULTILINE)


async def test_database_away_while_an_admin_looks(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is no sentence for an admin whose press would be confirmed by it: the press waits."""

    async def away(*_: object) -> None:
        raise DatabaseError("The look failed.") from ConnectionRefusedError()

    monkeypatch.setattr(BootstrapService, "inspect", away)

    with pytest.raises(DatabaseError):
        await panel.press("Valores por defecto")
