"""The bot on the sandbox's stage: it lives by the stage's clock, and begins anew when asked."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL

from bot.app import run_bot
from bot.database import wipe as database
from bot.database.connection import opened_database
from bot.database.url import describe, sqlite_file
from bot.errors import BesitosError
from bot.gamification.registration import strangers
from bot.settings import Settings
from bot.shutdown import stop_on_signals
from sandbox import SandboxError, SandboxServer, Stage

#: Beside a SQLite database; in the folder where the command was given for any other.
_KEPT_IN = "-stage.json"


class StagedBot:
    """Runs the bot in a sandbox until it is stopped."""

    def __init__(self, url: URL, *, statement_timeout: float) -> None:
        """Keep the stage beside the database of `url`; SandboxError when it cannot be read."""
        self.stage = Stage(
            file=_kept_beside(url), forget=self._forget_everything, forgotten=describe(url)
        )
        self._url = url
        self._statement_timeout = statement_timeout
        self._server: SandboxServer | None = None
        self._stop = asyncio.Event()
        self._forgetting: asyncio.Future[None] | None = None

    async def run(self, server: SandboxServer, settings: Settings) -> None:
        """Run the bot with these settings, once more after each fresh start."""
        self._server = server
        ending = stop_on_signals()
        while not ending.is_set():
            self._stop = asyncio.Event()
            passing_on = asyncio.create_task(_set_after(ending, self._stop))
            try:
                await run_bot(settings, clock=self._now, stop=self._stop)
            finally:
                passing_on.cancel()
            if self._forgetting is None:
                return
            await self._empty(self._forgetting)
            self._forgetting = None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.stage.clock(), UTC)

    async def _forget_everything(self) -> None:
        """Stop the bot and delete its data; the bot is started again."""
        await self._refuse_strangers()
        self._forgetting = asyncio.get_running_loop().create_future()
        self._stop.set()
        await self._forgetting

    async def _empty(self, asked: asyncio.Future[None]) -> None:
        try:
            async with opened_database(
                self._url, statement_timeout=self._statement_timeout
            ) as engine:
                await database.wipe(engine)
        except BesitosError as error:
            asked.set_exception(SandboxError(str(error)))
        else:
            asked.set_result(None)

    async def _refuse_strangers(self) -> None:
        """Raise SandboxError when others than the stage's people have accounts."""
        members = self._server.telegram.members if self._server else ()
        try:
            async with (
                opened_database(self._url, statement_timeout=self._statement_timeout) as engine,
                engine.connect() as connection,
            ):
                others = await strangers(connection, [one.id for one in members])
        except BesitosError as error:
            raise SandboxError(str(error)) from error
        if others:
            raise SandboxError(
                f"{describe(self._url)} has members who are not of this sandbox ({others}), so it "
                "deletes nothing: give it a database of its own, or use `wipe`."
            )


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()


def _kept_beside(url: URL) -> Path:
    file = sqlite_file(url)
    return file.with_name(f"{file.name}{_KEPT_IN}") if file else Path(f"sandbox{_KEPT_IN}")
