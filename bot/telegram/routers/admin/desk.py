"""What every admin action works with, in one object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.fsm.state import State

from bot.errors import BesitosError
from bot.gamification.admin.dialogs import DialogState, Turn, save_turn
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import EconomyContext


class QuestionOver(BesitosError):
    """A button belongs to a question that is no longer open."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One admin at work on one update, in one transaction.

    `rules_changed` makes a new setting or reward count at once, as soon as it is committed.
    """

    admin_id: int
    turn: Turn
    economy: EconomyContext
    bootstrap_service: BootstrapService
    rules_changed: Callable[[], None]

    @property
    def manifest(self) -> Manifest:
        """The manifest, for its defaults."""
        return self.bootstrap_service.manifest

    @property
    def update_id(self) -> int:
        """What the update is known by, however often it comes."""
        return self.turn.update_id

    @property
    def question(self) -> str | None:
        """The question that was open when the update came."""
        return self.turn.found.question

    @property
    def known(self) -> Mapping[str, Any]:
        """What was remembered then."""
        return self.turn.found.known

    def known_for(self, asked: int) -> Mapping[str, Any]:
        """Return what was remembered for the button of update `asked`. Raises `QuestionOver`."""
        if self.known.get("asked") != asked:
            raise QuestionOver
        return self.known

    async def ask(self, question: State, **known: Any) -> None:
        """Take the admin's next message for the answer, and remember what is known so far."""
        await self._save(DialogState(question.state, known))

    async def close(self, **known: Any) -> None:
        """Ask nothing more; a button may still need what is known.

        It stays known after that button: pressed twice or delivered twice, it does its work once
        because of what is written, and not because somebody forgot.
        """
        await self._save(DialogState(None, known))

    async def arrive(self, *, by_press: bool) -> None:
        """Take the turn, which ends the open question if it is a press.

        So no later text is taken for its answer; what was answered so far stays known.
        """
        await self._save(DialogState(None if by_press else self.question, self.known))

    async def _save(self, dialog: DialogState) -> None:
        await save_turn(self.economy.connection, self.admin_id, self.turn, dialog)
