"""The command menus of the bot, by scope and language."""

import json
from dataclasses import dataclass

from sandbox.serializers import Json
from sandbox.values import Chat

Scope = dict[str, object]
DEFAULT_SCOPE: Scope = {"type": "default"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its description in the menu."""

    command: str
    description: str

    def to_json(self) -> Json:
        """Return a `BotCommand`."""
        return {"command": self.command, "description": self.description}


class CommandMenu:
    """Remembers menus and picks the one that a member sees in a chat."""

    def __init__(self) -> None:
        self._menus: dict[tuple[str, str], tuple[Command, ...]] = {}

    def put(self, scope: Scope, language_code: str, commands: tuple[Command, ...]) -> None:
        """Replace the menu of a scope and language; no commands remove it."""
        key = (_key(scope), language_code)
        self._menus.pop(key, None)
        if commands:
            self._menus[key] = commands

    def get(self, scope: Scope, language_code: str) -> tuple[Command, ...]:
        """Return the menu of exactly this scope and language."""
        return self._menus.get((_key(scope), language_code), ())

    def shown_to(self, chat: Chat, language_code: str | None) -> tuple[Command, ...]:
        """Return the menu that a member sees: the narrowest scope, their language first."""
        kind = "all_private_chats" if chat.type == "private" else "all_group_chats"
        scopes: list[Scope] = [{"type": "chat", "chat_id": chat.id}, {"type": kind}, DEFAULT_SCOPE]
        for scope in scopes:
            for language in (language_code or "", ""):
                if menu := self.get(scope, language):
                    return menu
        return ()


def _key(scope: Scope) -> str:
    return json.dumps(scope, sort_keys=True)
