"""What every admin action works with, in one object."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State

from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.moment import Economy


class QuestionOver(BesitosError):
    """A button belongs to a question that is no longer open."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One admin at work on one update, in one transaction.

    `rules_changed` makes a new setting or reward count at once, as soon as it is committed.
    """

    admin_id: int
    update_id: int
    economy: Economy
    manifest: Manifest
    state: FSMContext
    rules_changed: Callable[[], None]

    async def ask(self, question: State, **known: Any) -> None:
        """Take the admin's next message for the answer, and remember what is known so far."""
        await self.state.set_data(known)
        await self.state.set_state(question)

    async def known(self) -> dict[str, Any]:
        """Return what was remembered."""
        return await self.state.get_data()

    async def known_for(self, asked: int) -> dict[str, Any]:
        """Return what was remembered for the button of update `asked`. Raises `QuestionOver`."""
        known = await self.known()
        if known.get("asked") != asked:
            raise QuestionOver
        return known

    async def close(self, **known: Any) -> None:
        """Ask nothing more; a button may still need what is known.

        It stays known after that button: pressed twice or delivered twice, it does its work once
        because of what is written, and not because somebody forgot.
        """
        await self.state.set_data(known)
        await self.state.set_state(None)
