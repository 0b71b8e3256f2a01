"""Settings that contradict each other, or do not do what they seem to."""

import os
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from bot.doctor import Check
from bot.settings import Settings, cautions
from bot.web_address import is_this_machine

AREA: Final = "settings"
#: Where Telegram's own server delivers.
_TELEGRAMS_PORTS: Final = (80, 88, 443, 8443)
_PRIVILEGED: Final = 1024


def look(settings: Settings) -> list[Check]:
    """Return what is wrong with them, or that nothing is."""
    wrong = [*_wrong(settings), *(f"{one}." for one in cautions(settings))]
    if not wrong:
        return [Check(AREA, "They go together.")]
    return [Check(AREA, sentence, well=False) for sentence in wrong]


def _wrong(settings: Settings) -> Iterator[str]:
    if not settings.admin_ids:
        yield "ADMIN_IDS is empty and nobody can open /admin; put your Telegram id there."
    for name in ("webhook_path", "webhook_secret"):
        if getattr(settings, name) and not settings.webhook_url:
            yield (
                f"{name.upper()} has no effect without WEBHOOK_URL, for the bot polls; set that "
                "one, too, or take it out."
            )
    yield from _about_ports(settings)
    if settings.webhook_url and settings.telegram_api_url is None:
        yield from _about_webhook(settings.webhook_url)


def _about_ports(settings: Settings) -> Iterator[str]:
    port = settings.listening_port
    if port and port < _PRIVILEGED and os.name == "posix" and os.geteuid() != 0:
        yield f"Port {port} is one for root; set HTTP_PORT to 1024 or more."
    if port is None and "http_host" in settings.model_fields_set:
        yield (
            "HTTP_HOST has no effect without HTTP_PORT, for the bot listens nowhere; set that one, "
            "too, or take it out."
        )
    if settings.port is None:
        return
    if settings.http_port not in {None, settings.port}:
        yield (
            f"The host sends requests to PORT {settings.port}, but HTTP_PORT says "
            f"{settings.http_port}; take HTTP_PORT out."
        )
    if is_this_machine(settings.http_host):
        yield (
            f"HTTP_HOST {settings.http_host} lets nobody in from outside, where PORT says that "
            "the host sends requests from; take HTTP_HOST out."
        )


def _about_webhook(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield "Telegram delivers to https:// only; let WEBHOOK_URL begin with it."
    elif (parts.port or 443) not in _TELEGRAMS_PORTS:
        yield f"Telegram does not deliver to port {parts.port}; use 443, 80, 88 or 8443."
    if is_this_machine(parts.hostname or ""):
        yield "WEBHOOK_URL is this machine's own address; give the one that Telegram reaches."
