"""Tables of those who were forgotten: what tells that they come back, and nothing else."""

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import Base


class ForgottenMemberRow(Base):
    """A person who was forgotten; `digest` is their Telegram id under the database's secret.

    `user_id` has the rows that were theirs last, `ledger_id` stands for them in references.
    """

    __tablename__ = "forgotten_members"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    ledger_id: Mapped[int] = mapped_column(BigInteger)


class DatabaseSecretRow(Base):
    """A random secret of this database's own, made when it is first needed."""

    __tablename__ = "database_secrets"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
