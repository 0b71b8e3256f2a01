"""Exit codes and settings, as `--help` shows them below the commands."""

from typing import Final

#: What shells expect of a program that a signal ended: 128 and the signal's number.
INTERRUPTED: Final = 130
TERMINATED: Final = 143

EXIT_CODES: Final = {
    0: "done, or well",
    1: "a failure, in one sentence on stderr",
    2: "wrong usage or settings",
    3: "`seed status`: a start would change something; `doctor`: something is wrong",
    INTERRUPTED: "interrupted by Ctrl-C; what was under way has been rolled back",
    TERMINATED: "the same by SIGTERM; a bot that runs ends with 0",
}

SETTINGS: Final = {
    "BOT_TOKEN": "the token from @BotFather; only a running bot needs it",
    "DATABASE_URL": "sqlite+aiosqlite:///besitos.db unless set, or postgresql://…",
    "ADMIN_IDS": "Telegram ids of those who may open /admin, by commas",
    "ALLOWED_CHATS": "ids of the chats in which besitos are paid; every chat unless set",
    "SEED_FILE": "a manifest of your own instead of the shipped defaults",
    "TELEGRAM_API_URL": "another Bot API server",
    "TELEGRAM_PROXY": "a proxy in front of Telegram, http://, socks4:// or socks5://",
    "WEBHOOK_URL": "the address to announce; polling without it",
    "WEBHOOK_PATH": "the local path, where a proxy strips a prefix",
    "WEBHOOK_SECRET": "what Telegram proves itself by; derived from the token unless set",
    "HTTP_HOST": "where webhook and health listen (127.0.0.1)",
    "HTTP_PORT": "their port (8080 with a webhook, else none)",
    "PORT": "the same as hosts hand it out, at every address",
    "LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
    "LOG_FORMAT": "text or json",
    "BOOTSTRAP_LOCK_TIMEOUT": "seconds to wait for another start (60)",
    "DATABASE_WAIT_TIMEOUT": "seconds to wait for a database that starts (30)",
    "DATABASE_TIMEOUT": "seconds for one statement (30)",
    "DATABASE_POOL_SIZE": "connections to PostgreSQL at most (15)",
}


def epilog() -> str:
    """Return both, a line each."""
    return "\n".join(
        [
            "Exit codes",
            *(f"{code}: {words}" for code, words in EXIT_CODES.items()),
            "",
            "Settings, in the environment or in .env",
            *(f"{name}: {words}" for name, words in SETTINGS.items()),
        ]
    )
