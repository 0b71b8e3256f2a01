"""The daily gift, reactions and rewards."""

from collections.abc import Mapping
from typing import Any, Final

from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from bot.gamification.daily_gift import GiftAlreadyTaken, GiftResult
from bot.gamification.profile import News
from bot.gamification.reactions import ReactionResult
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import ClaimResult
from bot.gamification.rewards.listing import RewardLine, RewardPage
from bot.gamification.streaks import LostStreak
from bot.gamification.types import RewardType, UserRewardStatus
from bot.telegram.i18n import shipped_text
from bot.telegram.texts.conditions import conditions_in_short
from bot.telegram.texts.formatting import (
    LONGEST_ALERT,
    addressed,
    bar,
    besitos,
    cut,
    fitting,
    inert,
    isolated,
    number,
    set_apart,
    shown_name,
    shown_title,
    signed_besitos,
    tidy,
    titled,
)
from bot.telegram.texts.times import days, duration, has_come, moment

#: In a list; the rest of a long one is not worth the other rewards' room.
_LONGEST_DESCRIPTION = 200
#: Stands before each unlocked reward of an announcement, in every language.
BULLET: Final = "• "
_LONGEST_EMOJI = 16
#: Characters that a phone shows of a button.
_LONGEST_BUTTON = 60
#: And of whose it is.
_LONGEST_OWNER: Final = 20


def gift(result: GiftResult) -> str:
    """Show what the gift was made of, the streak, and when the next one is due."""
    if result.paid_before:
        return gift_taken(result)
    total = besitos(result.gift + result.bonus)
    lines = [_("🎁 <b>Regalo diario: +{total}</b>").format(total=total)]
    if result.bonus:
        made_of = _("{gift} de regalo + {bonus} por la racha")
        lines.append(made_of.format(gift=number(result.gift), bonus=number(result.bonus)))
    lines += [
        _("💋 Saldo: <b>{balance}</b>").format(balance=besitos(result.account.balance)),
        _("🔥 {streak}. Recoge el regalo cada día y no se rompe.").format(
            streak=_in_a_row(result.streak)
        ),
        _next_gift(result),
        *_plain_news(News(level=result.level, lost=result.lost)),
    ]
    return "\n".join(lines)


def _next_gift(result: GiftResult) -> str:
    amount = besitos(result.next_gift)
    if has_come(result.due):  # the update was late
        return _("El próximo, de {amount}, ya te espera.").format(amount=amount)
    return _("El próximo, de {amount}, te espera desde {due}.").format(
        amount=amount, due=moment(result.due)
    )


def gift_taken(taken: GiftAlreadyTaken | GiftResult) -> str:
    """Say when to come back."""
    return _(
        "Ya has recogido el regalo de hoy. 🔥 {streak}. El próximo te espera desde {due}."
    ).format(streak=_in_a_row(taken.streak), due=moment(taken.due))


def _in_a_row(streak: int) -> str:
    count = ngettext("Racha de {count} día", "{count} días seguidos", streak)
    return count.format(count=number(streak))


def reaction(result: ReactionResult) -> str:
    """Say what a press on a channel post brought."""
    if result.used_up:
        return _("Hoy ya has cobrado todas tus reacciones; mañana, más.")
    if result.paid_before:
        return _("Por esta ya has recibido tus besitos. ¡Gracias!")
    if not result.paid and not result.bonus:
        return _("Ahora mismo las reacciones no dan besitos, ¡pero gracias!")
    if result.bonus:
        return _("💋 +{paid} y +{bonus} de bono de actividad").format(
            paid=number(result.paid), bonus=number(result.bonus)
        )
    return f"💋 +{number(result.paid)}"


def reaction_with_news(result: ReactionResult, bot_name: str | None) -> str:
    """Say the same, and what else it brought, which waits in the chat with the bot."""
    lines = [reaction(result), *_plain_news(result.news)]
    if result.unlocked:
        names = ", ".join(reward_label(reward.name) for reward in result.unlocked)
        lines.append(_("🎉 Has desbloqueado: {names}").format(names=names))
        where = f"@{bot_name}" if bot_name else ""
        lines.append(_("Reclama lo tuyo en el chat con el bot {bot}").format(bot=where).rstrip())
    return cut("\n".join(lines), LONGEST_ALERT)


def news(first_name: str, user_id: int, news: News) -> str:
    """Tell a member everything that one update brought besides its besitos."""
    who = addressed(first_name, user_id)
    lines = [f"{who}:"] if not news.unlocked else [_("🎉 {who}, has desbloqueado:").format(who=who)]
    lines += [
        _("• <b>{name}</b> ({gives}): tienes {duration} para reclamarla").format(
            name=reward_name(reward.name),
            gives=gives(reward),
            duration=duration(reward.claim_window_hours),
        )
        for reward in news.unlocked
    ]
    return fitting([*lines, *_plain_news(news)])


def _plain_news(news: News) -> list[str]:
    """Return the lines about level and streak; there is no markup in them."""
    return [
        *([level_reached(news.level)] if news.level else []),
        *([streak_lost(news.lost)] if news.lost else []),
    ]


def level_reached(level: int) -> str:
    """Say that a level was reached."""
    return _("⭐ Has llegado al nivel {level}").format(level=number(level))


def level_short(level: int) -> str:
    """Say the same in a list."""
    return _("⭐ nivel {level}").format(level=number(level))


