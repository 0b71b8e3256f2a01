"""The operator's command line: `python main.py …`."""

import sys

try:
    from bot.cli.main import main
except KeyboardInterrupt:
    # Imports take a second, and Ctrl-C in it is no failure to be shown in full.
    sys.stderr.write("Interrupted; nothing was under way yet.\n")
    sys.exit(130)  # epilog.INTERRUPTED, whose import would be one more that nobody guards

__all__ = ["main"]
