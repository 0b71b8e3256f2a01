"""The history of the seeds' runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "seed_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version_before", sa.Integer(), nullable=True),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("schema_before", sa.Text(), nullable=True),
        sa.Column("schema_after", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("counts", json, nullable=False),
        sa.Column("changes", json, nullable=False),
        sa.Column("notes", json, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "typeof(ran_at) = 'text' AND typeof(seed) = 'text' AND typeof(outcome) = 'text'"
            " AND typeof(version_before) IN ('integer', 'null')"
            " AND typeof(version_after) IN ('integer', 'null')"
            " AND typeof(schema_before) IN ('text', 'null')"
            " AND typeof(schema_after) IN ('text', 'null')"
            " AND typeof(release) = 'text' AND typeof(host) = 'text' AND typeof(counts) = 'text'"
            " AND typeof(changes) = 'text' AND typeof(notes) = 'text'"
            " AND typeof(milliseconds) = 'integer'",
            name=op.f("ck_seed_runs_types"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seed_runs")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("seed_runs")
