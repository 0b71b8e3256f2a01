"""Rewards: `catalogue` knows them, `rules` decides; `unlocking`, `expiring`, `claiming` act."""
