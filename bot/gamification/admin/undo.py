"""Undo of what an admin did, from its line of the audit trail: exactly what it changed, once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from bot.errors import BesitosError
from bot.gamification.account import User, load_account
from bot.gamification.admin.accounts import MemberNotFound
from bot.gamification.admin.audit import Action, AuditRow, read_line, record
from bot.gamification.admin.conditions import as_drafted, lock_reward, write_conditions
from bot.gamification.admin.rewards import read_reward, write_fields
from bot.gamification.admin.settings import (
    LEVEL_FORMULA,
    read_raw,
    validated_setting,
    write_setting,
)
from bot.gamification.config import SETTINGS, ConfigDefinition
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, post
from bot.gamification.models import AdminActionRow, UserRow
from bot.gamification.rewards.definition import CONDITION_FIELDS
from bot.gamification.rewards.withdrawal import withdraw_unlocked
from bot.gamification.types import RewardType, TransactionType


class NotUndoable(BesitosError):
    """There is no such line, it is an undo itself, or nobody can tell what it changed."""


class AlreadyUndone(BesitosError):
    """The line was undone before."""


class AlreadySpent(BesitosError):
    """The grant was spent, or taken by another; `missing` besitos are not there any more."""

    def __init__(self, missing: int) -> None:
        """Say how many are missing."""
        super().__init__(f"The member lacks {missing} of the besitos; nothing was undone.")
        self.missing = missing


class ChangedSince(BesitosError):
    """What the line changed has another value by now; `admin` changed it, None if no line says."""

    def __init__(self, admin: str | None) -> None:
        """Say who."""
        super().__init__(f"It was changed since by {admin or 'somebody'}; change it by hand.")
        self.admin = admin


@dataclass(frozen=True, slots=True)
class Undone:
    """The line that was undone, and whose balance changed by how many besitos, if anybody's.

    `locale` is the language that they have chosen to be talked to in.
    """

    line: AuditRow
    member: User | None = None
    amount: int = 0
    locale: str | None = None


async def read_undoable(economy: EconomyContext, line_id: int) -> AuditRow:
    """Return a line that can be undone. Raises `NotUndoable` or `AlreadyUndone`."""
    line = await read_line(economy.connection, line_id)
    if line is None or not can_undo(line):
        raise NotUndoable("That cannot be undone; change it by hand.")
    if line.is_undone:
        raise AlreadyUndone("That was undone already.")
    return line


def can_undo(line: AuditRow) -> bool:
    """Return whether a line is one of those that can be undone, once."""
    return line.action in _UNDO and line.undoes is None


async def undo(
    economy: EconomyContext, defaults: ConfigDefinition, admin_id: int, line_id: int
) -> Undone:
    """Take back what a line of the audit trail changed, and write a line about that.

    `defaults` are in force for a setting that is unset by it. The caller invalidates `RulesCache`
    once this is committed. Raises `NotUndoable`, `AlreadyUndone`, `AlreadySpent`, `ChangedSince`,
    `NameTaken`, `MemberNotFound` or `RewardNotFound`; the transaction must be rolled back then.
    """
    # Two admins at once: the second waits here, and then finds the first one's line.
    locked = select(AdminActionRow.id).where(AdminActionRow.id == line_id).with_for_update()
    await economy.connection.execute(locked)
    line = await read_undoable(economy, line_id)
    undone, before, after = await _UNDO[line.action](economy, admin_id, defaults, line)
    await record(
        economy, admin_id, Action.UNDO, line.target, before=before, after=after, undoes=line.id
    )
    return undone


_Result = tuple[Undone, Any, Any]


async def _undo_adjustment(
    economy: EconomyContext, _admin_id: int, _defaults: ConfigDefinition, line: AuditRow
) -> _Result:
    amount = _mapping(line.after).get("amount")
    if type(amount) is not int or not amount or line.created_at is None:
        raise NotUndoable("Nobody can tell how many besitos that were; book them by hand.")
    found = await load_account(economy, _target_id(line))
    if found is None:
        raise MemberNotFound("There is no such member any more.")
    member, account = found
    if account.balance < amount:
        raise AlreadySpent(amount - account.balance)
    kind = TransactionType.ADMIN_GRANT if amount > 0 else TransactionType.ADMIN_TAKE
    posted = await post(economy, account, [LedgerEntry(-amount, kind, f"undo:{line.id}")])
    if not posted.amounts:
        raise AlreadyUndone("That was undone already.")
    if amount > 0:
        await withdraw_unlocked(economy, account, posted.account, line.created_at)
    balances = {"balance": account.balance}, {"balance": posted.account.balance, "amount": -amount}
    return Undone(line, member, -amount, account.locale), *balances


async def _undo_setting(
    economy: EconomyContext, admin_id: int, defaults: ConfigDefinition, line: AuditRow
) -> _Result:
    name = line.target.partition(":")[2]
    if name not in SETTINGS:
        raise NotUndoable("There is no such setting any more.")
    if await read_raw(economy, name) != line.after:
        raise await _changed_since(economy, line, lambda _: True)
    before = None if line.before is None else validated_setting(name, line.before)
    formula = str(before or defaults.level_formula) if name == LEVEL_FORMULA else ""
    await write_setting(economy, admin_id, name, before, formula)
    return Undone(line), line.after, before


async def _undo_edit(
    economy: EconomyContext, _admin_id: int, _defaults: ConfigDefinition, line: AuditRow
) -> _Result:
    before, after = _mapping(line.before), _mapping(line.after)
    await _put_back(economy, line, before, after)
    return Undone(line), after, before


async def _undo_creation(
    economy: EconomyContext, _admin_id: int, _defaults: ConfigDefinition, line: AuditRow
) -> _Result:
    """Retire the reward: members may have unlocked it at this very moment."""
    retired, active = {"is_active": False}, {"is_active": True}
    await _put_back(economy, line, retired, active)
    return Undone(line), active, retired


async def _put_back(
    economy: EconomyContext, line: AuditRow, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Give a reward the fields of `before` where it still has those of `after`."""
    reward_id = _target_id(line)
    await lock_reward(economy, reward_id)
    reward = await read_reward(economy, reward_id)
    now = {
        "name": reward.name,
        "description": reward.description,
        "reward_type": reward.type.value,
        "reward_value": reward.value,
        "is_active": reward.is_active,
        "is_repeatable": reward.is_repeatable,
        "is_secret": reward.is_secret,
        "claim_window_hours": reward.claim_window_hours,
        "conditions": _triples(as_drafted(reward.conditions)),
    }
    if not before.keys() == after.keys() <= now.keys():
        raise NotUndoable("Nobody can tell what that changed; change it by hand.")
    for name, value in after.items():
        if now[name] != (_triples(value) if name == "conditions" else value):
            raise await _changed_since(economy, line, lambda other: name in other)  # noqa: B023
    fields = {name: _column_value(name, value) for name, value in before.items()}
    conditions = fields.pop("conditions", None)
    if fields:
        await write_fields(economy, reward_id, fields)
    if conditions is not None:
        await write_conditions(economy, reward_id, conditions)


