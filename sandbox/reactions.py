"""Reactions of members and of anonymous administrators."""

from collections.abc import Sequence

from sandbox.chats import ChatState
from sandbox.errors import SandboxError
from sandbox.serializers import Json, chat_json, reactions_json, user_json
from sandbox.state import State
from sandbox.values import Chat, User

# As the API has them: without variation selectors.
REACTION_EMOJI = frozenset(
    """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊
    🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾
    💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅
    🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀
    😡
    """.split()  # noqa: SIM905 - eighty quoted emoji read badly
)
# What the chat page offers.
PICKER = ("👍", "❤", "🔥", "🎉", "😁", "😢")


def react(
    state: State, chat_state: ChatState, message_id: int, emoji: Sequence[str], *, by: User | Chat
) -> None:
    """Replace someone's reactions on a message and tell the bot as Telegram would.

    Telegram tells it only where it is an administrator, and names no one in a channel.
    """
    _check(chat_state, message_id, emoji)
    before = chat_state.react(message_id, by.id, tuple(emoji))
    if before == tuple(emoji):
        return
    state.changes.notify()
    if not chat_state.bot_is_admin:
        return
    where: Json = {
        "chat": chat_json(chat_state.chat),
        "message_id": message_id,
        "date": state.now(),
    }
    if chat_state.chat.type == "channel":
        state.deliver(chat_state, "message_reaction_count", where | _counts(chat_state, message_id))
        return
    actor = {"user": user_json(by)} if isinstance(by, User) else {"actor_chat": chat_json(by)}
    change = {"old_reaction": reactions_json(before), "new_reaction": reactions_json(emoji)}
    state.deliver(chat_state, "message_reaction", where | actor | change)


def _check(chat_state: ChatState, message_id: int, emoji: Sequence[str]) -> None:
    unknown = set(emoji) - REACTION_EMOJI
    if unknown:
        raise SandboxError(f"Telegram has no reaction {' '.join(sorted(unknown))}.")
    if message_id not in chat_state.messages:
        raise SandboxError(f"There is no message {message_id} in chat {chat_state.chat.id}.")


def _counts(chat_state: ChatState, message_id: int) -> Json:
    counts = chat_state.reaction_counts(message_id)
    return {
        "reactions": [
            {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
            for emoji, count in counts.items()
        ]
    }
