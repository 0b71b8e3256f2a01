"""Bootstrap of a database on every start; `service.py` is the way in.

`defaults.toml` holds the defaults, `manifest.py` reads them, `snapshot.py` reads the database,
`plan.py` decides each change, `write.py` and `backfill.py` carry it out.
"""
