"""`answerCallbackQuery`, `setMessageReaction`: answers to what members do to a message."""

from sandbox.errors import bad_request
from sandbox.formatting.entities import utf16_length
from sandbox.methods.base import Backend, find_message, find_writable_chat, method
from sandbox.parameters import Parameters
from sandbox.reactions import REACTION_EMOJI
from sandbox.values import CallbackAnswer

MAX_ANSWER = 200


@method("answerCallbackQuery")
async def answer_callback_query(backend: Backend, parameters: Parameters) -> object:
    """Answer a press, once; return True."""
    text = parameters.text("text")
    if utf16_length(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    state = backend.state
    query = state.open_queries.pop(parameters.text("callback_query_id"), None)
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    state.answers[query.id] = CallbackAnswer(
        number=len(state.answers) + 1,
        query=query,
        text=text,
        show_alert=parameters.flag("show_alert"),
        url=parameters.text("url") or None,
    )
    state.changes.notify()
    return True


@method("setMessageReaction")
async def set_message_reaction(backend: Backend, parameters: Parameters) -> object:
    """Set or take away the bot's one reaction; bots get no update about reactions of bots."""
    chat_state = find_writable_chat(backend, parameters)
    message = find_message(chat_state, parameters, "react")
    emoji = _emoji(parameters.nested("reaction", "reaction"))
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not REACTION_EMOJI.issuperset(emoji):
        raise bad_request("REACTION_INVALID")
    chat_state.react(message.message_id, backend.state.bot.id, emoji)
    backend.state.changes.notify()
    return True


def _emoji(reactions: object) -> tuple[str, ...]:
    if reactions is None:
        return ()
    if not isinstance(reactions, list) or not all(isinstance(one, dict) for one in reactions):
        raise bad_request("can't parse reaction types JSON object")
    return tuple(str(reaction.get("emoji")) for reaction in reactions)
