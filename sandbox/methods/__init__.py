"""The Bot API methods, one file per group; importing this package registers them all."""

from sandbox.methods import callbacks, chats, descriptions, editing, profile, sending, updates
from sandbox.methods.base import METHODS, Backend, Handler

__all__ = [
    "METHODS",
    "Backend",
    "Handler",
    "callbacks",
    "chats",
    "descriptions",
    "editing",
    "profile",
    "sending",
    "updates",
]
