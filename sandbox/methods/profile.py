"""`getMe` and the command menu."""

import re

from sandbox.command_menu import DEFAULT_SCOPE, Command, Scope
from sandbox.errors import bad_request
from sandbox.methods.base import Backend, method
from sandbox.parameters import Parameters
from sandbox.serializers import user_json

MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@method("getMe")
async def get_me(backend: Backend, parameters: Parameters) -> object:  # noqa: ARG001 - a handler
    """Return the bot's `User`."""
    return user_json(backend.state.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("setMyCommands")
async def set_my_commands(backend: Backend, parameters: Parameters) -> object:
    """Replace the menu of a scope and language."""
    values = parameters.nested("commands", "bot commands")
    if not isinstance(values, list):
        raise bad_request("expected an Array of BotCommand")
    if len(values) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = tuple(_command(value) for value in values)
    backend.menu.put(_scope(parameters), parameters.text("language_code"), commands)
    backend.state.changes.notify()
    return True


@method("deleteMyCommands")
async def delete_my_commands(backend: Backend, parameters: Parameters) -> object:
    """Remove the menu of a scope and language."""
    backend.menu.put(_scope(parameters), parameters.text("language_code"), ())
    backend.state.changes.notify()
    return True


@method("getMyCommands")
async def get_my_commands(backend: Backend, parameters: Parameters) -> object:
    """Return the menu of a scope and language."""
    menu = backend.menu.get(_scope(parameters), parameters.text("language_code"))
    return [command.to_json() for command in menu]


def _scope(parameters: Parameters) -> Scope:
    scope = parameters.nested("scope", "bot command scope") or DEFAULT_SCOPE
    if not isinstance(scope, dict) or not isinstance(scope.get("type"), str):
        raise bad_request("can't parse BotCommandScope: expected an Object with a type")
    return scope


def _command(value: object) -> Command:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(value.get("command", "")).removeprefix("/")
    description = str(value.get("description", ""))
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return Command(command, description)
