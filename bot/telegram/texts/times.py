"""Moments and durations as people say them: by the community's clock, in one form everywhere."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from aiogram.utils.i18n import get_i18n, ngettext
from aiogram.utils.i18n import gettext as _
from babel.dates import format_date

from bot.gamification.calendar import UTC_CALENDAR, Calendar
from bot.gamification.zones import load_zone
from bot.telegram.texts.formatting import number

_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock that hangs in the community, and what it says (None: no day is today)."""

    calendar: Calendar = UTC_CALENDAR
    now: datetime | None = None


# Beside the language, which is aiogram's own such variable: both are of the update at work.
_UTC: Final = WallClock()
_clock: ContextVar[WallClock] = ContextVar("wall clock", default=_UTC)


def tell_time_by(calendar: Calendar, now: datetime | None) -> None:
    """Have all times of this update told by that calendar."""
    _clock.set(WallClock(calendar, now))


def moment(value: datetime) -> str:
    """Say when something is due: today at 18:00, tomorrow at 18:00, or the day with its date."""
    clock = _clock.get()
    local = clock.calendar.local(value)
    time = f"{local:%H:%M}"
    today = clock.calendar.local(clock.now).date() if clock.now else None
    ahead = (local.date() - today).days if today else None
    if ahead == 0:
        return ngettext("hoy a la {time}", "hoy a las {time}", local.hour).format(time=time)
    if ahead == 1:
        return ngettext("mañana a la {time}", "mañana a las {time}", local.hour).format(time=time)
    said = ngettext("el {date} a la {time}", "el {date} a las {time}", local.hour)
    return said.format(date=long_day(local), time=time)


def has_come(value: datetime) -> bool:
    """Return whether a moment is over."""
    now = _clock.get().now
    return now is not None and value <= now


def there(timezone: str) -> str:
    """Say what the clock shows in another zone at this moment."""
    now, zone = _clock.get().now, load_zone(timezone)
    if now is None or zone is None:
        return ""
    local = now.astimezone(zone)
    return _("🕐 Hora de allí: {time} ({date}).").format(
        time=f"{local:%H:%M}", date=long_day(local)
    )


def stamp(value: datetime | None) -> str:
    """Write when something was, in a list; SQL by hand may have left no time there."""
    if value is None:
        return "–"
    local = _clock.get().calendar.local(value)
    return f"{long_day(local)} {local:%H:%M}"


def long_day(value: date) -> str:
    """Write a day with its year."""
    return format_date(value, "d MMM y", get_i18n().current_locale)


def short_day(value: date) -> str:
    """Write a day of these weeks."""
    return format_date(value, "d MMM", get_i18n().current_locale)


def days(count: int) -> str:
    """Count days."""
    return ngettext("{count} día", "{count} días", count).format(count=number(count))


def duration(hours: int) -> str:
    """Say how long so many hours are, in days where it comes out even."""
    if hours % _HOURS_A_DAY == 0:
        return days(hours // _HOURS_A_DAY)
    return ngettext("{count} hora", "{count} horas", hours).format(count=number(hours))
