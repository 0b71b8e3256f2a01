"""The operator's settings, read once from the environment or `.env`."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.env_file import (
    ENV_FILE,
    PIPE_PATIENCE,
    is_a_strangers,
    others_may_read_a_secret,
    others_may_write,
    pipe_deadline,
)
from bot.errors import BesitosError
from bot.misspelt import doubts
from bot.web_address import InUtf8, is_proxy, is_this_machine, is_web_address

#: Where a webhook listens unless HTTP_PORT says so.
WEBHOOK_PORT: Final = 8080
#: Kinds of characters that nobody sees: controls, marks of direction, bytes that are no UTF-8.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
#: Digits that an id of Telegram has at most: they say that it fits in 52 bits.
_ID_DIGITS = 16


class SettingsError(BesitosError):
    """A setting is missing or wrong; nothing has been started."""

    exit_code: ClassVar[int] = 2


class Settings(BaseSettings):
    """One frozen object, built in the entry point and handed down.

    Names are those of the environment variables in lower case. Whatever may hold a password
    or a token is a `SecretStr`, so that neither a log nor a traceback can show it.
    """

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",  # Windows' editors begin a file with a mark of their own
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    bot_token: SecretStr | None = None
    database_url: SecretStr = SecretStr("sqlite+aiosqlite:///besitos.db")
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    allowed_chats: Annotated[frozenset[int], NoDecode] = frozenset()
    seed_file: Path | None = None
    telegram_api_url: str | None = None
    telegram_proxy: SecretStr | None = None
    webhook_url: InUtf8 | None = None
    webhook_path: InUtf8 | None = None
    webhook_secret: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65535)
    port: int | None = Field(default=None, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    bootstrap_lock_timeout: float = Field(default=60, ge=0, le=86_400, allow_inf_nan=False)
    database_wait_timeout: float = Field(default=30, ge=0, le=86_400, allow_inf_nan=False)
    database_timeout: float = Field(default=30, ge=0.1, le=86_400, allow_inf_nan=False)
    database_pool_size: int = Field(default=15, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _listen_where_the_host_says(cls, values: Any) -> Any:
        """Listen at every address where the host hands out a PORT, unless HTTP_HOST is set."""
        if isinstance(values, dict) and values.get("port") is not None:
            return {"http_host": "0.0.0.0", **values}  # noqa: S104
        return values

    @model_validator(mode="before")
    @classmethod
    def _strip(cls, values: dict[str, Any]) -> dict[str, Any]:
        plain = {n: v.strip() if isinstance(v, str) else v for n, v in values.items()}
        return {name: value for name, value in plain.items() if value != ""}

    @field_validator("http_host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        try:
            value.encode("idna")
            is_host = not any(map(str.isspace, value))
        except UnicodeError:
            is_host = False
        if not is_host:
            raise ValueError("give an address of this machine, such as 127.0.0.1 or 0.0.0.0")
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split_admin_ids(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        ids = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isdecimal() and len(part) <= _ID_DIGITS for part in ids):
            # Telegram gives nobody ids this high, so whoever copies them lets nobody in.
            raise ValueError(
                "list Telegram user ids separated by commas, such as "
                "9000000000000001,9000000000000002"
            )
        return frozenset(int(part) for part in ids)

    @field_validator("allowed_chats", mode="before")
    @classmethod
    def _split_allowed_chats(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        ids = [part.strip() for part in value.split(",") if part.strip()]
        if not all(re.fullmatch(rf"-[0-9]{{1,{_ID_DIGITS}}}", part) for part in ids):
            raise ValueError(
                "list the ids of groups and channels separated by commas, such as "
                "-1001234567890; /admin shows them"
            )
        return frozenset(int(part) for part in ids)

    @field_validator("bot_token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[0-9]+:\S+", value.get_secret_value()):
            raise ValueError("paste the token exactly as @BotFather shows it, such as 123456:ABC…")
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _forgive_case(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @field_validator("seed_file")
    @classmethod
    def _check_seed_file(cls, value: Path | None) -> Path | None:
        try:
            found = value is None or value.is_file()
        except OSError:  # a name that is too long for any file
            found = False
        if not found:
            raise ValueError(f"there is no file {value}; give the path of a seed manifest")
        return value

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None and not is_web_address(value):
            raise ValueError("give a full address that starts with https:// (or http://)")
        return value

    @field_validator("telegram_proxy")
    @classmethod
    def _check_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_proxy(value.get_secret_value()):
            raise ValueError(
                "give an address such as http://proxy:3128 or socks5://name:password@proxy:1080"
            )
        return value

    @field_validator("webhook_path")
    @classmethod
    def _check_webhook_path(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"/(?!/)[^?#]*", value):
            raise ValueError("give the path alone, which begins with one /, such as /webhook")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        # Telegram's rule for setWebhook's secret_token, but nobody shall find it by trying.
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError(
                "use 16 to 256 characters of A-Z, a-z, 0-9, _ and -, or leave it out: then it is "
                "derived from the token"
            )
        return value

    # Validators of this kind run from the last to the first.
    @field_validator("*", mode="before")
    @classmethod
    def _refuse_invisible(cls, value: Any) -> Any:
        for one in value if isinstance(value, str) else "":
            if has_invisible(one):
                raise ValueError(
                    f"it has a character in it that nobody sees (U+{ord(one):04X}); type it anew"
                )
        return value

    @property
    def proxy(self) -> str | None:
        """The address of the proxy in front of Telegram, password and all."""
        return self.telegram_proxy.get_secret_value() if self.telegram_proxy else None

    @property
    def listening_port(self) -> int | None:
        """Where webhook and probes listen; None: nowhere, for nobody has asked for it."""
        asked = self.port if self.http_port is None else self.http_port
        return WEBHOOK_PORT if asked is None and self.webhook_url is not None else asked


def has_invisible(text: str) -> bool:
    """Whether there is a character in it that nobody sees, such as a line's end."""
    return any(unicodedata.category(one) in _INVISIBLE for one in text)


