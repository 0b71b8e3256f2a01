"""Everything the bot says, in Spanish. Whatever came from a member is escaped here."""

from html import escape

from bot.gamification.profiles import Profile

BAR_LENGTH = 10

COMMANDS = {
    "start": "Empezar",
    "profile": "Tu nivel y tus besitos",
    "help": "Qué puedo hacer",
}

HELP = "\n".join(
    [
        "💋 <b>Besitos</b> es la moneda de esta comunidad.",
        "",
        *(f"/{command} – {purpose}" for command, purpose in COMMANDS.items()),
    ]
)

FAILED = "Algo ha salido mal y no se ha cambiado nada. Inténtalo de nuevo en un momento."


def welcome(first_name: str) -> str:
    """Greet a member."""
    return (
        f"¡Hola, {escape(first_name)}! 💋\n"
        "Aquí se ganan <b>besitos</b>. Mira los tuyos con /profile o lee /help."
    )


def profile(first_name: str, profile: Profile) -> str:
    """Show balance, level and the way to the next one."""
    return "\n".join(
        [
            f"👤 <b>{escape(first_name)}</b>",
            f"💋 Saldo: <b>{number(profile.balance)}</b> besitos",
            f"⭐ Nivel <b>{profile.level}</b>",
            _way_to_next_level(profile),
        ]
    )


def number(value: int) -> str:
    """Group thousands as Spanish does: 12 345."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")


def _way_to_next_level(profile: Profile) -> str:
    if profile.next_level_at is None:
        return "Has llegado al nivel más alto."
    done = int(profile.progress * BAR_LENGTH)
    bar = "▰" * done + "▱" * (BAR_LENGTH - done)
    return f"{bar} {number(profile.total_earned)}/{number(profile.next_level_at)}"
