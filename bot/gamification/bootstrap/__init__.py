"""Bootstrap of a database on every start; `service.py` is the way in.

`defaults.toml` holds the defaults, `manifest.py` reads them, `seed.py` declares to `bot.seeding`
what they are about, `edits.py` and `export.py` look at what admins have made of them.
"""
