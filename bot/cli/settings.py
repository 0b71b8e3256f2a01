"""Options that several commands share, a command's settings, and the address of its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import SecretStr
from sqlalchemy import URL

from bot.database.connection import refuse_missing_file
from bot.database.url import database_url
from bot.errors import BesitosError
from bot.logs import setup_logging
from bot.settings import Settings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file.")]


def prepare(database: str | None = None, *, existing: bool = False) -> tuple[Settings, URL]:
    """Return the settings and the database's address, and set the log up by them.

    `database` stands for DATABASE_URL. Raises `SettingsError` and `DatabaseUrlError`, and
    `DatabaseError` when a command needs an `existing` database and there is no such file.
    """
    settings = load_settings(**({"database_url": SecretStr(database)} if database else {}))
    setup_logging(settings)
    url = database_url(settings)
    if existing:
        refuse_missing_file(url)
    return settings, url


@contextmanager
def given_as(option: str) -> Iterator[None]:
    """Let the sentences of whatever fails in the block name `option`, and not DATABASE_URL."""
    try:
        yield
    except BesitosError as error:
        error.args = (str(error).replace("DATABASE_URL", option),)
        raise
