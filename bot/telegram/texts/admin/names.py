"""What the parts of settings, rewards and bookings are called."""

from aiogram.utils.i18n import gettext as _


def of(part: str) -> str:
    """Name a setting, or a part of a reward or of a booking, by its name in the database."""
    return {**_settings(), **_parts()}.get(part, part)


def _settings() -> dict[str, str]:
    return {
        "level_formula": _("Fórmula del nivel"),
        "besitos_per_reaction": _("Por reacción"),
        "besitos_daily_gift": _("Regalo diario"),
        "besitos_daily_streak_bonus": _("Extra del regalo por racha"),
        "max_reactions_per_day": _("Reacciones pagadas al día"),
        "besitos_daily_base": _("Bono de actividad"),
        "besitos_streak_bonus_per_day": _("Extra del bono por día"),
        "besitos_streak_bonus_max": _("Extra máximo del bono"),
    }


def _parts() -> dict[str, str]:
    return {
        "name": _("nombre"),
        "description": _("descripción"),
        "reward_type": _("tipo"),
        "reward_value": _("qué da"),
        "claim_window_hours": _("plazo (h)"),
        "is_active": _("activa"),
        "is_repeatable": _("repetible"),
        "is_secret": _("secreta"),
        "conditions": _("condiciones"),
        "sort_order": _("orden"),
        "balance": _("saldo"),
        "amount": _("importe"),
        "reason": _("motivo"),
    }
