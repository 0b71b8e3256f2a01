"""The seed's state."""

from html import escape

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.seed import SeedState
from bot.gamification.bootstrap.plan import Action, RowPlan
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.values import worded
from bot.telegram.texts.common import cut, number

#: Telegram's messages end somewhere; nobody reads further anyway.
_MOST_ROWS = 20
_LONGEST_VALUE = 60


def page(state: SeedState) -> str:
    """Show the marker, and which edits differ from the manifest."""
    status = state.status
    edits = [line for row in state.rows for line in _edits(row)]
    marker = _("sin marcador")
    if status.applied_at is not None:
        marker = _("versión <b>{version}</b>, aplicada el {when} UTC por la {release}").format(
            version=status.marker_version,
            when=f"{status.applied_at:%d-%m-%Y %H:%M}",
            release=escape(status.release or "–"),
        )
    lines = [
        _("🌱 <b>Semilla</b>"),
        _("Base de datos: {marker}").format(marker=marker),
        _("Esta versión del bot trae la <b>{version}</b> · esquema {schema}").format(
            version=status.manifest_version, schema=escape(status.schema_revision or "–")
        ),
        _("⏳ Al arrancar se haría: {pending}").format(pending=escape("; ".join(_pending(state))))
        if status.pending
        else _("✅ Al día: un arranque no cambiaría nada."),
        "",
        _("<b>Ediciones que se conservan</b>") if edits else _("No hay ediciones."),
    ]
    if len(edits) > _MOST_ROWS:
        edits = [*edits[:_MOST_ROWS], "…"]
    return "\n".join([*lines, *edits])


def _pending(state: SeedState) -> list[str]:
    """Say what a start would write, in the order in which it would."""
    words = [_row(row) for row in state.rows if row.writes]
    if missing := state.findings.snapshot.missing_profiles:
        words.append(_("crear {count} perfiles que faltan").format(count=number(missing)))
    if state.findings.plan and not state.findings.marker_matches:
        version = state.status.manifest_version
        words.append(_("anotar la versión {version}").format(version=version))
    return words


def _row(row: RowPlan) -> str:
    parts = ", ".join(names.of(name) for name in row.changes)
    if row.table == "bot_config":
        return _("poner {settings}").format(settings=parts)
    if row.action is Action.INSERT:
        return _("crear la recompensa {key}").format(key=row.key)
    return _("cambiar la recompensa {key} ({parts})").format(key=row.key, parts=parts)


def _edits(row: RowPlan) -> list[str]:
    where = "" if row.table == "bot_config" else f"{row.key} · "
    return [
        f"• {escape(where + names.of(name))}: {_short(name, edited)} "
        + _("(semilla: {default})").format(default=_short(name, default))
        for name, (edited, default) in row.kept.items()
    ]


def _short(name: str, value: object) -> str:
    return f"<code>{escape(cut(worded(name, value), _LONGEST_VALUE))}</code>"
