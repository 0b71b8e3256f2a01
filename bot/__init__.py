"""Besitos: a Telegram community bot whose economy seeds itself on every start."""

__version__ = "0.2.0"
