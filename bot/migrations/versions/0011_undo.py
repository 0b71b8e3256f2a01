"""Takes and undone actions of admins, and the words that members are found by."""

import re
from unicodedata import combining, normalize

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SLICE = 5_000
LONGEST = 64
MOST_WORDS = 8

# Amounts and totals that SQL by hand has made no numbers count as far as they are some.
_TAKEN = """
    UPDATE user_gamification_profiles SET total_taken = (
        SELECT CAST(sum(-CAST(amount AS BIGINT)) AS BIGINT) FROM transactions
        WHERE transactions.user_id = user_gamification_profiles.user_id AND type = 'ADMIN_TAKE'
    )
    WHERE user_id IN (SELECT user_id FROM transactions WHERE type = 'ADMIN_TAKE')
"""
# What was spent when a reward was unlocked: without what admins had taken until then.
_BASELINES = """
    UPDATE user_rewards SET baseline_spent = baseline_spent {sign} (
        SELECT CAST(coalesce(sum(-CAST(amount AS BIGINT)), 0) AS BIGINT) FROM transactions
        WHERE transactions.user_id = user_rewards.user_id AND type = 'ADMIN_TAKE'
        AND transactions.created_at <= user_rewards.unlocked_at
    )
    WHERE user_id IN (SELECT user_id FROM transactions WHERE type = 'ADMIN_TAKE')
"""


def upgrade() -> None:
    op.add_column(
        "user_gamification_profiles",
        sa.Column("total_taken", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute(_TAKEN)
    op.execute(_BASELINES.format(sign="-"))
    op.execute("UPDATE user_rewards SET baseline_spent = 0 WHERE baseline_spent < 0")
    op.add_column("admin_actions", sa.Column("undoes", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_admin_actions_undoes"), "admin_actions", ["undoes"], unique=True)
    names = op.create_table(
        "member_names",
        sa.Column(
            "term",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_member_names_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("term", "user_id", name=op.f("pk_member_names")),
    )
    _fill(names)
    op.create_index(op.f("ix_member_names_user_id"), "member_names", ["user_id"])


def downgrade() -> None:
    op.drop_table("member_names")
    op.drop_index(op.f("ix_admin_actions_undoes"), "admin_actions")
    op.drop_column("admin_actions", "undoes")
    op.execute(_BASELINES.format(sign="+"))
    op.drop_column("user_gamification_profiles", "total_taken")


def _fill(names: sa.Table) -> None:
    connection = op.get_bind()
    users = sa.table(
        "users", sa.column("user_id"), sa.column("first_name"), sa.column("username")
    ).c
    stored = (sa.cast(one, sa.Text()) for one in (users.first_name, users.username))
    slices = sa.select(users.user_id, *stored).order_by(users.user_id).limit(SLICE)
    after = None
    while True:
        found = slices if after is None else slices.where(users.user_id > after)
        rows = connection.execute(found).all()
        if not rows:
            return
        after = rows[-1][0]
        terms = [
            {"term": term, "user_id": user_id}
            for user_id, first_name, username in rows
            for term in _terms(first_name or "", username)
        ]
        if terms:
            connection.execute(sa.insert(names), terms)


def _terms(first_name: str, username: str | None) -> set[str]:
    plain = normalize("NFKD", normalize("NFKD", first_name).casefold())
    found = re.findall(r"[^\W_]+", "".join(one for one in plain if not combining(one)))
    folded = (" ".join(found) or " ".join(plain.split()))[:LONGEST].strip()
    words = folded.split(" ")[:MOST_WORDS]
    terms = {" ".join(words[at:]) for at in range(len(words))}
    if username:
        terms.add(f"@{username.casefold()[:LONGEST]}")
    return terms - {""}
