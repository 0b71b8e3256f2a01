"""Logging: text for people, JSON lines for machines, and never a secret in either."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from urllib.parse import unquote

from bot.settings import Settings, cautions

logger = logging.getLogger(__name__)

#: A Telegram bot token wherever it may turn up, such as in the address of a failed request.
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_HIDDEN = "***"
#: Characters that a secret has at least, to be looked for wherever it may turn up.
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
    """Send all logging to stderr, in the format and from the level that the settings ask for.

    The first lines are the settings' cautions.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(_formatter(settings), _secrets(settings)))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    if settings.log_level != "DEBUG":
        for chatty in ("alembic", "aiohttp.access", "aiogram.event"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
    for caution in cautions(settings):
        logger.warning("%s", caution)


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


def _secrets(settings: Settings) -> set[str]:
    known = (settings.bot_token, settings.webhook_secret)
    tokens = [secret.get_secret_value() for secret in known if secret]
    addresses = (
        settings.database_url.get_secret_value(),
        settings.telegram_api_url or "",
        settings.proxy or "",
        settings.webhook_url or "",
    )
    # A password inside an address ends at the last @, should somebody have left one in it.
    found = [re.search(r"://[^:@]*:(.+)@", address) for address in addresses]
    passwords = {form for one in found if one for form in (one[1], unquote(one[1]))}
    telling = {one for one in tokens if len(one) >= _SHORTEST} | set(map(_telling, passwords))
    # In a line of JSON a quote or a backslash looks different.
    return telling | {json.dumps(one, ensure_ascii=False)[1:-1] for one in telling}


def _telling(password: str) -> str:
    """Return what to blot out: a short password stands in many a word, and would show by that."""
    return password if len(password) >= _SHORTEST else f":{password}@"
