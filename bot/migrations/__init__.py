"""Alembic's environment, its command line and the schema's revisions."""
