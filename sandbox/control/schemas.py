"""The JSON bodies that the page and other processes may send."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.faults import Faults
from sandbox.values import BotStatus


class RequestBody(BaseModel):
    """A JSON body; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Say(RequestBody):
    """Send a text as a member (in the channel: post as its owner), in a forum to a topic."""

    member: int
    chat: int
    text: str
    reply_to: int | None = None
    topic: int | None = None


class Press(RequestBody):
    """Press an inline button as a member."""

    member: int
    chat: int
    message_id: int
    data: str


class React(RequestBody):
    """Replace a member's reactions; an empty list takes them away."""

    member: int
    chat: int
    message_id: int
    emoji: list[str]


class AddMember(RequestBody):
    """Add a member to the groups and the channel."""

    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "es"
    opened: bool = True


class SetBotStatus(RequestBody):
    """Promote, demote, remove, block or re-add the bot."""

    chat: int
    status: BotStatus


class Nothing(RequestBody):
    """No parameters."""


class InjectFault(RequestBody):
    """Let the next `times` calls of a method fail (`times: null` until cleared)."""

    method: str
    kind: Literal["429", "500", "drop", "lose_answer", "delay", "unreadable", "nulls", "web_page"]
    times: Annotated[int, Field(ge=1)] | None = 1
    retry_after: Annotated[int, Field(ge=0)] = 1
    seconds: Annotated[float, Field(ge=0, le=600)] = 1.0
    chat: int | None = None

    def apply_to(self, faults: Faults) -> None:
        """Inject the fault."""
        match self.kind:
            case "429":
                faults.too_many_requests(
                    self.method,
                    retry_after=self.retry_after,
                    times=self.times,
                    chat=self.chat,
                )
            case "500":
                faults.server_error(self.method, times=self.times)
            case "drop" | "lose_answer" | "unreadable" | "nulls" | "web_page":
                getattr(faults, self.kind)(self.method, times=self.times)
            case "delay":
                faults.delay(self.method, self.seconds, times=self.times)


class ClearFaults(RequestBody):
    """Take back all faults."""

    clear: Literal[True]
