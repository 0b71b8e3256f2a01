"""Text with entities: Telegram's HTML, and those that it finds in plain text by itself."""
