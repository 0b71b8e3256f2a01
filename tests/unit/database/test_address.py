"""Database addresses."""

import pytest

from bot.database.address import DatabaseUrlError, describe, parse_database_url


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///besitos.db", "sqlite+aiosqlite:///besitos.db"),
        ("sqlite+aiosqlite:////data/besitos.db", "sqlite+aiosqlite:////data/besitos.db"),
        ("postgres://u:p@h:5433/d", "postgresql+asyncpg://u:p@h:5433/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgres://u:p@h/d?channel_binding=require", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d?connect_timeout=9&host=x", "postgresql+asyncpg://u:p@h/d?host=x"),
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
        "sqlite:///besitos.db?timeout=soon",
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
    ("given", "says"),
    [
        ("postgresql://u:hu@sh@h/d", "%40"),
        ("postgresql://u:hush@h/d?sslrootcert=ca.pem", "'sslrootcert'"),
    ],
)
def test_address_that_would_not_work_later(given: str, says: str) -> None:
    """What the driver would trip over, or what would show a part of the password, is refused."""
    with pytest.raises(DatabaseUrlError, match=says) as caught:
        parse_database_url(given)

    assert "sh" not in str(caught.value).replace("slrootcert", "")


def test_description_hides_the_password() -> None:
    """What a person sees of an address has neither password nor parameters."""
    url = parse_database_url("postgresql://me:hush@db/besitos?ssl=require")

    assert "postgresql+asyncpg://me:***@db/besitos" == describe(url)
