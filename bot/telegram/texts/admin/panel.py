"""Pages of the panel: statistics and the seed's report."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from bot.gamification.admin.statistics import ACTIVE_DAYS, DAYS, Statistics
from bot.gamification.stored import Problem
from bot.seeding import Report
from bot.seeding.history import Run
from bot.seeding.plan import Action as SeedAction
from bot.seeding.plan import RowPlan
from bot.seeding.report import Outcome, SeedReport
from bot.telegram.texts.admin import names
from bot.telegram.texts.formatting import (
    besitos,
    cut,
    number,
    table,
)
from bot.telegram.texts.rewards import reward_label
from bot.telegram.texts.times import short_day, stamp

#: Telegram's messages end somewhere; nobody reads further anyway.
_MOST_ROWS = 20
_LONGEST_VALUE = 60
_LONGEST_NOTE = 200


def seed_report(report: Report, runs: Sequence[Run], problems: Sequence[Problem]) -> str:
    """Show the marker, the edits, values that cannot be, and what earlier starts did."""
    (seed,) = report.seeds
    edits = [line for row in seed.rows for line in _edits(row)]
    pending = _pending(seed)
    marker = _("todavía sin valores por defecto")
    if seed.marker is not None:
        marker = _("versión <b>{version}</b>, aplicada el {when} por la {release}").format(
            version=seed.marker.version,
            when=stamp(seed.marker.applied_at),
            release=escape(seed.marker.release or "–"),
        )
    lines = [
        _("🌱 <b>Valores por defecto</b>"),
        _("En vigor: {marker}").format(marker=marker),
        _("Esta versión del bot trae la <b>{version}</b> · formato de datos {schema}").format(
            version=seed.version, schema=escape(report.schema_before or "–")
        ),
        _("⏳ Al arrancar se haría: {pending}").format(pending=escape("; ".join(pending)))
        if pending
        else _("✅ Al día: un arranque no cambiaría nada."),
        "",
        _("<b>Ediciones que se conservan</b>") if edits else _("No hay ediciones."),
    ]
    if len(edits) > _MOST_ROWS:
        edits = [*edits[:_MOST_ROWS], "…"]
    told = map(_problem, problems[:_MOST_ROWS])
    warnings = [f"⚠️ {escape(cut(one, _LONGEST_NOTE))}" for one in told]
    return "\n".join([*lines, *edits, *warnings, *_warned(seed.notes), *_history(runs)])


def _warned(notes: Sequence[str]) -> list[str]:
    """Count warnings, which are for whoever runs the bot and in the words of that trade."""
    if not notes:
        return []
    said = ngettext(
        "⚠️ {count} aviso para quien lleva el bot",
        "⚠️ {count} avisos para quien lleva el bot",
        len(notes),
    )
    return [said.format(count=number(len(notes)))]


def _problem(problem: Problem) -> str:
    """Say what cannot be, where it is for whoever mends it, and what follows."""
    return _(
        "{part}: no puede ser {value} ({place}); {effect}. Díselo a quien lleva el bot."
    ).format(
        part=names.of(problem.column),
        value=problem.value,
        place=f"{problem.table} {problem.row}",
        effect=_effects().get(problem.table, _("no cuenta")),
    )


def _effects() -> dict[str, str]:
    return {
        "bot_config": _("se usa el valor por defecto"),
        "reward_conditions": _("su recompensa no cuenta"),
        "user_streaks": _("la racha empieza de nuevo"),
        "user_gamification_profiles": _("cuenta lo que es un número"),
    }


def _history(runs: Sequence[Run]) -> list[str]:
    if not runs:
        return []
    return ["", _("<b>Arranques que cambiaron algo</b>"), *map(_run, runs)]


def _run(run: Run) -> str:
    made = sum(counts["created"] for counts in run.counts.values())
    changed = sum(counts["updated"] for counts in run.counts.values())
    line = _("• {when} · {outcome} · {release} en {host}: {made}, {changed}")
    shown = line.format(
        when=stamp(run.ran_at),
        outcome=_outcomes().get(run.outcome, run.outcome),
        release=escape(run.release),
        host=escape(run.host),
        made=ngettext("{count} nuevo", "{count} nuevos", made).format(count=number(made)),
        changed=ngettext("{count} cambiado", "{count} cambiados", changed).format(
            count=number(changed)
        ),
    )
    return "\n".join([shown, *_warned(run.notes)])


def _outcomes() -> dict[str, str]:
    return {
        Outcome.SEEDED: _("puesto en marcha"),
        Outcome.UPGRADED: _("actualizado"),
        Outcome.HEALED: _("reparado"),
        Outcome.TAKEN: _("vuelto a los valores por defecto"),
        Outcome.REVERTED: _("revertido"),
    }


def _pending(seed: SeedReport) -> list[str]:
    """Say what a start would write, in the order in which it would."""
    words = [_planned(row) for row in seed.rows if row.writes]
    for backfill in seed.backfills:
        if backfill.missing:
            count = backfill.missing
            create = ngettext(
                "crear {count} perfil que falta", "crear {count} perfiles que faltan", count
            )
            words.append(create.format(count=number(count)))
    if not seed.is_newer and not seed.matches:
        words.append(_("anotar la versión {version}").format(version=seed.version))
    return words


def _planned(row: RowPlan) -> str:
    parts = ", ".join(names.of(name) for name in row.changes)
    if row.section == "config":
        return _("poner {settings}").format(settings=parts)
    if row.action is SeedAction.INSERT:
        return _("crear la recompensa {name}").format(name=_reward(row))
    return _("cambiar la recompensa {name} ({parts})").format(name=_reward(row), parts=parts)


def _reward(row: RowPlan) -> str:
    """Name the reward that a row is or will be, as its page does."""
    stored = row.stored.values.get("name") if row.stored else None
    _old, default = row.changes.get("name", (None, None))
    return reward_label(str(stored or default or row.name))


def _edits(row: RowPlan) -> list[str]:
    where = "" if row.section == "config" else f"{_reward(row)} · "
    return [
        f"• {escape(where + names.of(name))}: {_short(name, edited)} "
        + _("(por defecto {value})").format(value=_short(name, default))
        for name, (edited, default) in row.kept.items()
    ]


def _short(name: str, value: object) -> str:
    return f"<code>{escape(cut(names.worded(name, value), _LONGEST_VALUE))}</code>"


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What is written in the chart; no emoji, for its font has none."""

    title: str
    earned: str
    spent: str
    days: tuple[str, ...]


