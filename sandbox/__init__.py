"""A local Telegram on loopback: a Bot API server with a chat page, for newcomers and for tests."""

from sandbox.calls import Call, CallLog
from sandbox.errors import BotApiError, SandboxError
from sandbox.faults import Fault, Faults
from sandbox.server import SandboxServer
from sandbox.stage import Stage
from sandbox.telegram import Telegram
from sandbox.values import Button, CallbackAnswer, Chat, Message, User

__all__ = [
    "BotApiError",
    "Button",
    "Call",
    "CallLog",
    "CallbackAnswer",
    "Chat",
    "Fault",
    "Faults",
    "Message",
    "SandboxError",
    "SandboxServer",
    "Stage",
    "Telegram",
    "User",
]
