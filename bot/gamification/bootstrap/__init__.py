"""Bootstrap of a database on every start; `service.py` is the way in.

`defaults.toml` holds the defaults, `manifest.py` reads them, `seed.py` declares them to the
mechanism; `export.py` writes a manifest of what a database holds.
"""
