"""/profile."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import Message, User
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.config import ConfigReader
from bot.gamification.profiles import read_profile
from bot.telegram import texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.register(show_profile, Command("profile"), F.from_user.as_("user"))
    return router


async def show_profile(
    message: Message, user: User, connection: AsyncConnection, config_reader: ConfigReader
) -> SendMessage:
    """Show balance, level and progress of the member who asks."""
    config = await config_reader.read(connection)
    profile = await read_profile(connection, user.id, config.level_formula)
    return message.answer(texts.profile(user.first_name, profile))
