"""Addresses as libpq reads them, and the arguments for asyncpg that mean the same."""

import os
import re
import ssl
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import URL

from bot.database.errors import DatabaseUrlError

#: What asyncpg takes in an address alone.
_IN_ADDRESS: Final = ("sslcert", "sslcrl", "sslkey", "sslrootcert")
#: What libpq reads from the environment and asyncpg does not.
_VARIABLES: Final = {
    "application_name": "PGAPPNAME",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "options": "PGOPTIONS",
}
#: Options that have a few values only, and where they come from if the address has none.
CHOICES: Final = {
    "gsslib": "PGGSSLIB",
    "ssl": "PGSSLMODE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
#: What libpq would go by, and asyncpg does not.
_UNKNOWN_VARIABLES: Final = ("PGSERVICE", "PGHOSTADDR")
_HIGHEST_PORT: Final = 65535
_SYSTEM: Final = "system"
#: Seconds that libpq gives a server at least, if it gives it a number.
_LEAST_TIMEOUT: Final = 2.0
_DEFAULT_PORT: Final = "5432"
#: The hosts of an address stand behind the last @, and before the path.
_HOSTS: Final = re.compile(r"(?P<before>\w+(?:\+\w+)?://(?:.*@)?)(?P<hosts>[^/?#@]*)(?P<after>.*)")
_HOST: Final = re.compile(r"(?P<name>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?")


def split_hosts(text: str) -> tuple[str, dict[str, str]]:
    """Return an address without its list of hosts, and the list as options.

    An address with one host or none is returned as it is. Raises `ValueError` for a list that is
    none.
    """
    parts = _HOSTS.fullmatch(text)
    if parts is None or "," not in parts["hosts"]:
        return text, {}
    found = [_HOST.fullmatch(one) for one in parts["hosts"].split(",")]
    names = [one["name"].strip("[]") if one else "" for one in found]
    if not all(names):
        raise ValueError("a host without a name")
    ports = [(one["port"] if one else "") or _DEFAULT_PORT for one in found]
    return parts["before"] + parts["after"], {"host": ",".join(names), "port": ",".join(ports)}


def one_port_each(query: Mapping[str, Any]) -> dict[str, str]:
    """Return what a list of hosts lacks: as many ports."""
    hosts, port = str(query.get("host", "")), str(query.get("port") or _DEFAULT_PORT)
    if "," not in hosts or "," in port:
        return {}
    return {"port": ",".join([port] * len(hosts.split(",")))}


def is_port(number: int | None) -> bool:
    """Whether there is such a port; None is the default one."""
    return number is None or 0 < number <= _HIGHEST_PORT


def connect_arguments(url: URL, application_name: str) -> dict[str, Any]:
    """Return what `asyncpg.connect` takes for an address and for libpq's environment.

    Raises `DatabaseUrlError` for files that cannot be read, and modes that contradict each other.
    """
    names_a_host = url.host or "host" in url.query
    variable = next(filter(os.environ.get, _UNKNOWN_VARIABLES), None)
    if variable and not names_a_host:
        raise DatabaseUrlError(
            f"{variable} is set, which nothing here reads; write what it says into DATABASE_URL, "
            "and take it out."
        )
    needs_port = url.port is None and "port" not in url.query
    ports = os.environ.get("PGPORT") if needs_port else None
    if ports and not all(one.isdecimal() and is_port(int(one)) for one in ports.split(",")):
        raise DatabaseUrlError("PGPORT is no port; give a number, such as 5432, or take it out.")
    _, arguments = url.get_dialect()().create_connect_args(url)
    taken = {
        name: arguments.pop(name, None) or os.environ.get(variable)
        for name, variable in _VARIABLES.items()
    }
    files = {
        name: path
        for name in _IN_ADDRESS
        if (path := arguments.pop(name, None) or os.environ.get(f"PG{name.upper()}"))
    }
    if files.get("sslrootcert") == _SYSTEM:
        del files["sslrootcert"]
        arguments["ssl"] = _trusting_the_system(arguments.get("ssl"), files)
    elif files and (arguments.get("ssl") or os.environ.get("PGSSLMODE")) != "disable":
        if "sslcert" not in files:
            files.pop("sslkey", None)  # nothing to be the key of
        _check_files(files)
        if "sslkey" in files:
            _show_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), files)
        arguments["dsn"] = f"postgresql://?{urlencode(files)}"
    if wanted := os.environ.get(CHOICES["target_session_attrs"]):
        arguments.setdefault("target_session_attrs", wanted)
    arguments["server_settings"] = {
        "application_name": taken["application_name"] or application_name,
        **({"options": taken["options"]} if taken["options"] else {}),
    }
    if seconds := _seconds(taken["connect_timeout"]):
        arguments["patience"] = seconds
    return dict(arguments)


def _trusting_the_system(mode: str | None, files: Mapping[str, str]) -> ssl.SSLContext:
    mode = mode or os.environ.get("PGSSLMODE") or "verify-full"
    if mode != "verify-full":
        raise DatabaseUrlError(
            "DATABASE_URL has sslrootcert=system, which goes with sslmode=verify-full only; "
            "write it so, or name a file."
        )
    _check_files(files)
    context = ssl.create_default_context()
    _show_certificate(context, files)
    return context


def _show_certificate(context: ssl.SSLContext, files: Mapping[str, str]) -> None:
    """Let a context say who we are, if there is a certificate for that."""
    if "sslcert" not in files:
        return
    try:
        context.load_cert_chain(files["sslcert"], files.get("sslkey"), password="")  # as asyncpg
    except OSError as error:
        why = getattr(error, "reason", error.strerror) or "no PEM without a passphrase"
        raise DatabaseUrlError(
            f"DATABASE_URL's sslcert and sslkey cannot be used ({why}); give the paths of a "
            "certificate and of its key."
        ) from error


def _check_files(files: Mapping[str, str]) -> None:
    for name, path in files.items():
        found = _fault(Path(path), is_key=name == "sslkey")
        if found:
            raise DatabaseUrlError(
                f"DATABASE_URL's {name} (or its PG variable) names a file that {found}; give the "
                "path of a PEM file."
            )


def _fault(file: Path, *, is_key: bool) -> str | None:
    if not file.is_file():
        return "is not there"
    try:
        # A key is looked at with its certificate.
        if not is_key:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        return "is no PEM"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def _seconds(text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    if not text.strip().isdecimal():
        raise DatabaseUrlError(
            "DATABASE_URL's connect_timeout (or PGCONNECT_TIMEOUT) is no number of seconds; "
            "correct it or take it out."
        )
    return max(float(text), _LEAST_TIMEOUT) if float(text) else None


def place(url: URL) -> str:
    """Return where an address leads, from the environment what it lacks; not who may enter."""
    if url.get_backend_name() != "postgresql":
        return URL.create(url.drivername, database=url.database).render_as_string()
    hosts = url.host or str(url.query.get("host", "")) or os.environ.get("PGHOST", "")
    ports = str(url.port or url.query.get("port") or os.environ.get("PGPORT", ""))
    shown = ",".join(
        (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        for host, port in zip_longest(hosts.split(","), ports.split(","), fillvalue="")
        if host and not host.startswith("/")  # a socket's folder
    )
    address = URL.create(url.drivername, database=url.database or os.environ.get("PGDATABASE"))
    return address.render_as_string().replace("://", f"://{shown}", 1)
