"""Settings pages: list, change, reset, and the preview of a level formula."""

from typing import Final

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.gamification.admin.settings import (
    LEVEL_FORMULA,
    TIMEZONE,
    SettingChange,
    change_setting,
    parse_setting,
    read_setting,
    read_settings,
)
from bot.gamification.level_formula import LevelFormula
from bot.gamification.levels import preview
from bot.telegram.filters import Answer
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    Asking,
    Go,
    PickTimezone,
    SaveFormula,
    SaveTimezone,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import settings as texts

#: Settings whose effect is shown before they are saved.
_PREVIEWED: Final = {LEVEL_FORMULA, TIMEZONE}


def setup() -> Router:
    router = Router(name=__name__)
    press = router.callback_query
    press.register(show_all, Go.filter(F.section == Section.SETTINGS))
    press.register(show_one, SettingButton.filter(F.action == SettingAction.SHOW))
    press.register(ask, SettingButton.filter(F.action == SettingAction.ASK))
    press.register(reset, SettingButton.filter(F.action == SettingAction.RESET))
    press.register(save_formula, SaveFormula.filter())
    press.register(pick_timezone, PickTimezone.filter())
    press.register(save_timezone, SaveTimezone.filter())
    router.message.register(take_value, Asking.setting, Answer())
    return router


async def show_all(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """List the settings."""
    found = await read_settings(admin.economy.connection, admin.manifest.config)
    return replace_page(callback_query, texts.listing(found), keyboards.settings(found))


async def show_one(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Show one setting."""
    found = await read_setting(admin.economy.connection, admin.manifest.config, callback_data.name)
    return replace_page(callback_query, texts.one(found), keyboards.setting(found))


async def ask(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Ask for a new value."""
    name = callback_data.name
    found = await read_setting(admin.economy.connection, admin.manifest.config, name)
    await admin.ask(Asking.setting, setting=name)
    keyboard = keyboards.timezones() if name == TIMEZONE else keyboards.back_to_setting(name)
    return replace_page(callback_query, texts.ask(found), keyboard)


async def take_value(message: Message, admin: AdminContext) -> Answers:
    """Set the value that was typed, or show what a formula or a time zone would do."""
    name = admin.data["setting"]
    value = parse_setting(name, message.text or "")
    if name in _PREVIEWED:
        text, keyboard = await _preview(admin, name, str(value))
        return [message.answer(text, reply_markup=keyboard)]
    change = await _save(admin, name, value)
    await admin.close()
    found = await read_setting(admin.economy.connection, admin.manifest.config, name)
    text = f"✅ {texts.saved(change)}\n\n{texts.one(found)}"
    return [message.answer(text, reply_markup=keyboards.setting(found))]


async def reset(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Set the manifest's value, for a formula or a time zone after a look at what it does."""
    found = await read_setting(admin.economy.connection, admin.manifest.config, callback_data.name)
    if found.name in _PREVIEWED:
        text, keyboard = await _preview(admin, found.name, str(found.default))
        return replace_page(callback_query, text, keyboard)
    await _save(admin, found.name, found.default)
    return await show_one(callback_query, callback_data, admin)


async def save_formula(
    callback_query: CallbackQuery, callback_data: SaveFormula, admin: AdminContext
) -> Answers:
    """Save the formula that was previewed, and re-level everybody."""
    formula = admin.require_token(callback_data.token)["formula"]
    return await _save_previewed(callback_query, admin, LEVEL_FORMULA, formula)


async def pick_timezone(
    callback_query: CallbackQuery, callback_data: PickTimezone, admin: AdminContext
) -> Answers:
    """Show what a time zone of the short list would do."""
    name = str(parse_setting(TIMEZONE, callback_data.name))
    return replace_page(callback_query, *await _preview(admin, TIMEZONE, name))


async def save_timezone(
    callback_query: CallbackQuery, callback_data: SaveTimezone, admin: AdminContext
) -> Answers:
    """Save the time zone that was previewed; the next update goes by it."""
    name = admin.require_token(callback_data.token)["timezone"]
    return await _save_previewed(callback_query, admin, TIMEZONE, name)


async def _save_previewed(
    callback_query: CallbackQuery, admin: AdminContext, name: str, value: str
) -> Answers:
    change = await _save(admin, name, value)
    found = await read_setting(admin.economy.connection, admin.manifest.config, name)
    text = f"✅ {texts.saved(change)}\n\n{texts.one(found)}"
    return replace_page(callback_query, text, keyboards.setting(found))


async def _preview(admin: AdminContext, name: str, value: str) -> tuple[str, InlineKeyboardMarkup]:
    """Remember a value until its button is pressed; return what it does, with the button."""
    if name == TIMEZONE:
        token = admin.update_id
        await admin.ask(Asking.setting, setting=TIMEZONE, timezone=value, token=token)
        return texts.preview_timezone(value), keyboards.confirm_timezone(token)
    return await _preview_formula(admin, value)


async def _preview_formula(admin: AdminContext, formula: str) -> tuple[str, InlineKeyboardMarkup]:
    # What is in force, which is not what is stored if SQL by hand has stored nonsense.
    rows = preview(admin.economy.config.formula, LevelFormula(formula))
    data = {"formula": formula, "token": admin.update_id}
    await admin.ask(Asking.setting, setting=LEVEL_FORMULA, **data)  # another one may be typed
    return texts.preview(formula, rows), keyboards.confirm_formula(LEVEL_FORMULA, admin.update_id)


async def _save(admin: AdminContext, name: str, value: int | str) -> SettingChange:
    change = await change_setting(admin.economy, admin.id, name, value)
    admin.rules_changed()
    return change
