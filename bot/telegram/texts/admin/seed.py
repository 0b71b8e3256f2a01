"""The seed's state."""

from html import escape

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.seed import SeedState
from bot.gamification.bootstrap.plan import RowPlan
from bot.telegram.texts.common import cut

#: Telegram's messages end somewhere; nobody reads further anyway.
_MOST_ROWS = 20
_LONGEST_VALUE = 60


def page(state: SeedState) -> str:
    """Show the marker, and which edits differ from the manifest."""
    status = state.status
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
        _("⏳ Al arrancar cambiaría: {pending}").format(pending=escape("; ".join(status.pending)))
        if status.pending
        else _("✅ Al día: un arranque no cambiaría nada."),
        "",
        _("<b>Ediciones que se conservan</b>") if state.edited else _("No hay ediciones."),
    ]
    edits = [line for row in state.edited for line in _edits(row)]
    if len(edits) > _MOST_ROWS:
        edits = [*edits[:_MOST_ROWS], "…"]
    return "\n".join([*lines, *edits])


def _edits(row: RowPlan) -> list[str]:
    where = "" if row.table == "bot_config" else f"{row.key} · "
    return [
        f"• {escape(where + name)}: {_short(edited)} "
        + _("(semilla: {default})").format(default=_short(default))
        for name, (edited, default) in row.kept.items()
    ]


def _short(value: object) -> str:
    return f"<code>{escape(cut(str(value), _LONGEST_VALUE))}</code>"
