"""Database addresses."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.database.errors import DatabaseUrlError
from bot.database.url import describe, parse_database_url


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///besitos.db", "sqlite+aiosqlite:///besitos.db"),
        ("sqlite+aiosqlite:////data/besitos.db", "sqlite+aiosqlite:////data/besitos.db"),
        ("postgres://u:p@h:5433/d", "postgresql+asyncpg://u:p@h:5433/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgres://u:p@h/d?ssl=true", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgres://u:p@h/d?host=x", "postgresql+asyncpg://u:p@h/d?host=x"),
        (
            "postgresql://u:p@h1:5433,h2,[::1]:5434/d",
            "postgresql+asyncpg://u:p@/d?host=h1%2Ch2%2C%3A%3A1&port=5433%2C5432%2C5434",
        ),
        ("postgresql:///d?host=a,b", "postgresql+asyncpg:///d?host=a%2Cb&port=5432%2C5432"),
        (
            "postgresql:///d?host=a,b&port=7",
            "postgresql+asyncpg:///d?host=a%2Cb&port=7%2C7",
        ),
        ("postgresql://u:a/b?c#d@h/d", "postgresql+asyncpg://u:a%2Fb%3Fc%23d@h/d"),
        ("postgresql://u:p@[::1]:5433/d", "postgresql+asyncpg://u:p@[::1]:5433/d"),
        ("postgresql://u:p@[fe80::1%eth0]/d", "postgresql+asyncpg://u:p@[fe80::1%eth0]/d"),
        ("postgresql:///d?host=/run/pg", "postgresql+asyncpg:///d?host=%2Frun%2Fpg"),
        ("Postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("SQLITE:///b.db", "sqlite+aiosqlite:///b.db"),
        ("sqlite:////home/me@x/C:/b.db", "sqlite+aiosqlite:////home/me%40x/C%3A/b.db"),
    ],
)
def test_addresses_get_an_async_driver(given: str, used: str) -> None:
    """Addresses as hosting services hand them out are understood."""
    assert used == parse_database_url(given).render_as_string(hide_password=False)


@pytest.mark.parametrize(
    "given",
    [
        "besitos.db",
        "",
        "sqlite://besitos.db",
        "mysql://u:hush@h/d",
        "postgresql+psycopg2://u:hush@h/d",
    ],
)
def test_other_addresses_are_refused(given: str) -> None:
    """The error says what is supported, exits with 2 and repeats no password."""
    with pytest.raises(DatabaseUrlError, match=r"(?i)sqlite\+aiosqlite") as caught:
        parse_database_url(given)

    assert 2 == caught.value.exit_code
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://u:Sec@ret@h/d",
        "postgresql://u:Hunter@2/Secret@h/db",
        "postgresql://u:Hunter@2/Secret%40h/db",
        "postgresql://u:p@h1?x=Secret@h/d",
        "postgresql:///u:Secret@h/d",
        "postgresql://u/x:Secret@h/d",
        "postgresql://u?Secret@h/d",
        "postgresql://u:Secret/d",
        "postgresql:/u:Secret@h/d",
        "postgresql://u:50%abSecret@h/d",
        "postgresql://u:Secret%00@h/d",
        "postgresql://u:p@h/d#Secret",
        "postgresql://u:p@h/d/Secret",
        "postgresql://u:p@h/d Secret",
        "postgresql://u:p@h/d&Secret=1",
        "postgresql://u:p@h Secret/d",
        "postgresql://u:p@Secret..h/d",
        "postgresql://u:p@Secret,,h/d",
        "postgresql://u:p@Secret:x,h/d",
        "postgresql://u:p@Secret..h,h/d",
        "postgresql://u:p@Secret,h:99999/d",
        "postgresql://u:p@Secret,h/d?host=x",
        "postgresql://u:p@h/d?host=a,b&port=1,2,3",
        "postgresql://u:p@h/d?connect_timeout=Secret",
        "postgresql://u:p@h/d?channel_binding=Secret",
        "postgresql://u:p@h/d?sslrootcert=Secret",
        "postgresql://u:p@h/d?sslmode=verify-full&sslcert=Secret",
        "postgresql://u:p@h/Secret?sslmode=require&sslrootcert=system",
        "postgresql://u:p@Secret:99999/d",
        "postgresql://u:p@h/d?Secret",
        "postgresql://u:p@h/d?Secret=1",
        "postgresql://u:p@h/d?password=Secret",
        "postgresql://u:p@h/d?ssl=Secret",
        "postgresql://u:p@h/d?ssl=require&ssl=Secret",
        "postgresql://u:p@h/d?target_session_attrs=Secret",
        "postgresql://u:p@h/d?gsslib=Secret",
        "postgresql://u:p@h/d?port=Secret",
        "postgresql://u:p@h/d?port=99999",
        "postgresql://u:p@h/d?host=Secret:99999",
        "postgresql://u:p@h/d?host=Secret..h",
        "postgresql://u:Hunter@2%2FSecret%40h/d",
        "postgresql://u:p@2%3FSecret/d",
        "postgresql://u:p@[2%2FSecret]/d",
        "postgresql://u:p@h/d?host=2%25Secret",
        "postgresql://u:p@h／Secret/d",
        "postgresql://u:p＠Secret/d",
        "postgresql://u:p@h/d?%73ecret=Secret",
        "postgresql://u:p@h/d?dsn=postgresql://x:Secret",
        "postgresql://u:p@h/d;Secret",
        "postgresql://u:p@h:0/Secret",
        " postgresql://u:Secret@h/d",
        "'postgresql://u:Secret@h/d'",
        "postgresql//u:Secret@h/d",
        "host=h user=u password=Secret dbname=d",
        "jdbc:postgresql://h/d?user=u&password=Secret",
        "postgresql+Secret://u@h/d",
        "Secret://h/d",
        "sqlite:///u:Secret@h/d",
        "sqlite://u:Secret@/d",
        "sqlite:///d?key=Secret",
        "sqlite:///file:Secret",
        "sqlite:///Secret%00",
        "sqlite:///Secret%E9",
        "sqlite:///Secret%0A",
        "sqlite:///Secret%E2%80%8B.db",
        "sqlite:///%EF%BB%BFSecret.db",
        "postgresql:///?service=Secret",
        "sqlite:///Secret%20",
        "sqlite:///Secret\r",
        "sqlite:///Sec\nret",
        "sqlite:/// Secret",
        "postgresql://u:p@h/Secret%0A",
        "postgresql://u:p@h/Secret\n",
        "sqlite:///Secret?mode=ro",
        "sqlite:///FILE:Secret",
    ],
)
def test_address_that_means_something_else(given: str) -> None:
    """What its writer cannot have meant is refused, and no part of it is repeated."""
    with pytest.raises(DatabaseUrlError) as caught:
        parse_database_url(given)

    assert "Sec" not in str(caught.value)
    assert 2 == caught.value.exit_code


@given(st.text("aS9@:/?#%&= +[]\\é", min_size=1, max_size=12))
def test_password_of_any_characters(password: str) -> None:
    """A password is understood to its end, or the address is refused."""
    address = f"postgresql://u:{password}@h/d"
    try:
        url = parse_database_url(address)
    except DatabaseUrlError:
        return
    assert ("u", unquote(password), "h", "d") == (
        url.username,
        url.password,
        url.host,
        url.database,
    )
    assert "postgresql+asyncpg://h/d" == describe(url)


def test_at_in_a_password_is_explained() -> None:
    """Whoever has a password with an @ in it is told how to write it."""
    with pytest.raises(DatabaseUrlError, match="%40 for @"):
        parse_database_url("postgresql://u:a@b@h/d")


def test_description_shows_where_and_not_who() -> None:
    """What a person sees of an address has no user, who may be a token, no password, no options."""
    url = parse_database_url("postgresql://me:hush@db:5433/besitos?ssl=require&host=/run/pg")

    assert "postgresql+asyncpg://db:5433/besitos" == describe(url)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://me:hush@db1,db2/besitos", "db1:5432,db2:5432/besitos"),
        ("postgresql://me:hush@db1:5433,[::1]:5434/besitos", "db1:5433,[::1]:5434/besitos"),
        ("postgresql:///besitos?host=db1,/run/pg&port=1,2", "db1:1/besitos"),
        ("postgresql:///besitos?host=db&port=5433", "db:5433/besitos"),
        ("postgresql://[::1]:5433/besitos", "[::1]:5433/besitos"),
        ("postgresql:///besitos?host=/run/pg&port=5433", "/besitos"),
        ("postgresql://db", "db"),
    ],
)
def test_description_of_several_hosts(given: str, shown: str) -> None:
    """Each host has its port beside it, wherever the address has it."""
    assert f"postgresql+asyncpg://{shown}" == describe(parse_database_url(given))


def test_description_of_what_the_environment_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libpq's variables say where the database is, they are what a person sees."""
    monkeypatch.setenv("PGHOST", "db")
    monkeypatch.setenv("PGDATABASE", "besitos")
    monkeypatch.setenv("PGPASSWORD", "hush")

    assert "postgresql+asyncpg://db/besitos" == describe(parse_database_url("postgresql://"))
    assert "sqlite+aiosqlite:///x.db" == describe(parse_database_url("sqlite:///x.db"))


def test_port_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service link of Kubernetes is no port, and is named."""
    monkeypatch.setenv("PGPORT", "tcp://10.0.0.1:5432")

    assert 7 == parse_database_url("postgresql://u:p@h:7/d").port
    with pytest.raises(DatabaseUrlError, match="PGPORT is no port"):
        parse_database_url("postgresql://u:p@h/d")


def test_comment_that_became_a_part_of_the_name() -> None:
    """Whoever passes a line of a file on with its comment starts no new database of that name."""
    with pytest.raises(DatabaseUrlError, match="a # after a blank"):
        parse_database_url("sqlite:///besitos.db # ours")
