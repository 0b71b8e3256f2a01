"""Everything the bot says. Written in Spanish; `locales/en.po` has the English.

One module per subject. Whatever came from a member or an admin is escaped here and nowhere else.
"""
