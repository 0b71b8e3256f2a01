"""`answerCallbackQuery`, `setMessageReaction`: answers to what members do to a message."""

from sandbox.emoji import REACTION_EMOJI
from sandbox.errors import bad_request
from sandbox.methods.addressing import find_message, find_writable_room
from sandbox.methods.registry import Backend, method
from sandbox.parameters import Parameters
from sandbox.values import CallbackAnswer

MAX_ANSWER = 200


@method("answerCallbackQuery")
async def answer_callback_query(backend: Backend, parameters: Parameters) -> object:
    """Answer a press, once."""
    text = parameters.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    world = backend.world
    query = world.open_queries.pop(parameters.text("callback_query_id"), None)
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    world.answers[query.id] = CallbackAnswer(
        number=len(world.answers) + 1,
        query=query,
        text=text,
        show_alert=parameters.flag("show_alert"),
        url=parameters.text("url") or None,
    )
    world.changes.notify()
    return True


@method("setMessageReaction")
async def set_message_reaction(backend: Backend, parameters: Parameters) -> object:
    """Set or take away the bot's one reaction; bots get no update about reactions of bots."""
    room = find_writable_room(backend, parameters)
    message = find_message(room, parameters, "react")
    emoji = _emoji(parameters.nested("reaction", "reaction"))
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not REACTION_EMOJI.issuperset(emoji):
        raise bad_request("REACTION_INVALID")
    room.react(message.message_id, backend.world.bot.id, emoji)
    backend.world.changes.notify()
    return True


def _emoji(reactions: object) -> tuple[str, ...]:
    if reactions is None:
        return ()
    if not isinstance(reactions, list) or not all(isinstance(one, dict) for one in reactions):
        raise bad_request("can't parse reaction types JSON object")
    return tuple(str(reaction.get("emoji")) for reaction in reactions)
