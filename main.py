"""Entry point of Besitos: `python main.py --help` lists its commands."""

import gc

from bot.cli import main

if __name__ == "__main__":
    # What was imported stays: no collection looks through it again, nor does the one at the exit.
    gc.freeze()
    main()
