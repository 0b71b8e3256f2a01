"""What libpq reads in an address or in the environment, as arguments for asyncpg."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from bot.database.errors import DatabaseUrlError
from bot.database.libpq import connect_arguments
from bot.database.url import parse_database_url
from bot.settings import cautions, load_settings
from tests.support.tls import make_certificate


def arguments(address: str) -> dict[str, Any]:
    """Return what asyncpg gets for an address."""
    return connect_arguments(parse_database_url(address), "besitos")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"application_name": "besitos"}),
        ("?application_name=mine", {"application_name": "mine"}),
        (
            "?options=-c%20search_path%3Dbesitos,public",
            {"application_name": "besitos", "options": "-c search_path=besitos,public"},
        ),
        (
            "?options=endpoint%3Dep-cool-1",
            {"application_name": "besitos", "options": "endpoint=ep-cool-1"},
        ),
        ("?channel_binding=require", {"application_name": "besitos"}),
    ],
)
def test_settings_of_the_session(options: str, expected: dict[str, str]) -> None:
    """The server gets what it would get from libpq, and nothing that it would refuse."""
    assert expected == arguments(f"postgresql://u:p@h/d{options}")["server_settings"]


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asyncpg does not read itself, we do; the address wins."""
    monkeypatch.setenv("PGAPPNAME", "mine")
    monkeypatch.setenv("PGOPTIONS", "-c a.b=1")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "1")

    given = arguments("postgresql://h/d")
    won = arguments("postgresql://h/d?application_name=x&options=-c%20c.d%3D2&connect_timeout=9")

    assert {"application_name": "mine", "options": "-c a.b=1"} == given["server_settings"]
    assert {"application_name": "x", "options": "-c c.d=2"} == won["server_settings"]
    assert (2, 9) == (given["patience"], won["patience"])
    assert "patience" not in arguments("postgresql://h/d?connect_timeout=0")


@pytest.mark.parametrize("port", ["70000", "0", "five", "5432,70000"])
def test_port_that_does_not_exist(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    """A variable has the limits that an address has."""
    monkeypatch.setenv("PGPORT", port)

    with pytest.raises(DatabaseUrlError, match="PGPORT is no port"):
        arguments("postgresql://h/d")


@pytest.mark.parametrize("name", ["PGSERVICE", "PGHOSTADDR"])
def test_variable_that_nobody_reads(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What would lead libpq to another database is not passed over."""
    monkeypatch.setenv(name, "elsewhere")

    with pytest.raises(DatabaseUrlError, match=f"{name} is set, which nothing here reads"):
        parse_database_url("postgresql:///d")
    assert "h" == parse_database_url("postgresql://h/d").host


def test_timeout_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of libpq's can be as wrong as an address."""
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "soon")

    with pytest.raises(DatabaseUrlError, match="PGCONNECT_TIMEOUT"):
        parse_database_url("postgresql://h/d")


def test_hosts() -> None:
    """Each host has its port."""
    given = arguments("postgresql://u:p@h1,h2:5433/d?target_session_attrs=read-write")

    assert (["h1", "h2"], [5432, 5433]) == (given["host"], given["port"])
    assert "read-write" == given["target_session_attrs"]


def test_roots_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are trusted, and the server's name is checked, as nothing less is worth anything."""
    trusted = arguments("postgresql://h/d?sslrootcert=system")["ssl"]
    monkeypatch.setenv("PGSSLROOTCERT", "system")
    by_variable = arguments("postgresql://h/d?sslmode=verify-full")["ssl"]

    for context in (trusted, by_variable):
        assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)
    with pytest.raises(DatabaseUrlError, match="sslmode=verify-full only"):
        parse_database_url("postgresql://h/d?sslmode=require&sslrootcert=system")


def test_certificate_that_is_none(tmp_path: Path) -> None:
    """A file of something else is said to be one."""
    file = tmp_path / "some.pem"
    file.write_text("hush")

    with pytest.raises(DatabaseUrlError, match=r"sslcert .*is no PEM") as caught:
        parse_database_url(f"postgresql://h/d?sslrootcert=system&sslcert={file}")

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["sslcert", "sslrootcert", "sslcrl"])
@pytest.mark.parametrize("by_variable", [False, True])
def test_file_that_is_no_certificate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, *, by_variable: bool
) -> None:
    """One of something else, or none, is refused before a server is blamed for it."""
    file = tmp_path / "some.pem"
    monkeypatch.setenv(f"PG{name.upper()}", str(file) if by_variable else "")
    address = f"postgresql://h/d?sslmode=require{'' if by_variable else f'&{name}={file}'}"

    with pytest.raises(DatabaseUrlError, match=f"{name} .*names a file that is not there"):
        parse_database_url(address)
    file.write_text("hush")
    with pytest.raises(DatabaseUrlError, match=f"{name} .*names a file that is no PEM") as caught:
        parse_database_url(address)

    assert "hush" not in str(caught.value)


def test_certificate_with_another_key(tmp_path: Path) -> None:
    """Both are files that can be read, and do not go together."""
    (tmp_path / "other").mkdir()
    certificate, _ = make_certificate(tmp_path)
    _, key = make_certificate(tmp_path / "other")
    address = f"postgresql://h/d?sslmode=require&sslcert={certificate}"

    parse_database_url(f"{address}&sslkey={tmp_path / 'localhost.key'}")
    with pytest.raises(DatabaseUrlError, match="sslcert and sslkey cannot be used"):
        parse_database_url(f"{address}&sslkey={key}")


@pytest.mark.parametrize("value", ["bogus", ""])
@pytest.mark.parametrize("variable", ["PGTARGETSESSIONATTRS", "PGSSLMODE", "PGGSSLIB"])
def test_variable_that_has_no_such_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """It is refused by its name; what the address says wins."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(DatabaseUrlError, match=f"^{variable} has a value that cannot be used"):
        parse_database_url("postgresql://h/d")
    assert (
        "h"
        == parse_database_url(
            "postgresql://h/d?target_session_attrs=any&sslmode=disable&gsslib=sspi"
        ).host
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("channel_binding=require&sslmode=require", 1),
        ("channel_binding=require&sslmode=verify-full", 0),
        ("channel_binding=prefer", 0),
    ],
)
def test_channel_binding(options: str, expected: int) -> None:
    """The driver has none: an address that asks for it works, and hears what it lacks."""
    said = list(cautions(load_settings(database_url=f"postgresql://u:hush@h/d?{options}")))

    assert (expected, True) == (len(said), all("verify-full" in one for one in said))
    assert "hush" not in str(said)
