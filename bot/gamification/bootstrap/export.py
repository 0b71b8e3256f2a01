"""A manifest written from what a database holds."""

import re
from typing import Any, Final

import tomlkit
from pydantic import ValidationError
from tomlkit.items import InlineTable, Item, Table

from bot.errors import reasons
from bot.gamification.bootstrap.manifest import Manifest, ManifestError
from bot.gamification.rewards.definition import CONDITION_FIELDS

#: How a wrong place names a reward; a person knows it by its key.
_INDEX: Final = re.compile(r"rewards\[(\d+)\]")


def write_manifest(values: dict[str, Any], manifest: Manifest) -> str:
    """Return exported `values` as TOML, with a comment where one differs from `manifest`.

    Applied to an empty database it gives the same settings and rewards. Raises `ManifestError`
    with what no manifest may say.
    """
    rewards = [_reward(key, fields) for key, fields in values["rewards"].items()]
    content = {"version": manifest.version, "config": values["config"], "rewards": rewards}
    try:
        Manifest.model_validate(content)
    except ValidationError as error:
        named = _INDEX.sub(
            lambda found: f"reward {rewards[int(found[1])]['key']!r}", reasons(error)
        )
        raise ManifestError(
            f"The database holds what no manifest may say ({named}); correct it, and export again."
        ) from error
    document = tomlkit.document()
    document.add(tomlkit.comment("Exported from a database; SEED_FILE names it to a bot."))
    document.add(tomlkit.nl())
    document.add("version", tomlkit.item(manifest.version))
    document.add("config", _table(values["config"], manifest.values["config"]))
    tables = tomlkit.aot()
    for reward in rewards:
        theirs = manifest.values["rewards"].get(reward["key"])
        default = theirs and {"key": reward["key"], **_reward(reward["key"], theirs)}
        tables.append(_table(reward, default))
    document.add("rewards", tables)
    if manifest.texts:
        document.add("texts", tomlkit.item(manifest.texts))
    return tomlkit.dumps(document)


def _reward(key: str, fields: dict[str, Any]) -> dict[str, Any]:
    conditions = [
        {name: part for name, part in zip(CONDITION_FIELDS, one, strict=True) if part is not None}
        for one in fields["conditions"] or ()
    ]
    return {"key": key, **fields, "conditions": conditions}


def _table(fields: dict[str, Any], default: dict[str, Any] | None) -> Table:
    table = tomlkit.table()
    for name, value in fields.items():
        if value is None:
            continue
        item = _item(value)
        if default is not None and default.get(name) != value:
            item.comment(f"default: {_inline(default.get(name))}")
        table.add(name, item)
    return table


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        return _inline_table(value)
    if isinstance(value, list):
        array = tomlkit.array()
        for one in value:
            array.append(_item(one))
        return array
    item: Item = tomlkit.item(value)
    return item


def _inline_table(value: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for name, one in value.items():
        table.append(name, _item(one))
    return table


def _inline(value: Any) -> str:
    return "none" if value is None else _item(value).as_string()
