"""What the operator types: `python main.py …`."""

from bot.cli.main import main

__all__ = ["main"]