def streak_lost(lost: LostStreak) -> str:
    """Say that a long streak has come to an end, and what the member's record is."""
    return _("💔 Se cortó tu racha de {days}; hoy empieza otra. Tu récord: {record}").format(
        days=days(lost.length), record=days(lost.longest)
    )


def reward_name(name: str) -> str:
    """Write the name of a reward or badge, of a shipped one in the reader's language."""
    return titled(shipped_text(name))


def reward_label(name: str) -> str:
    """Write the same where no markup is shown."""
    return set_apart(shown_title(shipped_text(name)))


def emoji(text: str) -> str:
    """Write the emoji of a badge, which may be any few characters."""
    return inert(tidy(text, _LONGEST_EMOJI))


def reaction_button(pays: int, presses: int) -> str:
    """Say what a press below a channel post brings, and how many have pressed."""
    parts = [f"💋 {signed_besitos(pays)}" if pays else "💋", number(presses) if presses else ""]
    return " · ".join(filter(None, parts))


def album_button() -> str:
    """Stand above the button of an album."""
    return _("💋 Reacciona a este álbum")


def claimed(result: ClaimResult) -> str:
    """Say what a claim brought."""
    if _was_paid_before(result):
        return not_claimable(UserRewardStatus.CLAIMED)
    return _("✅ <b>{name}</b>: {gives}").format(
        name=reward_name(result.reward.name), gives=gives(result.reward)
    )


def claimed_short(result: ClaimResult) -> str:
    """Say the same where no markup is shown."""
    if _was_paid_before(result):
        return not_claimable(UserRewardStatus.CLAIMED)
    reward = result.reward
    if reward.type is RewardType.BESITOS:
        return f"✅ +{number(result.paid)} 💋"
    mark = tidy(str(reward.value["emoji"]), _LONGEST_EMOJI)
    return f"✅ {mark} {reward_label(str(reward.value['badge_name']))}"


def _was_paid_before(result: ClaimResult) -> bool:
    """Return whether the ledger had it, as when `user_rewards` alone comes from a backup."""
    return result.reward.type is RewardType.BESITOS and not result.paid


def not_claimable(status: UserRewardStatus | None) -> str:
    """Say why a reward cannot be claimed."""
    if status is UserRewardStatus.CLAIMED:
        return _("Ya habías reclamado esta recompensa.")
    if status is UserRewardStatus.EXPIRED:
        return _("El plazo para reclamar esta recompensa ha terminado.")
    return _("Todavía no has desbloqueado esta recompensa.")


def somebody_elses() -> str:
    """Refuse a press on a button that is for another member."""
    return _("Este botón es de otra persona.")


def claim_button(reward: Reward, first_name: str | None = None) -> str:
    """Label the button that claims, by whose it is where several members' stand together."""
    label = _("✅ Reclamar {name}").format(name=reward_label(reward.name))
    if first_name is not None:
        label = f"{set_apart(shown_name(first_name, _LONGEST_OWNER))} · {label}"
    return cut(label, _LONGEST_BUTTON)


def gift_button() -> str:
    return _("🎁 Regalo diario")


def listing(page: RewardPage) -> str:
    """List rewards: claimable first, then locked with progress, then the past ones."""
    if not page.lines:
        return _("Todavía no hay recompensas.")
    return fitting([_("🏅 <b>Recompensas</b>"), "", *(_line(line) for line in page.lines)])


def gives(reward: Reward) -> str:
    """Say what a reward gives."""
    return value_text(reward.type, reward.value)


def value_text(kind: RewardType, value: Mapping[str, Any]) -> str:
    """Say what a reward of that type and value gives."""
    if kind is RewardType.BESITOS:
        return signed_besitos(int(value["amount"]))
    return _("insignia {emoji} {name}").format(
        emoji=emoji(str(value["emoji"])), name=reward_name(str(value["badge_name"]))
    )


def settled(reward: Reward, status: UserRewardStatus) -> str:
    """Say what has become of a reward that was claimed or that nobody claimed in time."""
    # What was paid for a claim stands in the ledger; the amount may be another by now.
    if status is UserRewardStatus.CLAIMED:
        return f"✅ <b>{reward_name(reward.name)}</b>"
    return _("⌛ {name}: el plazo terminó").format(name=reward_and_value(reward))


def reward_and_value(reward: Reward) -> str:
    """Write the name of a reward with what it gives."""
    return f"<b>{reward_name(reward.name)}</b> ({gives(reward)})"


def _line(line: RewardLine) -> str:
    if line.status in {UserRewardStatus.CLAIMED, UserRewardStatus.EXPIRED}:
        return settled(line.reward, line.status)
    name = reward_and_value(line.reward)
    if line.status is UserRewardStatus.UNLOCKED and line.expires_at:
        return _("🎁 {name}: tienes hasta {when} para reclamarla").format(
            name=name, when=moment(line.expires_at)
        )
    mark = "⌛🔒" if line.last is UserRewardStatus.EXPIRED else "🔒"
    progress = f"{bar(line.progress.have / line.progress.need)} "
    return (
        f"{mark} {name}\n   {isolated(_how(line.reward))}\n"
        f"   {progress}{number(line.progress.have)}/{number(line.progress.need)}"
    )


def _how(reward: Reward) -> str:
    described = shipped_text(reward.description or "")
    return cut(described or conditions_in_short(reward.conditions), _LONGEST_DESCRIPTION)
