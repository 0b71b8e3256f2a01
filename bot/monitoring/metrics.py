"""Figures of the running bot for Prometheus: `GET /metrics`."""

import asyncio
from typing import Final

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder

from bot import __version__
from bot.gamification.types import TransactionType
from bot.monitoring.arrivals import Arrivals
from bot.monitoring.readiness import Readiness, WriteProbe

#: Seconds for which the figures hold: who asks more often, gets the same.
_HOLDS: Final = 1.0
#: Headers of a request that came through a proxy, and so from anywhere.
_FORWARDED: Final = (hdrs.X_FORWARDED_FOR, hdrs.FORWARDED)
#: Upper bounds in seconds: a paid reaction takes a few milliseconds, a statement up to half a
#: minute.
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Every figure there is, in a registry of its own; all count from the start of the process."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("besitos_build", "Which release this is", registry=registry).info(
            {"version": __version__}
        )
        self.ready = Gauge("besitos_ready", "1 while /readyz answers 200", registry=registry)
        self.bootstrap = Info(
            "besitos_bootstrap", "What the bootstrap of this start did", registry=registry
        )
        self.bootstrap_seconds = Gauge(
            "besitos_bootstrap_seconds", "Seconds that the bootstrap took", registry=registry
        )
        self._add_updates(registry)
        self._add_economy(registry)
        self._add_database(registry)

    def _add_updates(self, registry: CollectorRegistry) -> None:
        self.updates = Counter(
            "besitos_updates",
            "Updates that are done with: handled, put aside (`updates` lists them), or given up "
            "since aiogram cannot read them",
            ["outcome"],
            registry=registry,
        )
        for outcome in ("handled", "put_aside", "given_up"):
            self.updates.labels(outcome)
        self.update_failures = Counter(
            "besitos_update_failures",
            "Attempts that changed nothing; the update comes again",
            registry=registry,
        )
        self.update_seconds = Histogram(
            "besitos_update_seconds",
            "Seconds in which an update was handled, failed attempts included",
            buckets=_BUCKETS,
            registry=registry,
        )
        self.updates_waiting = Gauge(
            "besitos_updates_waiting",
            "Updates that have come here and are not handled yet",
            registry=registry,
        )
        self.oldest_waiting = Gauge(
            "besitos_oldest_waiting_seconds", "How long the oldest has waited", registry=registry
        )
        self.pending_updates = Gauge(
            "besitos_telegram_pending_updates",
            "Updates that wait at Telegram, as it says of a webhook; 0 while polling",
            registry=registry,
        )
        self.answers = Counter(
            "besitos_answers",
            "Answers that Telegram took, refused, did not take in many attempts (given up), or "
            "that waited for too long (dropped)",
            ["outcome"],
            registry=registry,
        )
        for outcome in ("sent", "refused", "given_up", "dropped"):
            self.answers.labels(outcome)
        self.answers_waiting = Gauge(
            "besitos_answers_waiting", "Answers that are not sent yet", registry=registry
        )

    def _add_economy(self, registry: CollectorRegistry) -> None:
        self.paid = Counter(
            "besitos_paid", "Besitos that members got, by why", ["type"], registry=registry
        )
        self.taken = Counter(
            "besitos_taken", "Besitos that members gave, by why", ["type"], registry=registry
        )
        self._besitos = {
            kind: (self.paid.labels(kind.value), self.taken.labels(kind.value))
            for kind in TransactionType
        }

    def _add_database(self, registry: CollectorRegistry) -> None:
        self.transaction_seconds = Histogram(
            "besitos_transaction_seconds",
            "Seconds of an update's transaction, from its connection to its end",
            buckets=_BUCKETS,
            registry=registry,
        )
        self.connection_wait = Histogram(
            "besitos_connection_wait_seconds",
            "Seconds until a transaction had its connection from the pool",
            buckets=_BUCKETS,
            registry=registry,
        )
        self.database_answer = Gauge(
            "besitos_database_answer_seconds",
            "Seconds that the last probe took: a connection, a transaction and one statement",
            registry=registry,
        )

    def watch(self, arrivals: Arrivals, database: WriteProbe) -> None:
        """Read of these what is true at the moment of asking."""
        self.updates_waiting.set_function(lambda: arrivals.waiting)
        self.oldest_waiting.set_function(lambda: arrivals.oldest)
        self.pending_updates.set_function(lambda: arrivals.pending)
        self.database_answer.set_function(lambda: database.seconds)

    def count_besitos(self, kind: TransactionType, amount: int) -> None:
        """Count a ledger entry whose transaction has committed."""
        paid, taken = self._besitos[kind]
        (paid if amount > 0 else taken).inc(abs(amount))


class MetricsPage:
    """Answers `GET /metrics`, to whoever reaches the port itself."""

    def __init__(self, metrics: Metrics, readiness: Readiness) -> None:
        """Show `metrics`, and whether the bot is ready."""
        self._metrics = metrics
        self._readiness = readiness
        self._pages: dict[str, tuple[float, bytes]] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """Answer in the form that is asked for; 403 for what a proxy has passed on."""
        if any(name in request.headers for name in _FORWARDED):
            return web.Response(status=403, text="Ask the port itself, not through a proxy.\n")
        encode, content_type = choose_encoder(request.headers.get(hdrs.ACCEPT, ""))
        now = asyncio.get_running_loop().time()
        written_at, page = self._pages.get(content_type, (float("-inf"), b""))
        if now - written_at >= _HOLDS:
            self._metrics.ready.set(await self._readiness.problem() is None)
            page = encode(self._metrics.registry)
            self._pages[content_type] = now, page
        response = web.Response(body=page, headers={hdrs.CONTENT_TYPE: content_type})
        response.force_close()
        return response
