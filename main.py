"""Start Besitos: `python main.py --help` lists what it can do."""

import gc

# Nothing made while importing ever becomes garbage; looking through it again and again would be a
# quarter of what a short command such as `seed status` takes.
gc.disable()

from bot.cli import main  # noqa: E402 - the point is to import it now

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
