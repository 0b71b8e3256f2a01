"""One more setting in a copy of the bot: its five places, and a child that tries it out there."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from bot.database.engine import create_engine
from bot.gamification.admin.settings import change_setting, parse_setting, read_setting
from bot.gamification.bootstrap.manifest import load_manifest
from bot.telegram.i18n import make_i18n
from bot.telegram.texts.admin import settings as texts
from tests.support.economy import LiveEconomy
from tests.support.programs import ROOT

NAME: Final = "besitos_gift_extra"
DEFAULT: Final = 7
REVISION: Final = "9000"
DECLARATION: Final = f"""
    {NAME}: Besitos = Field(
        title=_("Extra del regalo"),
        description=_("Se suma a cada regalo."),
    )
"""
MIGRATION: Final = f"""
import sqlalchemy as sa
from alembic import op

revision = "{REVISION}"
down_revision = "{{head}}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bot_config") as batch:
        batch.add_column(sa.Column("{NAME}", sa.Integer()))
        batch.create_check_constraint(op.f("ck_bot_config_gift_extra"), "{NAME} >= 0")


def downgrade() -> None:
    with op.batch_alter_table("bot_config") as batch:
        batch.drop_constraint(op.f("ck_bot_config_gift_extra"), type_="check")
        batch.drop_column("{NAME}")
"""
ENGLISH: Final = """
msgid "Extra del regalo"
msgstr "Gift extra"

msgid "Se suma a cada regalo."
msgstr "Added to each gift."
"""


def add_setting(folder: Path) -> set[str]:
    """Copy the bot into `folder` with one setting more; return the files that took."""
    shutil.copytree(ROOT / "bot", folder / "bot")  # with its bytecode: compiling takes seconds
    for name in ("main.py", "alembic.ini"):
        shutil.copy(ROOT / name, folder)
    economy = folder / "bot/gamification"
    migrations = next(folder.glob("bot/**/versions"))
    head = max(file.name for file in migrations.glob("0*.py")).partition("_")[0]
    new = migrations / f"{REVISION}_gift_extra.py"
    new.write_text(MIGRATION.format(head=head), encoding="utf-8")
    gift = "economy.config.besitos_daily_gift"
    edits = {
        economy / "config.py": ("\n\n\nSETTINGS: Final", f"{DECLARATION}\n\nSETTINGS: Final"),
        economy / "bootstrap/defaults.toml": (
            "\n[[rewards]]",
            f"{NAME} = {DEFAULT}\n\n[[rewards]]",
        ),
        economy / "daily_gift.py": (gift, f"{gift} + economy.config.{NAME}"),
        folder / "bot/telegram/locales/en.po": ("\n\n", f"\n{ENGLISH}\n"),
    }
    for file, (before, after) in edits.items():
        text = file.read_text(encoding="utf-8")
        assert before in text, file
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return {str(file.relative_to(folder)) for file in (new, *edits)}


async def _try_out(url: str) -> dict[str, object]:
    """Take a gift, look at the setting in both languages, and change it as an admin does."""
    engine = create_engine(make_url(url))
    try:
        live = LiveEconomy(engine)
        gift = (await live.take_gift()).gift
        async with live.turn() as (economy, _):
            setting = await read_setting(economy.connection, load_manifest().config, NAME)
            change = await change_setting(economy, 1, NAME, parse_setting(NAME, "1 000"))
    finally:
        await engine.dispose()
    i18n = make_i18n()
    pages = {}
    for language in ("es", "en"):
        with i18n.context(), i18n.use_locale(language):
            pages[language] = texts.one(setting).splitlines()[:2]
    return {"gift": gift, "pages": pages, "change": [change.before, change.after]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_try_out(sys.argv[1]))))
