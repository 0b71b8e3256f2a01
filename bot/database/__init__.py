"""Engine, transactions and schema: what every table of the bot stands on."""
