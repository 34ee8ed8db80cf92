"""Schedules at QStash: calls of this system's own paths at fixed times."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
from qstash import QStash
from qstash.errors import QStashError

from curaway.environment import Environment
from curaway.local.keys import local_queue_settings
from curaway.qstash import PUBLIC_QSTASH_URL, QueueRefused, QueueUnavailable

SWEEP_PATH = "/webhooks/qstash/sweep"
CALLED_WITHIN_SECONDS = 60


def schedule_sweep(environment: Environment, *, cron: str) -> str:
    """Have QStash call the sweep at these times; returns the schedule's id, the same every time.

    Creating a schedule under an id that exists changes that one, so this may be run at every deployment. Raises
    `QueueRefused` or `QueueUnavailable`.
    """
    if environment.DEBUG and local_queue_settings(environment.data_dir)["QSTASH_URL"] == environment.QSTASH_URL:
        raise QueueRefused("the local queue knows no schedules; running servers sweep by themselves")
    destination = environment.public_base_url + SWEEP_PATH
    sdk = QStash(environment.QSTASH_TOKEN, retry=False, base_url=environment.QSTASH_URL or PUBLIC_QSTASH_URL)
    try:
        return sdk.schedule.create(
            destination=destination,
            cron=cron,
            schedule_id=schedule_id(environment),
            method="POST",
            # The next call comes soon enough.
            retries=0,
            timeout=CALLED_WITHIN_SECONDS,
        )
    except QStashError as problem:
        raise QueueRefused(type(problem).__name__) from None
    except (httpx.HTTPError, ValueError, KeyError) as problem:
        raise QueueUnavailable(f"no answer from the queue: {type(problem).__name__}") from None


def schedule_id(environment: Environment) -> str:
    """One per address that is called, as one account may serve several installations."""
    host = urlsplit(environment.public_base_url).netloc
    return "curaway-sweep-" + re.sub(r"[^A-Za-z0-9_-]", "-", host)
