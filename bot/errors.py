"""The root of everything that can go wrong in a way a person can mend."""

from typing import ClassVar


class BesitosError(Exception):
    """A failure whose text is one sentence for a person: what happened and what to do.

    `exit_code` is what the process ends with when the error reaches the command line.
    """

    exit_code: ClassVar[int] = 1
