"""Logs: two formats, and no secret in either."""

import json
import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.logs import redacted, setup_logging
from bot.settings import Settings, load_settings

TOKEN = "123456789:AAHfDbX5mO1bTNQfZ2vqvq7gZ3Xy8pYw0aA"


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    """Give pytest its own log handlers back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def settings() -> Settings:
    """Give settings full of secrets."""
    return load_settings(
        bot_token=TOKEN,
        database_url="postgresql://bot:s3cret-pw@db.example/besitos",
        webhook_secret="hook-s3cret-of-16",
    )


def test_secrets_are_blotted_out(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a message nor a traceback shows a token or a password."""
    setup_logging(settings)
    error = RuntimeError(f"https://api.example/bot{TOKEN}/getMe with s3cret-pw")
    logging.getLogger("x").error(
        "hook-s3cret-of-16 and bot987654321:BBHfDbX5mO1bTNQfZ2vqvq7gZ3X", exc_info=error
    )

    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    for secret in (TOKEN, "s3cret-pw", "hook-s3cret-of-16", "BBHfDbX5mO1bTNQfZ2vqvq7gZ3X"):
        assert secret not in logged


def test_sentence_outside_the_log(settings: Settings) -> None:
    """The last sentence of a failed start goes past the log, and shows no secret either."""
    setup_logging(settings)

    assert "at http://x/bot***/setWebhook with *** and ***" == redacted(
        f"at http://x/bot{TOKEN}/setWebhook with hook-s3cret-of-16 and s3cret-pw"
    )


def test_password_with_an_at(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A password is hidden to its end, also one that should have been written with %40."""
    url = SecretStr("postgresql://bot:s3c@ret%21@db.example/besitos")
    setup_logging(settings.model_copy(update={"database_url": url}))

    logging.getLogger("x").warning("s3c@ret%21, in other words s3c@ret!")

    assert capsys.readouterr().err.endswith("x: ***, in other words ***\n")


def test_short_password(settings: Settings) -> None:
    """A password of one letter is hidden where it is one, and words stay whole."""
    url = SecretStr("postgresql://bot:p@db.example/besitos")
    setup_logging(settings.model_copy(update={"database_url": url}))

    assert "postgresql://bot***db.example is no option" == redacted(
        "postgresql://bot:p@db.example is no option"
    )


@pytest.mark.parametrize("password", ["s3c/ret?x#y", 'pä"s\\w0rd', "p:a:s:s"])
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_password_of_odd_characters(
    settings: Settings, password: str, log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A password is hidden whole, as it is written in either format."""
    url = SecretStr(f"postgresql://bot:{password}@db.example/besitos")
    setup_logging(settings.model_copy(update={"database_url": url, "log_format": log_format}))

    logging.getLogger("x").warning("with %s", password)

    assert "with ***" in capsys.readouterr().err


def test_password_of_another_address(settings: Settings) -> None:
    """A proxy's password in front of the Bot API is hidden like the database's."""
    url = "https://me:hush-hush@api.example"
    setup_logging(settings.model_copy(update={"telegram_api_url": url}))

    assert "at https://me:***@api.example/bot" == redacted(f"at {url}/bot")


def test_secret_of_one_letter(settings: Settings) -> None:
    """A secret that stands in every word is no reason to blot out words."""
    setup_logging(settings.model_copy(update={"webhook_secret": SecretStr("a")}))

    assert "a banana" == redacted("a banana")


def test_cautions_come_first(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """What lets others see a secret is said in the log of every command."""
    setup_logging(settings.model_copy(update={"telegram_api_url": "http://api.example"}))

    (line,) = capsys.readouterr().err.splitlines()
    assert "WARNING bot.logs: TELEGRAM_API_URL is http:// on another machine" in line


def test_json_lines(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """With LOG_FORMAT=json each record is one JSON document with readable emoji."""
    setup_logging(settings.model_copy(update={"log_format": "json"}))

    logging.getLogger("x").warning("💰 %s", TOKEN)

    record = json.loads(capsys.readouterr().err)
    assert ("WARNING", "x", "💰 ***") == (record["level"], record["logger"], record["message"])


def test_json_lines_keep_tracebacks(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback stays inside its one line."""
    setup_logging(settings.model_copy(update={"log_format": "json"}))
    logging.getLogger("x").error("failed", exc_info=RuntimeError("broken"))

    assert "RuntimeError: broken" in json.loads(capsys.readouterr().err)["exc_info"]
