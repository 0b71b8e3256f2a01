"""What happens around every update, whatever its kind."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.types import TelegramObject

#: The rest of the way: the middlewares further inside, and the handler.
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
