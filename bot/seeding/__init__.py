"""Seeding of a database: a marker, a three-way merge and healing, in one transaction."""
