"""The Bot API methods, one file per group; importing this package registers them all."""

from sandbox.methods import callbacks, chats, deleting, editing, fetching, profile, sending
from sandbox.methods.registry import METHODS, Backend, Handler

__all__ = [
    "METHODS",
    "Backend",
    "Handler",
    "callbacks",
    "chats",
    "deleting",
    "editing",
    "fetching",
    "profile",
    "sending",
]
