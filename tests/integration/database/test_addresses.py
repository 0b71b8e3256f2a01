"""Addresses of PostgreSQL as hosts hand them out, each used on a real server."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from bot.database.connection import opened_database
from bot.database.errors import DatabaseError, DatabaseUnavailable
from bot.database.url import parse_database_url
from tests.support.tls import make_certificate, speaking_tls


async def answer(address: str, sql: str = "SHOW search_path", *, timeout: float = 30) -> object:
    """Return what the database at an address says."""
    async with (
        opened_database(parse_database_url(address), timeout=timeout) as engine,
        engine.connect() as connection,
    ):
        return (await connection.exec_driver_sql(sql)).scalar_one()


@pytest.fixture
def socket(postgresql_url: str) -> Path:
    """Find the server's socket."""
    folder = parse_qs(urlsplit(postgresql_url).query)["host"][0]
    (found,) = [one for one in Path(folder).glob(".s.PGSQL.*") if one.suffix != ".lock"]
    return found


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for localhost."""
    return make_certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
async def tls(
    postgresql_url: str, socket: Path, certificate: tuple[Path, Path]
) -> AsyncIterator[str]:
    """Give the database's address behind TLS."""
    database = urlsplit(postgresql_url).path
    async with speaking_tls(socket, *certificate) as port:
        yield f"postgresql://postgres@localhost:{port}{database}"


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
async def test_server_that_we_know(tls: str, certificate: tuple[Path, Path], mode: str) -> None:
    """A root certificate of one's own is a file."""
    address = f"{tls}?sslmode={mode}&sslrootcert={quote(str(certificate[0]))}"

    assert '"$user", public' == await answer(address)


@pytest.mark.parametrize("roots", ["system", "other"])
async def test_server_that_we_do_not_know(tls: str, tmp_path: Path, roots: str) -> None:
    """It is refused at once, whatever the password."""
    if roots == "other":
        roots, _ = map(str, make_certificate(tmp_path))

    with pytest.raises(DatabaseError, match=r"refuses the connection .*certificate verify failed"):
        await answer(f"{tls}?sslmode=verify-full&sslrootcert={quote(roots)}")


async def test_no_root_at_all(tls: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As with libpq, there is nothing to verify by, and that is said."""
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(DatabaseError, match="root certificate file"):
        await answer(f"{tls}?sslmode=verify-full")


async def test_certificate_of_our_own(
    postgresql_url: str, socket: Path, certificate: tuple[Path, Path]
) -> None:
    """A server may ask who we are."""
    database = urlsplit(postgresql_url).path
    crt, key = map(str, certificate)
    async with speaking_tls(socket, *certificate, client=certificate[0]) as port:
        given = f"sslmode=verify-full&sslrootcert={quote(crt)}&sslcert={quote(crt)}"
        address = f"postgresql://postgres@localhost:{port}{database}?{given}&sslkey={quote(key)}"
        assert '"$user", public' == await answer(address)


async def test_options(postgresql_url: str) -> None:
    """The server gets what stands behind -c, and the application's name."""
    given = "options=-c%20search_path%3Dbesitos,public&application_name=mine&connect_timeout=5"

    assert "besitos,public" == (await answer(f"{postgresql_url}&{given}"))
    assert "mine" == await answer(f"{postgresql_url}&{given}", "SHOW application_name")


async def test_list_of_hosts(tls: str, certificate: tuple[Path, Path]) -> None:
    """The first that answers is taken."""
    address = tls.replace("@localhost", "@127.0.0.1:1,localhost")

    assert 1 == await answer(f"{address}?target_session_attrs=read-write", "SELECT 1")


async def test_variables(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that says nothing is where libpq's variables say."""
    parts = urlsplit(postgresql_url)
    monkeypatch.setenv("PGHOST", parse_qs(parts.query)["host"][0])
    monkeypatch.setenv("PGUSER", str(parts.username))
    monkeypatch.setenv("PGDATABASE", parts.path[1:])
    monkeypatch.setenv("PGOPTIONS", "-c search_path=besitos")

    assert "besitos" == await answer("postgresql://")


@pytest.mark.parametrize(("ports", "detail"), [("1", ": .*Connect call failed"), ("", "")])
@pytest.mark.parametrize("by_variable", [False, True])
async def test_list_of_hosts_of_the_wrong_kind(
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    ports: str,
    detail: str,
    *,
    by_variable: bool,
) -> None:
    """Where a host answers and is not what is wanted, the sentence says what is."""
    folder = parse_qs(urlsplit(postgresql_url).query)["host"][0]
    database = urlsplit(postgresql_url).path
    hosts = f"127.0.0.1,{folder}&port={ports},5432" if ports else folder
    wanted = "" if by_variable else "&target_session_attrs=standby"

    said = rf"\(no host answers as standby{detail}.*\); start it"

    with monkeypatch.context() as environment:
        if by_variable:
            environment.setenv("PGTARGETSESSIONATTRS", "standby")
        with pytest.raises(DatabaseUnavailable, match=said):
            await answer(f"postgresql://postgres@{database}?host={hosts}{wanted}", timeout=0)
