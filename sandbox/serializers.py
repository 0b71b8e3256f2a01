"""Values as the JSON objects of the Bot API."""

from collections.abc import Sequence

from sandbox.values import (
    BotStatus,
    Button,
    CallbackQuery,
    Chat,
    Entity,
    FormattedText,
    Keyboard,
    Message,
    Origin,
    Photo,
    User,
)

Json = dict[str, object]

_EVERY_RIGHT = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_post_messages",
    "can_edit_messages",
    "can_pin_messages",
)


def user_json(user: User) -> Json:
    """Return a `User`."""
    return _present(
        id=user.id,
        is_bot=user.is_bot,
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
        language_code=user.language_code,
    )


def chat_json(chat: Chat) -> Json:
    """Return a `Chat`."""
    return _present(
        id=chat.id,
        type=chat.type,
        title=chat.title,
        username=chat.username,
        first_name=chat.first_name,
        last_name=chat.last_name,
        is_forum=True if chat.topics else None,
    )


def entity_json(entity: Entity) -> Json:
    """Return a `MessageEntity`."""
    return _present(
        type=entity.type,
        offset=entity.offset,
        length=entity.length,
        url=entity.url,
        language=entity.language,
        user=user_json(entity.user) if entity.user else None,
    )


def keyboard_json(keyboard: Keyboard) -> list[list[Json]]:
    """Return the rows of an `InlineKeyboardMarkup`."""
    return [[_button_json(button) for button in row] for row in keyboard]


def message_json(message: Message, *, with_reply: bool = True) -> Json:
    """Return a `Message`; the message that it replies to comes without its own reply."""
    body = _present(
        message_id=message.message_id,
        date=message.date,
        chat=chat_json(message.chat),
        sender_chat=chat_json(message.chat) if message.sender is None else None,
        edit_date=message.edit_date,
    )
    if message.sender:
        body["from"] = user_json(message.sender)
    if message.thread_id is not None:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if message.origin:
        body |= _copy_json(message.origin)
    if with_reply and message.reply_to:
        body["reply_to_message"] = message_json(message.reply_to, with_reply=False)
    if message.keyboard:
        body["reply_markup"] = {"inline_keyboard": keyboard_json(message.keyboard)}
    if message.photo:
        body["photo"] = [_photo_json(message.photo)]
        return body | _text_json(message.formatted, "caption", "caption_entities")
    return body | _text_json(message.formatted, "text", "entities")


def callback_query_json(query: CallbackQuery, message: Message | None) -> Json:
    """Return a `CallbackQuery`; a message that is gone comes as `InaccessibleMessage`."""
    gone = {"chat": chat_json(query.chat), "message_id": query.message_id, "date": 0}
    return {
        "id": query.id,
        "from": user_json(query.member),
        "message": message_json(message) if message else gone,
        "chat_instance": str(abs(query.chat.id) * 7919),
        "data": query.data,
    }


def reactions_json(emoji: Sequence[str]) -> list[Json]:
    """Return a list of `ReactionTypeEmoji`."""
    return [{"type": "emoji", "emoji": one} for one in emoji]


def bot_member_json(bot: User, status: BotStatus) -> Json:
    """Return the bot's `ChatMember` of any status."""
    body: Json = {"status": status, "user": user_json(bot)}
    if status == "administrator":
        body |= dict.fromkeys(_EVERY_RIGHT, True)
        body |= {"can_be_edited": False, "is_anonymous": False}
    if status == "kicked":
        body["until_date"] = 0
    return body


def _copy_json(origin: Origin) -> Json:
    chat = chat_json(origin.chat)
    origin_json = {
        "type": "channel",
        "chat": chat,
        "message_id": origin.message_id,
        "date": origin.date,
    }
    return {"sender_chat": chat, "is_automatic_forward": True, "forward_origin": origin_json}


def _text_json(formatted: FormattedText, text_key: str, entities_key: str) -> Json:
    body: Json = {text_key: formatted.text} if formatted.text else {}
    if formatted.entities:
        body[entities_key] = [entity_json(entity) for entity in formatted.entities]
    return body


def _button_json(button: Button) -> Json:
    return _present(
        text=button.text,
        callback_data=button.callback_data,
        url=button.url,
        style=button.style,
    )


def _photo_json(photo: Photo) -> Json:
    return {
        "file_id": photo.file_id,
        "file_unique_id": photo.file_unique_id,
        "width": photo.width,
        "height": photo.height,
        "file_size": len(photo.content),
    }


def _present(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
