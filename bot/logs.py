"""Logging: text for people, JSON lines for machines, and never a secret in either."""

import logging
import re
import sys
from collections.abc import Iterable
from urllib.parse import unquote

from bot.settings import Settings

#: A Telegram bot token wherever it may turn up, such as in the address of a failed request.
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_HIDDEN = "***"
#: Characters that a password has at least, to be looked for outside of an address.
_SHORTEST = 4


class _Redacting(logging.Formatter):
    """Formats as `inner` does, then blots out every secret, tracebacks included."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return self.redacted(self._inner.format(record))

    def redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, text)


def redacted(text: str) -> str:
    """Return `text` without the secrets that the log must not show either."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Redacting):
            text = handler.formatter.redacted(text)
    return _TOKEN.sub(_HIDDEN, text)


def setup_logging(settings: Settings) -> None:
    """Send all logging to stderr, in the format and from the level that the settings ask for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(_formatter(settings), _secrets(settings)))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    if settings.log_level != "DEBUG":
        for chatty in ("alembic", "aiohttp.access", "aiogram.event"):
            logging.getLogger(chatty).setLevel(logging.WARNING)


def _formatter(settings: Settings) -> logging.Formatter:
    if settings.log_format == "json":
        # Most processes log text; only the others pay for the import.
        from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415

        return JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            json_ensure_ascii=False,
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    return logging.Formatter("{asctime} {levelname:<7} {name}: {message}", style="{")


def _secrets(settings: Settings) -> list[str]:
    # A password inside DATABASE_URL ends at the last @, should somebody have left one in it.
    password = re.search(r"://[^:/@]*:([^/?]+)@", settings.database_url.get_secret_value())
    known = [settings.bot_token, settings.webhook_secret]
    return [
        *(secret.get_secret_value() for secret in known if secret),
        *(_telling(one) for one in ({password[1], unquote(password[1])} if password else ())),
    ]


def _telling(password: str) -> str:
    """Return what to blot out: a short password stands in many a word, and would show by that."""
    return password if len(password) >= _SHORTEST else f":{password}@"
