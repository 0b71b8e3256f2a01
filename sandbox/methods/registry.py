"""Which function carries out which Bot API method."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.command_menu import CommandMenu
from sandbox.long_polling import LongPolling
from sandbox.parameters import Parameters
from sandbox.updates import UpdateQueue
from sandbox.waiting import Waiting
from sandbox.webhook import Webhook


@dataclass(frozen=True, slots=True)
class Backend:
    """What methods work on."""

    world: Waiting
    queue: UpdateQueue
    polling: LongPolling
    webhook: Webhook
    menu: CommandMenu


Handler = Callable[[Backend, Parameters], Awaitable[object]]
# Method names are case-insensitive: lower-case name to (documented name, handler).
METHODS: dict[str, tuple[str, Handler]] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Register a function as a Bot API method; it returns the call's `result`."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = (name, handler)
        return handler

    return register
