"""The bot, members and chats that every sandbox starts with."""

from sandbox.values import GENERAL_ID, Chat, Topic, User

BOT = User(42, "Besitos", username="besitos_sandbox_bot", is_bot=True)

#: Telegram's own account, which copies channel posts into the linked group.
TELEGRAM = User(777000, "Telegram")

ANA = User(1001, "Ana", "García", username="ana", language_code="es")
LUIS = User(1002, "Luis", language_code="es")
EMMA = User(1003, "Emma", "Stone", username="emma_s", language_code="en")
# A name that breaks every bot which forgets to escape.
EVE = User(1004, "<b>Eve</b> & co", language_code="es")
# On the stage only: she has never opened the bot, which may not write to her.
NORA = User(1005, "Nora", language_code="es")

GROUP = Chat(-1001000000001, "supergroup", title="Club de Besitos")
CHANNEL = Chat(-1001000000002, "channel", title="Besitos Noticias")
# On the stage only: General is closed, so what the bot says there is lost.
FORUM = Chat(
    -1001000000003,
    "supergroup",
    title="Foro de Besitos",
    topics=(
        Topic(GENERAL_ID, "General", is_closed=True),
        Topic(2, "Charla"),
        Topic(3, "Juegos"),
    ),
)
# On the stage only: each post of the channel is copied into it.
DISCUSSION = Chat(-1001000000004, "supergroup", title="Noticias: comentarios")


def private_chat(member: User) -> Chat:
    """Return the chat between a member and the bot; its id is the member's."""
    return Chat(
        member.id,
        "private",
        username=member.username,
        first_name=member.first_name,
        last_name=member.last_name,
    )
