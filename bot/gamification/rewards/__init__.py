"""Rewards: definition, catalogue, conditions, and a member's own from unlock to expiry."""
