"""Views of the running bot from outside: health, readiness and figures, by HTTP."""

from collections.abc import Callable

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.monitoring.arrivals import Arrivals
from bot.monitoring.health import health_application
from bot.monitoring.metrics import Metrics, MetricsPage
from bot.monitoring.readiness import Lifecycle, Readiness, WriteProbe, handle_liveness


def monitoring_application(  # noqa: PLR0913, PLR0917 - each is one thing that is shown
    engine: AsyncEngine,
    lifecycle: Lifecycle,
    arrivals: Arrivals,
    metrics: Metrics,
    stuck: Callable[[], str | None],
    standing_by: Callable[[], bool] = lambda: False,
) -> web.Application:
    """Return an application with `/livez`, `/readyz`, `/health` and `/metrics`.

    `stuck` returns why no update is handled although the bot is well otherwise, `standing_by`
    whether another process handles them.
    """
    database = WriteProbe(engine)
    readiness = Readiness(lifecycle, database, arrivals, standing_by)
    metrics.watch(arrivals, database)
    application = health_application(
        engine, lambda: lifecycle.problem or stuck() or arrivals.jam, standing_by
    )
    application.router.add_get("/livez", handle_liveness)
    application.router.add_get("/readyz", readiness.handle)
    application.router.add_get("/metrics", MetricsPage(metrics, readiness).handle)

    async def close(_: web.Application) -> None:
        database.close()

    application.on_cleanup.append(close)
    return application
