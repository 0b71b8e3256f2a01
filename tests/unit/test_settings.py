"""Settings: what the operator may write, and what a mistake is told."""

import re
from pathlib import Path

import pytest

from bot.settings import SettingsError, load_settings


def test_defaults() -> None:
    """Nothing has to be set."""
    settings = load_settings()

    assert None is settings.bot_token
    assert "sqlite+aiosqlite:///besitos.db" == settings.database_url.get_secret_value()
    assert frozenset() == settings.admin_ids
    assert 60 == settings.bootstrap_lock_timeout
    assert (30, 15) == (settings.database_timeout, settings.database_pool_size)


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` is read, and the environment overrides it."""
    (tmp_path / ".env").write_text("ADMIN_IDS=1, 2\nLOG_FORMAT=json\n", encoding="utf-8")
    monkeypatch.setenv("LOG_FORMAT", "text")

    settings = load_settings()

    assert (frozenset({1, 2}), "text") == (settings.admin_ids, settings.log_format)


@pytest.mark.parametrize(
    ("given", "listens"),
    [
        ({}, ("127.0.0.1", None)),
        ({"HTTP_PORT": "8080"}, ("127.0.0.1", 8080)),
        ({"WEBHOOK_URL": "https://bot.example/"}, ("127.0.0.1", 8080)),
        ({"PORT": "5000"}, ("0.0.0.0", 5000)),
        ({"PORT": "5000", "WEBHOOK_URL": "https://bot.example/"}, ("0.0.0.0", 5000)),
        ({"PORT": "5000", "HTTP_PORT": "8080"}, ("0.0.0.0", 8080)),
        ({"PORT": "5000", "HTTP_HOST": "::"}, ("::", 5000)),
        ({"PORT": "", "HTTP_HOST": ""}, ("127.0.0.1", None)),
    ],
)
def test_port_of_a_host(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], listens: tuple[str, int | None]
) -> None:
    """PORT, as hosts hand it out, is the one to listen on at every address, unless told more."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    assert listens == (settings.http_host, settings.listening_port)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "my-secret-token"),
        ("BOT_TOKEN", "123:with space"),
        ("BOT_TOKEN", "１２３:token"),
        ("ADMIN_IDS", "1,bob"),
        ("ADMIN_IDS", "-1001000000001"),
        ("ADMIN_IDS", "1" * 5000),
        ("ALLOWED_CHATS", "-100,1001"),
        ("ALLOWED_CHATS", "@club"),
        ("SEED_FILE", "nowhere.toml"),
        ("SEED_FILE", "n" * 5000),
        ("TELEGRAM_API_URL", "localhost:8081"),
        ("TELEGRAM_API_URL", "http://localhost:99999"),
        ("TELEGRAM_API_URL", "http://local..host"),
        ("WEBHOOK_URL", "example.org/hook"),
        ("WEBHOOK_URL", "https://bot.example/a hook"),
        ("WEBHOOK_SECRET", "con espacio en medio"),
        ("WEBHOOK_PATH", "hook"),
        ("WEBHOOK_PATH", "//bot.example/hook"),
        ("WEBHOOK_PATH", "/hook?x=1"),
        ("WEBHOOK_SECRET", "a"),
        ("WEBHOOK_SECRET", "quince-letras-x"),
        ("WEBHOOK_SECRET", "a" * 257),
        ("WEBHOOK_URL", "https://bot.example/%F1"),
        ("WEBHOOK_PATH", "/ma%F1ana"),
        ("HTTP_PORT", "70000"),
        ("PORT", "70000"),
        ("PORT", "web"),
        ("PORT", "tcp://10.0.0.1:8080"),
        ("HTTP_PORT", "1" * 5000),
        ("HTTP_HOST", "a..b"),
        ("HTTP_HOST", "a b"),
        ("HTTP_HOST", "x" * 70),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("BOOTSTRAP_LOCK_TIMEOUT", "-1"),
        ("BOOTSTRAP_LOCK_TIMEOUT", "nan"),
        ("BOOTSTRAP_LOCK_TIMEOUT", "1" * 5000),
        ("DATABASE_TIMEOUT", "0"),
        ("DATABASE_TIMEOUT", "inf"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_SIZE", "2.5"),
        ("DATABASE_POOL_SIZE", "1" * 5000),
    ],
)
def test_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The error names the setting and says what to do; a secret is not repeated."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()

    assert 2 == caught.value.exit_code
    assert str(caught.value).startswith(f"Wrong settings: {name}")  # and no other
    assert "my-secret-token" not in str(caught.value)
    assert "sys." not in str(caught.value)


@pytest.mark.parametrize("behind", ["\n", "\r", "\r\n", " ", "\t", "\u00a0"])
def test_blanks_around_a_setting(monkeypatch: pytest.MonkeyPatch, behind: str) -> None:
    """What an echo or an editor leaves behind a value is no part of it, and alone it is nothing."""
    monkeypatch.setenv("DATABASE_URL", f"{behind}sqlite:///mine.db{behind}")
    monkeypatch.setenv("HTTP_PORT", f"80{behind}")
    monkeypatch.setenv("WEBHOOK_URL", behind)

    settings = load_settings()

    assert "sqlite:///mine.db" == settings.database_url.get_secret_value()
    assert (80, None) == (settings.http_port, settings.webhook_url)


@pytest.mark.parametrize("hidden", ["\n", "\r", "\x1b", "\u200b", "\u2028", "\udce9"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "BOT_TOKEN", "ADMIN_IDS", "HTTP_PORT"])
def test_invisible_character(monkeypatch: pytest.MonkeyPatch, name: str, hidden: str) -> None:
    """One inside a value is refused: the error names the setting and the character."""
    monkeypatch.setenv(name, f"42:hush{hidden}hush")

    with pytest.raises(SettingsError, match=f"{name}: .*U[+]{ord(hidden):04X}") as caught:
        load_settings()

    assert "hush" not in str(caught.value)


def test_mark_of_an_editor(tmp_path: Path) -> None:
    """The first line of a file that Windows' editor wrote is a setting like any other."""
    (tmp_path / ".env").write_bytes("ADMIN_IDS=7\r\nLOG_FORMAT=json\r\n".encode("utf-8-sig"))

    settings = load_settings()

    assert (frozenset({7}), "json") == (settings.admin_ids, settings.log_format)


def test_several_wrong_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a line of its own."""
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("HTTP_PORT", "x")

    with pytest.raises(SettingsError) as caught:
        load_settings()

    first, *wrong, last = str(caught.value).splitlines()
    assert ("Wrong settings:", ["HTTP_PORT", "LOG_LEVEL"]) == (
        first,
        [line.partition(":")[0].strip() for line in wrong],
    )
    assert "start again." in last


def test_file_that_is_no_text(tmp_path: Path) -> None:
    """A `.env` in another encoding is a mistake of the operator's like any other."""
    (tmp_path / ".env").write_bytes("ADMIN_IDS=1 # José".encode("latin-1"))

    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()


def test_no_secret_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings can be printed without giving anything away."""
    monkeypatch.setenv("BOT_TOKEN", "42:hush-hush")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hush-hush@localhost/besitos")
    monkeypatch.setenv("WEBHOOK_SECRET", "hush-hush-hush-hush")

    assert "hush-hush" not in repr(load_settings())


def test_example_admins_are_nobody() -> None:
    """The ids that we show as an example are accepted, and higher than Telegram ever gives."""
    with pytest.raises(SettingsError) as caught:
        load_settings(admin_ids="me")
    (examples,) = re.findall(r"such as ([\d,]+)", str(caught.value))

    assert min(load_settings(admin_ids=examples).admin_ids) > 2**52


@pytest.mark.parametrize("name", ["WEBHOOK_URL", "WEBHOOK_PATH"])
def test_path_in_another_encoding(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its updates would be sent to where nobody takes them; the sentence says how it is written."""
    monkeypatch.setenv("WEBHOOK_URL", "https://bot.example/ma%C3%B1ana%25F1")
    monkeypatch.setenv("WEBHOOK_PATH", "/ma%C3%B1ana")
    load_settings()
    monkeypatch.setenv(name, f"{'https://bot.example' if name == 'WEBHOOK_URL' else ''}/ma%F1ana")

    with pytest.raises(SettingsError, match=f"{name}: .*%C3%B1 for ñ"):
        load_settings()
