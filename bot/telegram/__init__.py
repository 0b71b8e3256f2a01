"""The bot as aiogram runs it; whatever it pays is decided in `bot.gamification`.

`routers/` has the handlers, `texts/` what they say, `locales/` the same in other languages.
Where to look for what else:

Before the first update
    startup           the startup hook, and who the bot is
    introduction      what Telegram shows of the bot: its command menu and descriptions
    dispatcher        middlewares, routers, startup hook and workflow data put together
    client            the client of the Bot API, and delays between retries

An update on its way in
    polling           long polling that confirms an update after its transaction
    turns             which of several processes polls
    lanes             one member's updates in order, those of several members at once
    webhook           updates that Telegram brings; 200 after the transaction
    webhook_watch     whether Telegram can still deliver them
    errors            when an update is done with and may be confirmed
    failures          updates that fail: which wait, which are put aside
    middlewares       one transaction for each update, and what waits for its commit
    filters           members, owners of buttons, group reactions, admins
    chat_gate         chats that are written down, and those that count
    command_throttle  commands in groups
    seen_messages     whose messages are, and which post they copy

An answer on its way out
    replies           replies to members, and pages that take one another's place
    announcements     several members' unlocks in one message of a group, or a day's in a digest
    methods           notices that must arrive, and pictures made late
    keyboards         members' buttons, and the pagers of all
    signing           callback data which only the bot can have made
    i18n              the language of a member
    delivery          the queue of answers, in order within each chat
    sending           one attempt to send one
    outbox_relay      notices that nobody has sent yet
    drawing           the chart, drawn by a program of its own

Beside the updates
    upkeep            a wiped database seeded again, levels by a new formula, digests that are due
"""
