from sandbox.updates import UpdateQueue


def kinds(queue: UpdateQueue) -> list[str]:
    return [update.kind for update in queue.first(100)]


def test_at_first_all_kinds_but_those_on_request() -> None:
    """Without allowed_updates a bot gets no reactions and no member changes."""
    queue = UpdateQueue()

    for kind in ("message", "message_reaction", "message_reaction_count", "chat_member"):
        queue.put(kind, {})

    assert kinds(queue) == ["message"]


def test_setting_holds_for_later_updates_only() -> None:
    """A changed setting leaves the updates alone that already wait."""
    queue = UpdateQueue()
    queue.put("message", {})
    queue.allow(["message_reaction"])
    queue.put("message", {})
    queue.put("message_reaction", {})

    assert kinds(queue) == ["message", "message_reaction"]


def test_absent_keeps_and_empty_resets() -> None:
    """None keeps the last setting; an empty list goes back to the default kinds."""
    queue = UpdateQueue()
    queue.allow(["message_reaction"])
    queue.allow(None)
    queue.put("message", {})
    queue.allow([])
    queue.put("message", {})

    assert kinds(queue) == ["message"]


def test_offset_confirms() -> None:
    """An offset forgets the updates below it and no other."""
    queue = UpdateQueue()
    for _ in range(3):
        queue.put("message", {})

    queue.confirm(3)

    assert [update.id for update in queue.first(100)] == [3]


def test_negative_offset_keeps_the_last() -> None:
    """A negative offset counts from the end and forgets what is before."""
    queue = UpdateQueue()
    for _ in range(5):
        queue.put("message", {})

    queue.confirm(-2)

    expected = [4, 5]
    assert expected == [update.id for update in queue.first(100)]
