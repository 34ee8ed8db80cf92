"""The schedule at QStash: one per address, however often it is made."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from curaway.environment import Environment
from curaway.schedules import schedule_id
from tests.doubles import QStashDouble

SWEEP = "https://api.curaway.ai/webhooks/qstash/sweep"


@pytest.fixture
def queue(settings) -> Iterator[QStashDouble]:
    with QStashDouble() as double:
        settings.ENVIRONMENT = dataclasses.replace(
            settings.ENVIRONMENT,
            QSTASH_URL=double.url,
            QSTASH_TOKEN="t",
            PUBLIC_BASE_URL="https://api.curaway.ai/",
        )
        yield double


def schedule(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("schedule_sweep", *arguments, stdout=printed)
    return printed.getvalue()


def test_the_sweep_is_scheduled_once_however_often_that_is_asked_for(queue):
    assert schedule() == f"curaway-sweep-api-curaway-ai: */5 * * * * -> {SWEEP}\n"
    schedule("--cron", "* * * * *")
    first, second = queue.requests
    assert first.method == "POST"
    assert first.path == f"/v2/schedules/{SWEEP}"
    sent = {name: value for name, value in first.headers.items() if name.startswith(("upstash-", "auth"))}
    assert sent == {
        "authorization": "Bearer t",
        "upstash-cron": "*/5 * * * *",
        "upstash-method": "POST",
        "upstash-retries": "0",
        "upstash-schedule-id": "curaway-sweep-api-curaway-ai",
        "upstash-timeout": "60s",
    }
    assert second.headers["upstash-schedule-id"] == sent["upstash-schedule-id"]
    assert second.headers["upstash-cron"] == "* * * * *"


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_queue_that_does_not_take_it_is_said_without_quoting_it(queue, status):
    queue.status = status
    with pytest.raises(CommandError, match=r"^The queue did not take the schedule: [A-Za-z ]+$") as refused:
        schedule()
    assert "secret detail" not in str(refused.value)


def test_the_local_queue_knows_no_schedules(settings):
    with pytest.raises(CommandError, match="the local queue knows no schedules"):
        schedule()


def test_every_address_has_a_schedule_of_its_own():
    addresses = ("https://a.curaway.ai", "https://b.curaway.ai", "http://127.0.0.1:8000")
    assert len({schedule_id(Environment(PUBLIC_BASE_URL=address)) for address in addresses}) == 3
