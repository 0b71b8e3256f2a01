"""Which messages can be the answer to a question."""

from aiogram import F

#: A text that is no command: a command in the middle of a question is still a command.
ANSWER = (F.text, ~F.text.startswith("/"))
