"""See and change the economy's settings."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.gamification.admin.levels import preview
from bot.gamification.admin.settings import (
    LEVEL_FORMULA,
    SettingChange,
    change_setting,
    parse_setting,
    read_setting,
    read_settings,
)
from bot.gamification.level_formula import LevelFormula
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    Go,
    SaveFormula,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.routers.admin.filters import Answer
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import settings as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    press = router.callback_query
    press.register(show_all, Go.filter(F.section == Section.SETTINGS))
    press.register(show_one, SettingButton.filter(F.action == SettingAction.SHOW))
    press.register(ask, SettingButton.filter(F.action == SettingAction.ASK))
    press.register(reset, SettingButton.filter(F.action == SettingAction.RESET))
    press.register(save_formula, SaveFormula.filter())
    router.message.register(take_value, Asking.setting, Answer())
    return router


async def show_all(callback_query: CallbackQuery, desk: Desk) -> Answers:
    """List the settings."""
    found = await read_settings(desk.economy.connection, desk.manifest.config)
    return turn_to(callback_query, texts.listing(found), keyboards.settings(found))


async def show_one(
    callback_query: CallbackQuery, callback_data: SettingButton, desk: Desk
) -> Answers:
    """Show one setting."""
    found = await read_setting(desk.economy.connection, desk.manifest.config, callback_data.name)
    return turn_to(callback_query, texts.one(found), keyboards.setting(found))


async def ask(callback_query: CallbackQuery, callback_data: SettingButton, desk: Desk) -> Answers:
    """Ask for a new value."""
    name = callback_data.name
    found = await read_setting(desk.economy.connection, desk.manifest.config, name)
    await desk.ask(Asking.setting, setting=name)
    return turn_to(callback_query, texts.ask(found), keyboards.back_to_setting(name))


async def take_value(message: Message, desk: Desk) -> Answers:
    """Set the value that was typed, or show what a formula would do."""
    name = desk.known["setting"]
    value = parse_setting(name, message.text or "")
    if name == LEVEL_FORMULA:
        text, keyboard = await _preview(desk, str(value))
        return [message.answer(text, reply_markup=keyboard)]
    change = await _save(desk, name, value)
    await desk.close()
    found = await read_setting(desk.economy.connection, desk.manifest.config, name)
    text = f"✅ {texts.saved(change)}\n\n{texts.one(found)}"
    return [message.answer(text, reply_markup=keyboards.setting(found))]


async def reset(callback_query: CallbackQuery, callback_data: SettingButton, desk: Desk) -> Answers:
    """Set the manifest's value, for a formula after a look at what it does."""
    found = await read_setting(desk.economy.connection, desk.manifest.config, callback_data.name)
    if found.name == LEVEL_FORMULA:
        text, keyboard = await _preview(desk, str(found.default))
        return turn_to(callback_query, text, keyboard)
    await _save(desk, found.name, found.default)
    return await show_one(callback_query, callback_data, desk)


async def save_formula(
    callback_query: CallbackQuery, callback_data: SaveFormula, desk: Desk
) -> Answers:
    """Save the formula that was previewed, and re-level everybody."""
    known = desk.known_for(callback_data.asked)
    change = await _save(desk, LEVEL_FORMULA, known["formula"])
    found = await read_setting(desk.economy.connection, desk.manifest.config, LEVEL_FORMULA)
    text = f"✅ {texts.saved(change)}\n\n{texts.one(found)}"
    return turn_to(callback_query, text, keyboards.setting(found))


async def _preview(desk: Desk, formula: str) -> tuple[str, InlineKeyboardMarkup]:
    """Remember a formula until its button is pressed; return what it does, with the button."""
    # What is in force, which is not what is stored if SQL by hand has stored nonsense.
    rows = preview(desk.economy.config.level_formula, LevelFormula(formula))
    known = {"formula": formula, "asked": desk.update_id}
    await desk.ask(Asking.setting, setting=LEVEL_FORMULA, **known)  # another one may be typed
    return texts.preview(formula, rows), keyboards.confirm_formula(LEVEL_FORMULA, desk.update_id)


async def _save(desk: Desk, name: str, value: int | str) -> SettingChange:
    change = await change_setting(desk.economy, desk.admin_id, name, value)
    desk.rules_changed()
    return change
