"""The economy and its bootstrap; nothing below here knows Telegram's framework."""
