"""The economy's figures and the words in the chart."""

from dataclasses import dataclass

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.statistics import ACTIVE_DAYS, DAYS, Statistics
from bot.telegram.texts.common import number


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What is written in the chart; no emoji, for its font has none."""

    title: str
    earned: str
    spent: str


def page(figures: Statistics) -> str:
    """Show what circulates, who takes part, and each day's flow."""
    head = [_("día"), _("ganados"), _("gastados")]
    cells = [
        [f"{day.day:%d-%m}", number(day.earned), number(day.spent)]
        for day in reversed(figures.days)
    ]
    width = [max(len(row[at]) for row in [head, *cells]) for at in range(len(head))]
    table = [
        "  ".join(cell.rjust(size) for cell, size in zip(row, width, strict=True))
        for row in [head, *cells]
    ]
    return "\n".join(
        [
            _("📊 <b>Cifras</b>"),
            _("💋 En circulación: <b>{total}</b> besitos").format(
                total=number(figures.circulating)
            ),
            _("👥 Miembros: <b>{members}</b> · activos en {days} días: <b>{active}</b>").format(
                members=number(figures.members),
                days=ACTIVE_DAYS,
                active=number(figures.active_members),
            ),
            "",
            "<pre>" + "\n".join(table) + "</pre>",
        ]
    )


def caption() -> str:
    """Say what the chart shows."""
    return _("📈 Besitos ganados y gastados por día (UTC), últimos {days} días").format(days=DAYS)


def chart_words() -> ChartWords:
    """Return the words in the chart."""
    return ChartWords(title=_("Besitos por día (UTC)"), earned=_("ganados"), spent=_("gastados"))
