"""Rewards: `catalogue.py` knows them, `rules.py` decides, `unlocking.py` and `claiming.py` act."""
