"""The economy and what seeds it; nothing below here knows Telegram's framework."""
