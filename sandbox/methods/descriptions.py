"""`setMyDescription` and `setMyShortDescription`: what is read before the first message."""

from sandbox.errors import bad_request
from sandbox.methods.base import Backend, method
from sandbox.parameters import Parameters

MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120


@method("setMyDescription")
async def set_my_description(backend: Backend, parameters: Parameters) -> object:
    """Replace the text of an empty chat with the bot, in a language."""
    return _put(backend, parameters, "description", MAX_DESCRIPTION)


@method("getMyDescription")
async def get_my_description(backend: Backend, parameters: Parameters) -> object:
    """Return it."""
    return _get(backend, parameters, "description")


@method("setMyShortDescription")
async def set_my_short_description(backend: Backend, parameters: Parameters) -> object:
    """Replace the text of the bot's profile, in a language."""
    return _put(backend, parameters, "short_description", MAX_SHORT_DESCRIPTION)


@method("getMyShortDescription")
async def get_my_short_description(backend: Backend, parameters: Parameters) -> object:
    """Return it."""
    return _get(backend, parameters, "short_description")


def _put(backend: Backend, parameters: Parameters, name: str, longest: int) -> bool:
    text = parameters.text(name)
    if len(text) > longest:
        raise bad_request(f"BOT_{name.upper()}_TOO_LONG")
    backend.descriptions[name, parameters.text("language_code")] = text
    return True


def _get(backend: Backend, parameters: Parameters, name: str) -> dict[str, str]:
    """Return a language's text, or that of all languages without their own, as Telegram does."""
    texts = backend.descriptions
    return {name: texts.get((name, parameters.text("language_code")), texts.get((name, ""), ""))}
