"""The seed's state."""

from collections.abc import Sequence
from html import escape

from aiogram.utils.i18n import gettext as _

from bot.gamification.stored import Problem
from bot.seeding import Report
from bot.seeding.history import Run
from bot.seeding.plan import Action, RowPlan
from bot.seeding.report import Outcome, SeedReport
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.values import worded
from bot.telegram.texts.common import cut, number

#: Telegram's messages end somewhere; nobody reads further anyway.
_MOST_ROWS = 20
_LONGEST_VALUE = 60
_LONGEST_NOTE = 200


def page(report: Report, runs: Sequence[Run], problems: Sequence[Problem]) -> str:
    """Show the marker, the edits, values that cannot be, and what earlier starts did."""
    (seed,) = report.seeds
    edits = [line for row in seed.rows for line in _edits(row)]
    pending = _pending(seed)
    marker = _("sin marcador")
    if seed.marker is not None:
        marker = _("versión <b>{version}</b>, aplicada el {when} UTC por la {release}").format(
            version=seed.marker.version,
            when=f"{seed.marker.applied_at:%d-%m-%Y %H:%M}",
            release=escape(seed.marker.release or "–"),
        )
    lines = [
        _("🌱 <b>Semilla</b>"),
        _("Base de datos: {marker}").format(marker=marker),
        _("Esta versión del bot trae la <b>{version}</b> · esquema {schema}").format(
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
    notes = [*map(str, problems[:_MOST_ROWS]), *seed.notes]
    warnings = [f"⚠️ {escape(cut(note, _LONGEST_NOTE))}" for note in notes]
    return "\n".join([*lines, *edits, *warnings, *_history(runs)])


def _history(runs: Sequence[Run]) -> list[str]:
    if not runs:
        return []
    return ["", _("<b>Arranques que cambiaron algo</b>"), *map(_run, runs)]


def _run(run: Run) -> str:
    made = sum(counts["created"] for counts in run.counts.values())
    changed = sum(counts["updated"] for counts in run.counts.values())
    line = _("• {when} UTC · {outcome} · {release} en {host}: {made} nuevos, {changed} cambiados")
    return line.format(
        when=f"{run.ran_at:%d-%m-%Y %H:%M}",
        outcome=_outcomes().get(run.outcome, run.outcome),
        release=escape(run.release),
        host=escape(run.host),
        made=number(made),
        changed=number(changed),
    ) + "".join(f"\n⚠️ {escape(cut(note, _LONGEST_NOTE))}" for note in run.notes)


def _outcomes() -> dict[str, str]:
    return {
        Outcome.SEEDED: _("sembrado"),
        Outcome.UPGRADED: _("actualizado"),
        Outcome.HEALED: _("reparado"),
        Outcome.TAKEN: _("vuelto a los valores por defecto"),
        Outcome.REVERTED: _("revertido"),
    }


def _pending(seed: SeedReport) -> list[str]:
    """Say what a start would write, in the order in which it would."""
    words = [_row(row) for row in seed.rows if row.writes]
    for backfill in seed.backfills:
        if backfill.missing:
            count = number(backfill.missing)
            words.append(_("crear {count} perfiles que faltan").format(count=count))
    if not seed.is_newer and not seed.matches:
        words.append(_("anotar la versión {version}").format(version=seed.version))
    return words


def _row(row: RowPlan) -> str:
    parts = ", ".join(names.of(name) for name in row.changes)
    if row.section == "config":
        return _("poner {settings}").format(settings=parts)
    if row.action is Action.INSERT:
        return _("crear la recompensa {key}").format(key=row.name)
    return _("cambiar la recompensa {key} ({parts})").format(key=row.name, parts=parts)


def _edits(row: RowPlan) -> list[str]:
    where = "" if row.section == "config" else f"{row.name} · "
    return [
        f"• {escape(where + names.of(name))}: {_short(name, edited)} "
        + _("(semilla: {default})").format(default=_short(name, default))
        for name, (edited, default) in row.kept.items()
    ]


def _short(name: str, value: object) -> str:
    return f"<code>{escape(cut(worded(name, value), _LONGEST_VALUE))}</code>"
