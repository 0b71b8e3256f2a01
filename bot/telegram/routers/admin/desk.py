"""What every admin action works with, in one object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.fsm.state import State

from bot.errors import BesitosError
from bot.gamification.admin.dialogs import Dialog, save_dialog
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.moment import Economy


class QuestionOver(BesitosError):
    """A button belongs to a question that is no longer open."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One admin at work on one update, in one transaction.

    `dialog` is as the update found it. `rules_changed` makes a new setting or reward count at
    once, as soon as it is committed.
    """

    admin_id: int
    update_id: int
    economy: Economy
    bootstrap_service: BootstrapService
    dialog: Dialog
    rules_changed: Callable[[], None]

    @property
    def manifest(self) -> Manifest:
        """The manifest, for its defaults."""
        return self.bootstrap_service.manifest

    @property
    def known(self) -> Mapping[str, Any]:
        """What was remembered."""
        return self.dialog.known

    def known_for(self, asked: int) -> Mapping[str, Any]:
        """Return what was remembered for the button of update `asked`. Raises `QuestionOver`."""
        if self.known.get("asked") != asked:
            raise QuestionOver
        return self.known

    async def ask(self, question: State, **known: Any) -> None:
        """Take the admin's next message for the answer, and remember what is known so far."""
        await self._save(Dialog(question.state, known))

    async def close(self, **known: Any) -> None:
        """Ask nothing more; a button may still need what is known.

        It stays known after that button: pressed twice or delivered twice, it does its work once
        because of what is written, and not because somebody forgot.
        """
        await self._save(Dialog(None, known))

    async def _save(self, dialog: Dialog) -> None:
        await save_dialog(self.economy.connection, self.admin_id, dialog)
