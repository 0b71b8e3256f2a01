"""Health check of the running bot: `GET /health`."""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.liveness import probe
from bot.monitoring.http import LARGEST_BODY

#: Seconds for which an answer about the database's health holds, and which it may take at most.
_HEALTH_HOLDS: Final = 1.0
_HEALTH_PATIENCE: Final = 2.0


class Health:
    """Whether updates are handled and the database answers.

    It is asked once a second at most, whoever wants to know.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        stuck: Callable[[], str | None] = lambda: None,
        standing_by: Callable[[], bool] = lambda: False,
        *,
        holds: float = _HEALTH_HOLDS,
        patience: float = _HEALTH_PATIENCE,
    ) -> None:
        """`stuck` returns why no update is handled, None while all is well.

        `standing_by` returns whether another process handles them.
        """
        self._engine = engine
        self._standing_by = standing_by
        self._stuck = stuck
        self._holds = holds
        self._patience = patience
        self._asking = asyncio.Lock()
        self._well = False
        self._until = float("-inf")
        self._ending: set[asyncio.Task[bool]] = set()

    async def handle(self, _: web.Request) -> web.Response:
        """Answer `GET /health`."""
        if reason := self._stuck():
            state, status = {"status": "updates wait", "reason": reason}, 503
        elif not await self._is_well():
            state, status = {"status": "database unavailable"}, 503
        else:
            state, status = {"status": "standing by" if self._standing_by() else "ok"}, 200
        response = web.json_response(state, status=status)
        response.force_close()
        return response

    async def _is_well(self) -> bool:
        loop = asyncio.get_running_loop()
        async with self._asking:
            if loop.time() >= self._until:
                self._well = await self._answers()
                self._until = loop.time() + self._holds
        return self._well

    async def _answers(self) -> bool:
        asking = asyncio.create_task(self._ask())
        # Not a timeout around it: that would wait for the connection to be closed as well.
        done, _ = await asyncio.wait([asking], timeout=self._patience)
        if not done:
            asking.cancel()
            self._ending.add(asking)
            asking.add_done_callback(self._ending.discard)
        return bool(done) and asking.result()

    async def _ask(self) -> bool:
        try:
            await probe(self._engine)
        except (SQLAlchemyError, OSError):
            return False
        return True


def health_application(
    engine: AsyncEngine,
    stuck: Callable[[], str | None] = lambda: None,
    standing_by: Callable[[], bool] = lambda: False,
) -> web.Application:
    """Return an application that answers `GET /health`: 200 while updates can be handled."""
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_get("/health", Health(engine, stuck, standing_by).handle)
    return application
