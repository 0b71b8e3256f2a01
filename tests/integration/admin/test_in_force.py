"""A change is in force here as soon as it is committed, and not before."""

import pytest

from tests.integration.admin.panel import ANA, Panel
from tests.support.economy import count_rows


async def open_question(panel: Panel) -> None:
    await panel.say("/admin")
    await panel.press("Ajustes")
    await panel.press("Regalo diario")
    await panel.press("Cambiar")


async def test_failed_commit_forgets_nothing(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the commit fails nothing has changed, and the same update works the next time."""
    forgotten = []
    monkeypatch.setattr(panel.dispatcher["rules"], "invalidate", lambda: forgotten.append(1))
    await open_question(panel)
    await panel.say("60")

    with monkeypatch.context() as patch:
        patch.setattr("bot.gamification.admin.settings.record", _failing)
        with pytest.raises(RuntimeError, match="pulled the plug"):
            await panel.press("Guardar")
    unchanged = await count_rows(panel.engine, "bot_config", "besitos_daily_gift = 50")
    assert ([], 1) == (forgotten, unchanged)

    await panel.again()

    assert [1] == forgotten
    assert 1 == await count_rows(panel.engine, "bot_config", "besitos_daily_gift = 60")
    assert 1 == await count_rows(panel.engine, "admin_actions")


async def test_in_force_with_the_next_update(panel: Panel) -> None:
    """The rules that the dispatcher has cached is read again."""
    await panel.say("/profile", who=ANA)
    await open_question(panel)
    await panel.say("60")
    await panel.press("Guardar")

    await panel.say("/daily", who=ANA)

    assert "Regalo diario: +60 besitos" in panel.sent_to(ANA)[0]


async def _failing(*_: object, **__: object) -> None:
    raise RuntimeError("somebody pulled the plug")
