"""Inline keyboards of the admin panel; each has a way back."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.gamification.admin.accounts import AccountDetails
from bot.gamification.admin.audit import AuditPage
from bot.gamification.admin.settings import Setting
from bot.telegram.routers.admin.callbacks import (
    BookAdjustment,
    Go,
    MemberAction,
    MemberButton,
    SaveFormula,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.admin import members as member_texts
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin import settings as setting_texts

Buttons = Sequence[tuple[str, CallbackData]]


def rows(*buttons: Buttons) -> InlineKeyboardMarkup:
    """Return a keyboard of rows of buttons; empty rows are left out."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data.pack()) for text, data in row]
            for row in buttons
            if row
        ]
    )


def in_pairs(buttons: Buttons) -> list[Buttons]:
    """Put buttons two by two."""
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def back(to: CallbackData) -> Buttons:
    """Return the row that leads back."""
    return [(texts.back(), to)]


def panel() -> InlineKeyboardMarkup:
    """Lead to every section."""
    labels = texts.sections()
    return rows(*in_pairs([(label, Go(section=Section(name))) for name, label in labels.items()]))


def back_to_panel() -> InlineKeyboardMarkup:
    """Lead back to the panel only."""
    return rows(back(Go(section=Section.PANEL)))


def settings(found: Sequence[Setting]) -> InlineKeyboardMarkup:
    """Lead to each setting."""
    buttons = [
        (names.of(one.name), SettingButton(action=SettingAction.SHOW, name=one.name))
        for one in found
    ]
    return rows(*in_pairs(buttons), back(Go(section=Section.PANEL)))


def setting(shown: Setting) -> InlineKeyboardMarkup:
    """Change a setting or take it back to its default."""
    name = shown.name
    change = (texts.change(), SettingButton(action=SettingAction.ASK, name=name))
    reset = (setting_texts.reset(shown), SettingButton(action=SettingAction.RESET, name=name))
    back_to_default = [reset] if shown.edited else []
    return rows([change], back_to_default, back(Go(section=Section.SETTINGS)))


def back_to_setting(name: str) -> InlineKeyboardMarkup:
    """Lead back from a question about a setting."""
    return rows(back(SettingButton(action=SettingAction.SHOW, name=name)))


def confirm_formula(name: str, asked: int) -> InlineKeyboardMarkup:
    """Save a formula whose preview is shown."""
    return rows(
        [(texts.save(), SaveFormula(asked=asked))],
        back(SettingButton(action=SettingAction.SHOW, name=name)),
    )


def account(shown: AccountDetails, *, newest: bool) -> InlineKeyboardMarkup:
    """Grant, take, and turn the pages of the ledger."""
    user_id = shown.member.user_id
    grant = MemberButton(action=MemberAction.GRANT, user_id=user_id)
    take = MemberButton(action=MemberAction.TAKE, user_id=user_id)
    show = MemberButton(action=MemberAction.SHOW, user_id=user_id)
    arrows = [] if newest else [("«", show)]
    if shown.history.older_than is not None:
        older = show.model_copy(update={"at": shown.history.older_than})
        arrows.append(("›", older))
    return rows(
        [(member_texts.grant_button(), grant), (member_texts.take_button(), take)],
        arrows,
        back(Go(section=Section.MEMBERS)),
    )


def back_to_member(user_id: int) -> InlineKeyboardMarkup:
    """Lead back from a question about a member."""
    return rows(back(MemberButton(action=MemberAction.SHOW, user_id=user_id)))


def confirm_adjustment(user_id: int, asked: int) -> InlineKeyboardMarkup:
    """Book what is shown."""
    return rows(
        [(texts.confirm(), BookAdjustment(asked=asked))],
        back(MemberButton(action=MemberAction.SHOW, user_id=user_id)),
    )


def audit(page: AuditPage, *, newest: bool) -> InlineKeyboardMarkup:
    """Turn the pages of the audit trail."""
    arrows: list[tuple[str, CallbackData]] = []
    if not newest:
        arrows.append(("«", Go(section=Section.AUDIT)))
    if page.older_than is not None:
        arrows.append(("›", Go(section=Section.AUDIT, at=page.older_than)))
    return rows(arrows, back(Go(section=Section.PANEL)))
