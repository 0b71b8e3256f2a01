"""Registration of users: a user row, an account and search terms, made once, safe against races."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final
from unicodedata import combining, normalize

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Delete,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.compiled import CompiledStatement
from bot.database.constructs import Insert, insert
from bot.errors import BesitosError
from bot.gamification.account import Account, User, load_account
from bot.gamification.context import EconomyContext
from bot.gamification.forgetting import recognise
from bot.gamification.models import AccountRow, MemberNameRow, UserRow

#: Letters of a member's search term, and words of a name from each of which on one begins; more
#: words are somebody's joke.
LONGEST: Final = 64
MOST_WORDS: Final = 8
_WORD: Final = re.compile(r"[^\W_]+")
#: The language to talk to a member in: the one chosen, or else that of their Telegram.
SPOKEN: Final = func.coalesce(UserRow.locale, UserRow.language_code)
_FACTS: Final = ("username", "first_name", "language_code")
_member = bindparam("member", type_=BigInteger)


class NobodyKnown(BesitosError):
    """Whoever writes as a group or a channel could be anybody, and has no account."""


class UserVanished(BesitosError):
    """A member was deleted while their update was at work."""


async def find_account(economy: EconomyContext, user: User) -> Account | None:
    """Return the account of `user`, None for somebody new; a new name of theirs is written down.

    A known member costs one SELECT.
    """
    known = await load_account(economy, user.user_id)
    if known is None:
        return None
    if known[0] == user:
        return known[1]
    await register_user(economy.connection, user)
    return await _registered(economy, user)


async def create_account(economy: EconomyContext, user: User) -> Account:
    """Register `user`, and return the account.

    It is written race-safely, since another replica may be registering them at the same moment.
    """
    await register_user(economy.connection, user, is_new=True)
    await recognise(economy.connection, user.user_id)
    return await _registered(economy, user)


async def _registered(economy: EconomyContext, user: User) -> Account:
    registered = await load_account(economy, user.user_id)
    if registered is None:
        raise UserVanished(f"Member {user.user_id} was deleted meanwhile; try again.")
    return registered[1]


async def choose_language(connection: AsyncConnection, user_id: int, locale: str | None) -> None:
    """Remember a member's language, None for that of their Telegram."""
    known = update(UserRow).where(UserRow.user_id == user_id)
    await connection.execute(known.values(locale=locale))


async def register_user(connection: AsyncConnection, user: User, *, is_new: bool = False) -> None:
    """Write the user row with the names to find it by and, unless it is there, the account.

    On PostgreSQL that is one round trip. Who `is_new` has no names of before to be forgotten.
    """
    terms = sorted(search_terms(user.first_name, user.username))
    parameters = {
        "member": user.user_id,
        "username": user.username,
        "first_name": user.first_name,
        "language_code": user.language_code,
        **{f"term{n}": term for n, term in enumerate(terms)},
    }
    for statement in _registering(connection.dialect.name, len(terms), is_new=is_new):
        await statement.execute(connection, parameters)


async def strangers(connection: AsyncConnection, known: Sequence[int]) -> int:
    """Count the members whose ids are not among the known ones."""
    others = select(func.count()).select_from(UserRow).where(UserRow.user_id.not_in(known))
    return await connection.scalar(others) or 0


@cache
def _registering(dialect: str, terms: int, *, is_new: bool) -> Sequence[CompiledStatement]:
    """Return what registers a member with so many search terms."""
    statements: list[Insert | Delete] = [_upsert_user(dialect)]
    if not is_new:
        statements.append(_forget_names(terms))
    if terms:
        statements.append(_insert_names(dialect, terms))
    account = insert(dialect, AccountRow).values(user_id=_member).on_conflict_do_nothing()
    if dialect == "postgresql":
        ctes = [one.cte(f"step_{n}") for n, one in enumerate(statements)]
        return [_compiled(account.add_cte(*ctes))]
    # SQLite knows no INSERT inside a WITH, but has no network in between either.
    return [_compiled(one) for one in (*statements, account)]


def _compiled(statement: Insert | Delete) -> CompiledStatement:
    return CompiledStatement(lambda _: statement)


def _upsert_user(dialect: str) -> Insert:
    facts = {name: bindparam(name, type_=Text) for name in _FACTS}
    statement = insert(dialect, UserRow).values(user_id=_member, **facts)
    fresh = {name: statement.excluded[name] for name in _FACTS}
    return statement.on_conflict_do_update(
        index_elements=[UserRow.user_id],
        set_=fresh,
        where=or_(
            *(getattr(UserRow, name).is_distinct_from(value) for name, value in fresh.items())
        ),
    )


def _forget_names(terms: int) -> Delete:
    names = MemberNameRow
    others = [names.term.not_in(_terms(terms))] if terms else []
    return delete(names).where(names.user_id == _member, *others)


def _insert_names(dialect: str, terms: int) -> Insert:
    rows = [{"term": term, "user_id": _member} for term in _terms(terms)]
    return insert(dialect, MemberNameRow).values(rows).on_conflict_do_nothing()


def _terms(count: int) -> list[BindParameter[str]]:
    return [bindparam(f"term{n}", type_=Text) for n in range(count)]


def folded(text: str) -> str:
    """Return `text` as it is compared: « José_Luis » is "jose luis"."""
    plain = normalize("NFKD", normalize("NFKD", text).casefold())
    words = _WORD.findall("".join(one for one in plain if not combining(one)))
    # A name may be all emoji.
    return (" ".join(words) or " ".join(plain.split()))[:LONGEST].strip()


def search_terms(first_name: str, username: str | None) -> set[str]:
    """Return what an admin may type the beginning of to find a member.

    The name from each of its words on, and the username behind an @: no capitals, no accents.
    """
    words = folded(first_name).split(" ")[:MOST_WORDS]
    terms = {" ".join(words[at:]) for at in range(len(words))}
    if username:
        terms.add(f"@{username.casefold()[:LONGEST]}")
    return terms - {""}
