"""Everything the bot says to admins, one module per section of the panel."""
