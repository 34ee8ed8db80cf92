"""The signed call to publish what is due: whatever comes with it, it does that and nothing else."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import settings as shaped

from tests.conftest import put_off_jobs
from tests.doubles import QStashDouble
from tests.hostile import messages
from tests.hostile.counted import CASES, Counted, drawn
from tests.hostile.effects import left, said
from tests.webhooks.callbacks import Callbacks


def test_a_signed_sweep_is_done_whatever_comes_with_it(
    callbacks: Callbacks, known: list[str], settings: Any, counted: Counted
) -> None:
    put_off_jobs()
    tried = Counter[str]()
    with QStashDouble() as queue:
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, QSTASH_URL=queue.url, QSTASH_TOKEN="t")

        @shaped(drawn, max_examples=CASES // 8)
        @given(messages.bodies(known), messages.headers())
        def swept(body: bytes, headers: dict[str, bytes]) -> None:
            tried["cases"] += 1
            answer = callbacks.send("sweep", body, headers=headers)
            assert said(answer) == (200, "done")

        # What is due goes with the first one; from then on there is nothing to do.
        assert said(callbacks.send("sweep", b"")) == (200, "done")
        before, published = left(), len(queue.requests)
        assert published > 0
        for body in messages.ODD_BODIES:
            assert said(callbacks.send("sweep", body)) == (200, "done")
        swept()
        assert len(queue.requests) == published
    assert left() == before
    counted("signed sweeps", by_hand=len(messages.ODD_BODIES), generated=tried["cases"])
