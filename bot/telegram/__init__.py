"""What aiogram sees: the startup hook, middlewares, routers and texts."""