def statistics(found: Statistics) -> str:
    """Show what circulates, who takes part, and each day's flow."""
    days = [
        [short_day(day.day), number(day.earned), number(day.spent)] for day in reversed(found.days)
    ]
    return "\n".join(
        [
            _("📊 <b>Cifras</b>"),
            _("💋 En circulación: <b>{total}</b>").format(total=besitos(found.circulating)),
            _("👥 Miembros: <b>{members}</b> · activos en {days} días: <b>{active}</b>").format(
                members=number(found.members),
                days=ACTIVE_DAYS,
                active=number(found.active_members),
            ),
            "",
            table([_("día"), _("ganados"), _("gastados")], days),
        ]
    )


def chart_caption() -> str:
    """Say what the chart shows."""
    return _("📈 Besitos ganados y gastados por día, últimos {days} días").format(days=DAYS)


def no_chart() -> str:
    """Say why there is no chart, and what to do about it."""
    return _(
        "📈 El gráfico necesita la biblioteca de dibujo, que no está instalada: "
        "<code>pip install 'besitos[charts]'</code>."
    )


def chart_failed() -> str:
    """Say that there is no chart, and leave room for the reason."""
    return _("📈 El gráfico no se ha podido dibujar: {reason}")


def chart_words(found: Statistics) -> ChartWords:
    """Return what the chart of these figures says, in the language of whoever asks."""
    return ChartWords(
        title=_("Besitos por día"),
        earned=_("ganados"),
        spent=_("gastados"),
        days=tuple(short_day(one.day) for one in found.days),
    )
