"""/admin: settings, rewards, members, figures, the seed and the audit trail, for admins only."""

from collections.abc import Set as AbstractSet

from aiogram import Router

from bot.telegram.routers.admin import (
    access,
    drafts,
    figures,
    grants,
    members,
    panel,
    reports,
    rewards,
    settings,
    unanswered,
)
from bot.telegram.routers.admin.middlewares import AtDesk, OpenDialog, Sentences


def setup(admin_ids: AbstractSet[int]) -> Router:
    """Return the router. Every handler in it but the refusals is behind one filter."""
    is_admin = access.IsAdmin(admin_ids)
    desk = Router(name="admin.desk")
    for observer in (desk.message, desk.callback_query):
        observer.outer_middleware(OpenDialog())
        observer.middleware(AtDesk())
        observer.middleware(Sentences())
    desk.include_routers(
        panel.setup(),
        settings.setup(),
        rewards.setup(),
        drafts.setup(),
        members.setup(),
        grants.setup(),
        figures.setup(),
        reports.setup(),
        unanswered.setup(),
    )
    inside = Router(name="admin.inside")
    access.private_only(inside, is_admin)
    inside.include_router(desk)
    router = Router(name=__name__)
    router.include_routers(inside, access.refusals(is_admin))
    return router
