"""Settings pages: list, change, reset, and the preview of a level formula."""

from typing import Final

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.gamification.admin.effects import effect_of
from bot.gamification.admin.settings import (
    LEVEL_FORMULA,
    TIMEZONE,
    Setting,
    SettingChange,
    change_setting,
    parse_setting,
    read_setting,
    read_settings,
)
from bot.gamification.level_formula import LevelFormula
from bot.gamification.levels import preview
from bot.telegram.filters import TypedAnswer
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    Asking,
    Go,
    PickTimezone,
    SaveSetting,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import settings as texts

#: Settings whose effect is not told in besitos a day.
_NO_NUMBERS: Final = {LEVEL_FORMULA, TIMEZONE}


def setup() -> Router:
    router = Router(name=__name__)
    press = router.callback_query
    press.register(show_all, Go.filter(F.section == Section.SETTINGS))
    press.register(show_one, SettingButton.filter(F.action == SettingAction.SHOW))
    press.register(ask, SettingButton.filter(F.action == SettingAction.ASK))
    press.register(reset, SettingButton.filter(F.action == SettingAction.RESET))
    press.register(save, SaveSetting.filter())
    press.register(pick_timezone, PickTimezone.filter())
    router.message.register(take_value, Asking.setting, TypedAnswer())
    return router


async def show_all(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """List the settings."""
    found = await read_settings(admin.economy.connection, admin.manifest.config)
    return replace_page(callback_query, texts.listing(found), keyboards.settings(found))


async def show_one(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Show one setting."""
    found = await _read(admin, callback_data.name)
    return replace_page(callback_query, texts.one(found), keyboards.setting(found))


async def ask(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Ask for a new value."""
    name = callback_data.name
    found = await _read(admin, name)
    await admin.ask(Asking.setting, setting=name)
    keyboard = keyboards.timezones() if name == TIMEZONE else keyboards.back_to_setting(name)
    return replace_page(callback_query, texts.ask(found), keyboard)


async def take_value(message: Message, admin: AdminContext) -> Answers:
    """Show what the value that was typed would do."""
    name = admin.data["setting"]
    value = parse_setting(name, message.text or "")
    text, keyboard = await _preview(admin, await _read(admin, name), value)
    return [message.answer(text, reply_markup=keyboard)]


async def reset(
    callback_query: CallbackQuery, callback_data: SettingButton, admin: AdminContext
) -> Answers:
    """Show what the manifest's value would do."""
    found = await _read(admin, callback_data.name)
    return replace_page(callback_query, *await _preview(admin, found, found.default))


async def save(
    callback_query: CallbackQuery, callback_data: SaveSetting, admin: AdminContext
) -> Answers:
    """Save the value whose effect was shown; one far outside the usual after a second yes."""
    data = admin.require_token(callback_data.token)
    found = await _read(admin, data["setting"])
    value = data["value"]
    if found.name not in _NO_NUMBERS and not callback_data.sure:
        effect = effect_of(admin.economy.config, found, value)
        if effect.times is not None and value != found.value:
            keyboard = keyboards.confirm_setting(found.name, callback_data.token, sure=True)
            return replace_page(callback_query, texts.really(effect), keyboard)
    change = await _save(admin, found.name, value)
    saved = await _read(admin, found.name)
    text = f"✅ {texts.saved(change)}\n\n{texts.one(saved)}"
    return replace_page(callback_query, text, keyboards.setting(saved))


async def pick_timezone(
    callback_query: CallbackQuery, callback_data: PickTimezone, admin: AdminContext
) -> Answers:
    """Show what a time zone of the short list would do."""
    found = await _read(admin, TIMEZONE)
    name = parse_setting(TIMEZONE, callback_data.name)
    return replace_page(callback_query, *await _preview(admin, found, name))


async def _preview(
    admin: AdminContext, found: Setting, value: int | str
) -> tuple[str, InlineKeyboardMarkup]:
    """Remember a value until its button is pressed; return what it does, with the button."""
    data = {"value": value, "token": admin.update_id}
    await admin.ask(Asking.setting, setting=found.name, **data)  # another one may be typed
    keyboard = keyboards.confirm_setting(found.name, admin.update_id)
    if found.name == TIMEZONE:
        return texts.preview_timezone(str(value)), keyboard
    if found.name != LEVEL_FORMULA:
        return texts.effect(effect_of(admin.economy.config, found, int(value))), keyboard
    # What is in force, which is not what is stored if SQL by hand has stored nonsense.
    rows = preview(admin.economy.config.formula, LevelFormula(str(value)))
    return texts.preview(str(value), rows), keyboard


async def _read(admin: AdminContext, name: str) -> Setting:
    return await read_setting(admin.economy.connection, admin.manifest.config, name)


async def _save(admin: AdminContext, name: str, value: int | str) -> SettingChange:
    change = await change_setting(admin.economy, admin.id, name, value)
    admin.rules_changed()
    return change
