"""Engines, transactions and schema: the ground that every table of the bot stands on."""
