"""The bot as aiogram runs it: dispatcher, middlewares, routers and texts."""
