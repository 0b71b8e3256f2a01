"""Admin router assembly: /admin and its pages, for admins only."""

from collections.abc import Set as AbstractSet

from aiogram import Router

from bot.telegram.filters import IsAdmin
from bot.telegram.routers.admin import (
    access,
    accounts,
    audit,
    chats,
    conditions,
    drafts,
    panel,
    rewards,
    settings,
)
from bot.telegram.routers.admin.context import (
    AdminContextMiddleware,
    DialogStateMiddleware,
    DomainErrors,
)


def setup(admin_ids: AbstractSet[int]) -> Router:
    """Return the router. Every handler in it but the refusals is behind one filter."""
    is_admin = IsAdmin(admin_ids)
    pages = Router(name="admin.pages")
    for observer in (pages.message, pages.callback_query):
        observer.outer_middleware(DialogStateMiddleware())
        observer.middleware(AdminContextMiddleware())
        observer.middleware(DomainErrors())
    pages.include_routers(
        panel.setup(),
        settings.setup(),
        rewards.setup(),
        drafts.setup(),
        conditions.setup(),
        accounts.setup(),
        chats.setup(),
        audit.setup(),
        access.fallback(),
    )
    inside = Router(name="admin.inside")
    access.private_only(inside, is_admin)
    inside.include_router(pages)
    router = Router(name=__name__)
    router.include_routers(inside, access.refusals(is_admin))
    return router
