"""Text with entities: Telegram's HTML, and what it finds in plain text by itself."""