async def _changed_since(
    economy: EconomyContext, line: AuditRow, concerns: Callable[[Any], bool]
) -> ChangedSince:
    """Return who was the last to change what a line had changed."""
    statement = (
        select(AdminActionRow.admin_id, UserRow.first_name, AdminActionRow.after)
        .outerjoin(UserRow, UserRow.user_id == AdminActionRow.admin_id)
        .where(AdminActionRow.target == line.target, AdminActionRow.id > line.id)
        .order_by(AdminActionRow.id.desc())
    )
    for row in await economy.connection.execute(statement):
        if concerns(row.after):
            return ChangedSince(row.first_name or str(row.admin_id))
    return ChangedSince(None)


def _target_id(line: AuditRow) -> int:
    return int(line.target.partition(":")[2])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _column_value(name: str, value: Any) -> Any:
    if name == "conditions":
        return [dict(zip(CONDITION_FIELDS, triple, strict=True)) for triple in _triples(value)]
    return RewardType(value) if name == "reward_type" else value


def _triples(conditions: Any) -> list[tuple[Any, ...]]:
    """Return conditions, by name or as the seed has them, in one order."""
    triples = [
        tuple(one[name] for name in CONDITION_FIELDS) if isinstance(one, dict) else tuple(one)
        for one in conditions
    ]
    return sorted(triples, key=str)


_Undo = Callable[[EconomyContext, int, ConfigDefinition, AuditRow], Awaitable[_Result]]
_UNDO: Final[Mapping[str, _Undo]] = {
    Action.GRANT: _undo_adjustment,
    Action.TAKE: _undo_adjustment,
    Action.CHANGE_SETTING: _undo_setting,
    Action.EDIT_REWARD: _undo_edit,
    Action.RESTORE_REWARD: _undo_edit,
    Action.CREATE_REWARD: _undo_creation,
}
