"""Routers, one module per subject; each has a `setup()` that returns its own.

A handler runs inside its update's transaction, and returns its answers instead of sending them.
"""

from collections.abc import Set as AbstractSet

from aiogram import Router

from bot.telegram.routers import (
    admin,
    chats,
    common,
    daily_gift,
    language,
    privacy,
    profile,
    reactions,
    rewards,
)


def setup(admin_ids: AbstractSet[int] = frozenset()) -> tuple[Router, ...]:
    """Return all routers in their order; `admin_ids` may open the admin's."""
    # An update asks one router after the other, so the one with most to do comes first. The
    # admin's stands before the members': an open question of its takes any text for the answer.
    return (
        reactions.setup(),
        admin.setup(admin_ids),
        profile.setup(),
        daily_gift.setup(),
        rewards.setup(),
        privacy.setup(),
        language.setup(),
        chats.setup(),
        common.setup(),
    )
