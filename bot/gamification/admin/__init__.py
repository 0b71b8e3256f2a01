"""Admins' changes of the economy: each checked, recorded, and in one transaction."""
