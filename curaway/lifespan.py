"""What lives as long as the server process: the hub, its rounds, the relay; and how they end."""

from __future__ import annotations

import asyncio
from functools import partial

from django.conf import settings

from curaway import finishing, garbage, log, metrics, tracing
from curaway.analytics import analytics
from curaway.bounds import Receive
from curaway.connections import bound_connections
from curaway.door import Send
from curaway.drain import Drain
from curaway.flags import flags
from curaway.identity import verifier
from curaway.uncaught import log_uncaught
from events import hub as hubs
from events import relay
from events.access_records import sweep as access_records
from events.access_records.sweep import sweep_access_records
from events.hub import Hub
from events.relay import relay_jobs
from events.rounds import Rounds
from events.sealing.signing import sign_heads
from events.stream_settings import StreamSettings
from patients import language_model, live
from patients.chat import sweep as chat
from patients.chat.sweep import sweep_answers
from patients.documents import unconfirmed, working
from patients.documents.unconfirmed import sweep_uploads
from patients.erasure import files as erased_files
from patients.erasure.files import sweep_files
from patients.matching import sweep as matching
from patients.matching.sweep import sweep_matches

logger = log.get(__name__)


class Lifespan:
    """The ASGI lifespan protocol around `start` and `stop`."""

    async def __call__(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as failed:
            logger.exception("start_failed")
            await send({"type": "lifespan.startup.failed", "message": type(failed).__name__})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Begin to hear and to publish; the database may come later."""
        log_uncaught()
        tracing.begin(settings.ENVIRONMENT)
        self._hub = Hub(StreamSettings.of(settings.ENVIRONMENT))
        if not bound_connections():
            logger.warning("connections_unbounded")
        self._drain = Drain(self._hub, put_down=_put_down, before_exit=self.stop)
        # In a thread: each may ask its vendor, which must not hold up the event loop.
        await asyncio.to_thread(_warm)
        rounds = Rounds(
            live,
            streaming=lambda: flags().enabled("sse_streaming"),
            chores=(
                relay.chore(),
                matching.chore(),
                chat.chore(),
                access_records.chore(),
                erased_files.chore(),
                unconfirmed.chore(),
            ),
        )
        self._hub.start(
            partial(rounds.make, self._hub),
            partial(relay_jobs, settings.ENVIRONMENT),
            sweep_matches,
            sweep_answers,
            sweep_access_records,
            sign_heads,
            sweep_files,
            sweep_uploads,
        )
        hubs.install(self._hub)
        garbage.settle()
        self._drain.watch_signals()

    async def stop(self) -> None:
        """End everything; safe to call twice."""
        self._drain.forget_signals()
        hubs.install(None)
        await self._hub.stop()
        await asyncio.to_thread(analytics().shutdown)
        await asyncio.to_thread(tracing.end)
        metrics.leave()
        flags().close()


async def _put_down() -> None:
    await asyncio.gather(working.put_down(), finishing.settle())


def _warm() -> None:
    flags().warm()
    analytics().warm()
    verifier().warm()
    if settings.ENVIRONMENT.ANTHROPIC_API_KEY:
        language_model.warm()
