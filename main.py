"""Start Besitos: `python main.py --help` lists what it can do."""

from bot.cli import main

if __name__ == "__main__":
    main()
