"""One module per subject, each with a `setup()` that returns its router."""

from aiogram import Router

from bot.telegram.routers import gift, profile, reactions, rewards, welcome


def setup() -> Router:
    """Return all routers in one."""
    router = Router(name="all")
    router.include_routers(
        welcome.setup(), profile.setup(), gift.setup(), rewards.setup(), reactions.setup()
    )
    return router
