"""Addresses of the web and of proxies, as a setting may give them."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

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
