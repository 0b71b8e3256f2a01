"""Stage for people who play through the chat page: its clock, its memory, its fresh start."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from sandbox.clock import StageClock
from sandbox.errors import SandboxError
from sandbox.fixtures import DISCUSSION, FORUM, NORA
from sandbox.snapshot import Snapshot
from sandbox.telegram import Telegram

#: Seconds between two looks whether there is something new to keep.
SAVE_SECONDS = 1.0


@dataclass(slots=True)
class Stage:
    """What people can do on the page besides being members.

    `file` keeps chats, members and the day from one start to the next. `forget` empties the bot's
    database for a fresh start, and `forgotten` names it to whoever is asked; without it there is
    no fresh start. The bot has to live by `clock`.
    """

    file: Path | None = None
    clock: StageClock = field(default_factory=StageClock)
    forget: Callable[[], Awaitable[None]] | None = None
    forgotten: str = ""
    _kept: Snapshot | None = field(init=False, default=None, repr=False)
    _beginning: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Read the file; SandboxError when it cannot be read."""
        if self.file is None or not self.file.exists():
            return
        try:
            self._kept = Snapshot.model_validate_json(self.file.read_bytes())
        except (OSError, ValidationError) as error:
            raise SandboxError(
                f"The sandbox cannot read its chats in {self.file}: move the file away, and it "
                "begins with new ones."
            ) from error
        self.clock.days_ahead = self._kept.days_ahead

    def resume(self, telegram: Telegram) -> None:
        """Bring back what the file had, or else let the stage's own people come on."""
        if self._kept:
            self._kept.restore(telegram)
        _set(telegram)

    def save(self, telegram: Telegram) -> None:
        """Keep the chats, all or nothing."""
        if self.file is None:
            return
        snapshot = Snapshot.of(telegram, self.clock.days_ahead)
        part = self.file.with_name(f"{self.file.name}.part")
        try:
            part.write_text(snapshot.model_dump_json(), "utf-8")
            os.replace(part, self.file)  # noqa: PTH105 - says that the old file goes
        except OSError as error:
            raise SandboxError(
                f"The sandbox cannot keep its chats in {self.file} ({error.strerror}): make its "
                "folder writable."
            ) from error

    @contextlib.asynccontextmanager
    async def saving(self, telegram: Telegram) -> AsyncIterator[None]:
        """Keep what changes, soon after it did and at the end."""
        task = asyncio.create_task(self._keep_saving(telegram))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            self.save(telegram)

    async def _keep_saving(self, telegram: Telegram) -> None:
        saved = telegram.changes.version
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            if telegram.changes.version != saved:
                saved = telegram.changes.version
                self.save(telegram)

    def go_to_tomorrow(self, telegram: Telegram) -> None:
        """Go on to the next day."""
        self.clock.go_to_tomorrow()
        telegram.changes.notify()

    async def begin_anew(self, telegram: Telegram) -> None:
        """Forget everything, in the bot's database too; SandboxError where that cannot be."""
        if self.forget is None:
            raise SandboxError("This bot's data is not the sandbox's to delete.")
        async with self._beginning:
            await self.forget()
            self.clock.days_ahead = 0
            telegram.begin_anew()
            _set(telegram)
            self.save(telegram)


def _set(telegram: Telegram) -> None:
    """Put there what only the stage has, unless a file has had it."""
    if telegram.find_member(NORA.id) is None:
        telegram.admit(NORA, opened=False)
    for chat in (FORUM, DISCUSSION):
        if chat.id not in telegram.chats:
            telegram.open_chat(chat)
    telegram.link(telegram.channel, DISCUSSION)
