"""One module per subject, each with a `setup()` that returns its router."""

from aiogram import Router

from bot.telegram.routers import profile, welcome


def setup() -> Router:
    """Return all routers in one."""
    router = Router(name="all")
    router.include_routers(welcome.setup(), profile.setup())
    return router
