"""Errors: for the person who runs the sandbox, and those that the Bot API answers to a bot."""


class SandboxError(Exception):
    """The sandbox cannot do what its user asked; the message says what to do instead."""


class BotApiError(Exception):
    """An error object of the Bot API: `error_code`, `description` and, for 429, `retry_after`."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def to_json(self) -> dict[str, object]:
        """Return the error object as the Bot API answers it."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> BotApiError:
    """Return the 400 that the Bot API answers to a parameter that it cannot accept."""
    return BotApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> BotApiError:
    """Return the 403 that the Bot API answers when the bot may not do that in the chat."""
    return BotApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> BotApiError:
    """Return the 409 that the Bot API answers when two ways of fetching updates collide."""
    return BotApiError(409, f"Conflict: {reason}")
