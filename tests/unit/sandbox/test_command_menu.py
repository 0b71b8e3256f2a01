from sandbox.command_menu import DEFAULT_SCOPE, Command, CommandMenu
from sandbox.fixtures import ANA, GROUP, private_chat

DEFAULT = (Command("start", "Start"),)
SPANISH = (Command("start", "Empezar"),)
GROUPS = (Command("top", "Top"),)


def test_narrowest_scope_then_language() -> None:
    """A member sees the menu of the narrowest scope, in their language if there is one."""
    menu = CommandMenu()
    menu.put(DEFAULT_SCOPE, "", DEFAULT)
    menu.put(DEFAULT_SCOPE, "es", SPANISH)
    menu.put({"type": "all_group_chats"}, "", GROUPS)
    private = private_chat(ANA)

    actual = [
        menu.shown_to(private, "es"),
        menu.shown_to(private, "en"),
        menu.shown_to(GROUP, "es"),
    ]

    assert actual == [SPANISH, DEFAULT, GROUPS]


def test_no_commands_remove_the_menu() -> None:
    """Setting an empty menu falls back to the wider one."""
    menu = CommandMenu()
    menu.put(DEFAULT_SCOPE, "", DEFAULT)
    menu.put({"type": "all_group_chats"}, "", GROUPS)
    menu.put({"type": "all_group_chats"}, "", ())

    assert menu.shown_to(GROUP, None) == DEFAULT
