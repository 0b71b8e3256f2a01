"""Addresses of the web and of proxies, as a setting may give them."""

import ipaddress
import re
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator

#: Ports that an address need not name.
_PORTS: Final = {"http": 80, "https": 443}
#: Kinds of proxies that our client can go through.
_PROXIES: Final = {"http", "socks4", "socks5"}


def is_proxy(text: str) -> bool:
    """Return whether a text is the address of a proxy, port and all."""
    try:
        parts = urlsplit(text)
        return parts.scheme in _PROXIES and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def is_web_address(text: str) -> bool:
    """Return whether a text is a full address of the web."""
    try:
        parts = urlsplit(text)
        if re.search(r"\s", text):
            return False
        host = (parts.hostname or "").encode("idna")
        return parts.scheme in {"http", "https"} and bool(host) and parts.port != 0
    except ValueError:  # a port that is none, or a host that no name server could know
        return False


def is_this_machine(host: str) -> bool:
    """Return whether what is sent to a host stays on this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def decoded_path(address: str) -> str:
    """Return the path of an address, or a path, as aiohttp compares it.

    It is decoded, but for what would mean something else.
    """
    parts = re.split("(%25|%2[Ff])", urlsplit(address).path or "/")
    return "".join(
        unquote(one) if index % 2 == 0 else one.upper() for index, one in enumerate(parts)
    )


def is_same_address(one: str, other: str) -> bool:
    """Return whether two addresses of the web lead to one place, however they are spelt."""
    return _place(one) == _place(other)


def _place(address: str) -> tuple[object, ...]:
    parts = urlsplit(address)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, decoded_path(address), unquote(parts.query)


def _in_utf8(text: str) -> str:
    """Return an address or path as it is. Raises `ValueError` for bytes of another encoding.

    Paths are compared decoded, and what cannot be would never be found.
    """
    try:
        unquote(text.partition("?")[0], errors="strict")
    except UnicodeDecodeError:
        raise ValueError(
            "its path has letters in another encoding than UTF-8; write %C3%B1 for ñ"
        ) from None
    return text


#: An address or path whose letters are in UTF-8, as a setting.
InUtf8 = Annotated[str, AfterValidator(_in_utf8)]