def require_token(settings: Settings) -> str:
    """Return the bot's token. Raises `SettingsError` when there is none."""
    if settings.bot_token is None:
        raise SettingsError(
            "BOT_TOKEN is not set; get a token from @BotFather and put it into .env, or try the "
            "bot without one with `python main.py sandbox`."
        )
    return settings.bot_token.get_secret_value()


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over the environment.

    Raises `SettingsError` naming each wrong setting and what it must look like, never its value,
    and for a `.env` that another user of the machine may have written.
    """
    _check_env_file()
    try:
        with pipe_deadline(ENV_FILE):
            return Settings(**overrides)
    except TimeoutError:
        raise SettingsError(
            f"{ENV_FILE.absolute()} is a pipe, and nobody wrote into it within {PIPE_PATIENCE:g} "
            "s; start what does, or put a file in its place."
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env is not UTF-8 text ({error.reason}); save it as UTF-8.") from None
    except PermissionError:
        raise SettingsError(
            f"{ENV_FILE.absolute()} cannot be read; make it yours with `chown`, or start "
            "in another folder."
        ) from None
    except ValidationError as error:
        wrong = [
            f"{'.'.join(map(str, problem['loc'])).upper()}: "
            f"{problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        lines = f" {wrong[0]}." if len(wrong) == 1 else "".join(f"\n  {one}." for one in wrong)
        raise SettingsError(
            f"Wrong settings:{lines}{' ' if len(wrong) == 1 else chr(10)}"
            "Correct them in the environment or in .env and start again."
        ) from None


def setting_doubts() -> list[str]:
    """Return what somebody may have meant for a setting and nobody reads, in words."""
    return list(doubts([name.upper() for name in Settings.model_fields]))


def cautions(settings: Settings) -> Iterator[str]:
    """Yield what works and lets others see a secret, each with what to do about it."""
    if others_may_read_a_secret(ENV_FILE):
        yield (
            f"{ENV_FILE.absolute()} holds a secret and other users of this machine may read it; "
            "run `chmod 600 .env`"
        )
    yield from setting_doubts()
    address = settings.database_url.get_secret_value()
    if "channel_binding=require" in address and "sslmode=verify-full" not in address:
        yield (
            "DATABASE_URL asks for channel_binding=require, which our driver does not do, so "
            "somebody on the way could pose as the server; write "
            "sslmode=verify-full&sslrootcert=system instead, or the path of its root certificate"
        )
    api = urlsplit(settings.telegram_api_url or "")
    if api.scheme == "http" and not is_this_machine(api.hostname or ""):
        yield (
            "TELEGRAM_API_URL is http:// on another machine, and whoever is on the way there sees "
            "the bot's token; use https:// or a server on this machine"
        )


def _check_env_file() -> None:
    path = ENV_FILE.absolute()
    if is_a_strangers(ENV_FILE):
        raise SettingsError(
            f"{path} belongs to another user, who could have the bot's token sent to them; start "
            "in a folder of your own, or make the file yours with `chown` once you have read it."
        )
    if others_may_write(ENV_FILE):
        raise SettingsError(
            f"{path} can be changed by other users of this machine, who could have the bot's token "
            "sent to them; look through it and run `chmod 600 .env`."
        )
