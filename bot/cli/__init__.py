"""The operator's command line: `python main.py …`."""

from bot.cli.main import main

__all__ = ["main"]
