"""The local queue, whose keys the servers and the doctor have."""

from __future__ import annotations

from tests.local.queue_process import CURRENT, NEXT, TOKEN

QSTASH = {
    "QSTASH_TOKEN": TOKEN,
    "QSTASH_CURRENT_SIGNING_KEY": CURRENT,
    "QSTASH_NEXT_SIGNING_KEY": NEXT,
}
