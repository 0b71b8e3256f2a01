"""Processes of the tracing tests: strangers' listeners stay for a process's life."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any

import sentry_sdk
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.compiled import CompiledStatement
from bot.database.constructs import insert
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import BotConfigRow
from tests.support.economy import LiveEconomy

#: Gives the SQL of the spans that have ended since it was called before.
Spans = Callable[[], list[str]]
Traced = Callable[[str], AbstractContextManager[Any]]

_SECOND_CONFIG = CompiledStatement(lambda dialect: insert(dialect, BotConfigRow).values(id=1))


def sentry(connection: Connection, url: str) -> None:
    """Work under sentry-sdk as an operator sets it up, and send what it would have sent."""
    envelopes: list[Envelope] = []

    class Collecting(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            envelopes.append(envelope)

    sentry_sdk.init(
        dsn="https://key@sentry.invalid/1", transport=Collecting, traces_sample_rate=1.0
    )

    def spans() -> list[str]:
        events = [event for one in envelopes if (event := one.get_transaction_event())]
        envelopes.clear()
        return [
            span["description"]
            for event in events
            for span in event["spans"]
            if span["origin"] == "auto.db.sqlalchemy"
        ]

    def traced(name: str) -> AbstractContextManager[Any]:
        return sentry_sdk.start_transaction(name=name)

    connection.send(asyncio.run(_work(url, lambda _: None, traced, spans)))


def opentelemetry(connection: Connection, url: str) -> None:
    """Work under OpenTelemetry's instrumentation, and send what it would have exported."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def instrument(engine: AsyncEngine) -> None:
        # With the commenter, what a listener returns must be what the database gets. This release
        # refuses SQLAlchemy 2.1 by its version alone.
        SQLAlchemyInstrumentor().instrument(
            skip_dep_check=True,
            engine=engine.sync_engine,
            tracer_provider=provider,
            enable_commenter=True,
            enable_attribute_commenter=True,
        )

    def spans() -> list[str]:
        found = [
            str((span.attributes or {}).get("db.statement", ""))
            for span in exporter.get_finished_spans()
        ]
        exporter.clear()
        return found

    def traced(name: str) -> AbstractContextManager[Any]:
        return provider.get_tracer("tests").start_as_current_span(name)

    connection.send(asyncio.run(_work(url, instrument, traced, spans)))


async def _work(
    url: str, instrument: Callable[[AsyncEngine], None], traced: Traced, spans: Spans
) -> dict[str, Any]:
    """Start, react, take the gift and fail; return what came of it and the spans of each."""
    engine = create_engine(parse_database_url(url))
    instrument(engine)
    seen: dict[str, Any] = {}
    try:
        with traced("start"):
            report = await BootstrapService(engine, load_manifest()).run()
        seen["start"] = (str(report.outcome), spans())
        live = LiveEconomy(engine)
        with traced("reaction"):
            paid = (await live.react(1)).paid
        seen["reaction"] = (paid, spans())
        with traced("gift"):
            gift = await live.take_gift()
        seen["gift"] = (gift.account.balance > paid, spans())
        with traced("failure"):
            failed = await _fail(engine)
        seen["failure"] = (failed, spans())
    finally:
        await engine.dispose()
    return seen


async def _fail(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        try:
            await _SECOND_CONFIG.execute(connection, {})
        except IntegrityError:
            return True
    return False
