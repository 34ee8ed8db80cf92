"""A QStash for one machine: `python -m curaway.local.qstash --port 8081 --data-dir .data`.

It takes jobs over QStash's own API, keeps them through restarts, and delivers them signed and with retries,
so that development and tests run the code that production runs. The token and the signing keys come from
QSTASH_TOKEN, QSTASH_CURRENT_SIGNING_KEY and, when there is one, QSTASH_NEXT_SIGNING_KEY.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from pathlib import Path

import httpx
import uvicorn

from curaway.local.queue_app import Keys, QueueApp
from curaway.local.queue_delivery import Delivery
from curaway.local.queue_store import QueueStore

REQUIRED = ("QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY")


def main() -> None:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="qstash: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(serve(arguments.port, Path(arguments.data_dir), _keys()))


async def serve(port: int, data_dir: Path, keys: Keys) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT, then end within 3 seconds."""
    store = QueueStore(data_dir / "qstash.sqlite3")
    store.forget_finished(time.time())
    async with _client() as client:
        delivery = Delivery(store, signing_key=keys.current, client=client)
        server = _server(QueueApp(store, keys, published=delivery.wake), port)
        # uvicorn raises the signal again once it has ended: with the default action that would kill this
        # process before its deliveries are finished or put back.
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, server.handle_exit)
        delivering = asyncio.create_task(delivery.run())
        # A queue that takes jobs and delivers none would look healthy: end, and be started again.
        delivering.add_done_callback(lambda _: server.handle_exit(signal.SIGTERM, None))
        try:
            await server.serve()
        finally:
            delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await delivering
            store.close()


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        # Each message brings the time its delivery may take.
        timeout=httpx.Timeout(None, connect=5),
        # A receiver that restarts closes its idle connections: reused, they would cost a message a try.
        limits=httpx.Limits(max_keepalive_connections=0),
        # Without the environment's proxies: every destination is on this machine.
        trust_env=False,
    )


def _server(app: QueueApp, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
    )


def _keys() -> Keys:
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"the local queue needs {', '.join(missing)}")
    token, current = (os.environ[name] for name in REQUIRED)
    return Keys(token, current, os.environ.get("QSTASH_NEXT_SIGNING_KEY") or current)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="curaway.local.qstash", description="QStash for one machine.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
