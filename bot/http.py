"""The HTTP side: a port to listen on, and the health check."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BesitosError

ENGINE = web.AppKey("engine", AsyncEngine)


class PortError(BesitosError):
    """The HTTP port cannot be opened."""


def health_application(engine: AsyncEngine) -> web.Application:
    """Return an application that answers `GET /health`: 200 while the database answers."""
    application = web.Application()
    application[ENGINE] = engine
    application.router.add_get("/health", _health)
    return application


@asynccontextmanager
async def serving(application: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Listen while the block runs. Raises `PortError` when the port is taken."""
    runner = web.AppRunner(application, access_log=None)
    try:
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortError(
                f"Cannot listen on {host}:{port} ({error.strerror}); set HTTP_PORT to a free port."
            ) from error
        yield
    finally:
        await runner.cleanup()


async def _health(request: web.Request) -> web.Response:
    try:
        async with request.app[ENGINE].connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return web.json_response({"status": "database unavailable"}, status=503)
    return web.json_response({"status": "ok"})
