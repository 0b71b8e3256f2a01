"""Diagnosis of a bot: what works, what does not, and what to do about it."""

from bot.doctor.diagnosis import diagnose
from bot.doctor.finding import Check

__all__ = ["Check", "diagnose"]
