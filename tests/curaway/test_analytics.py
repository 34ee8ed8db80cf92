"""PostHog learns how streams fare, and nothing about people."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from curaway.analytics import Analytics, NotAllowed
from tests.doubles import PostHogDouble


@pytest.fixture
def posthog() -> Iterator[PostHogDouble]:
    with PostHogDouble() as double:
        yield double


def test_a_disconnect_is_told_in_the_tenants_name(posthog):
    analytics = Analytics(api_key="phc_test", host=posthog.url)
    analytics.capture(
        "sse_disconnected",
        tenant_id="apollo",
        duration_seconds=12.5,
        reason="idle",
        events=6,
    )
    analytics.shutdown()
    (event,) = posthog.events
    told = {name: value for name, value in event["properties"].items() if name[0] != "$"}
    assert (event["event"], event["distinct_id"]) == ("sse_disconnected", "tenant:apollo")
    assert told == {
        "tenant": "apollo",
        "duration_seconds": 12.5,
        "reason": "idle",
        "events": 6,
    }
    assert event["properties"]["$process_person_profile"] is False
    assert event["properties"]["$geoip_disable"] is True


@pytest.mark.parametrize(
    ("event", "properties"),
    [
        ("patient_viewed", {}),
        ("sse_connected", {"patient_id": "p-1"}),
        ("sse_connected", {"reason": "idle"}),
        ("sse_disconnected", {"reason": "Maria Lopez was here"}),
        ("sse_disconnected", {"reason": "demo-patient-maria-001"}),
        ("sse_disconnected", {"events": {"patient": 1}}),
    ],
)
def test_anything_else_is_an_error_in_development_and_dropped_in_production(posthog, event, properties):
    with pytest.raises(NotAllowed):
        Analytics(strict=True).capture(event, tenant_id="t", **properties)
    analytics = Analytics(api_key="phc_test", host=posthog.url)
    analytics.capture(event, tenant_id="t", **properties)
    analytics.shutdown()
    assert posthog.requests == []


def test_without_a_key_nothing_is_sent(posthog):
    analytics = Analytics(host=posthog.url, strict=True)
    analytics.warm()
    analytics.capture("sse_connected", tenant_id="t", resumed=False)
    analytics.shutdown()
    assert posthog.requests == []


def test_after_shutdown_events_are_dropped(posthog):
    analytics = Analytics(api_key="phc_test", host=posthog.url)
    analytics.shutdown()
    analytics.capture("sse_connected", tenant_id="t")
    assert posthog.requests == []


def test_capturing_never_waits_for_posthog_and_never_fails():
    analytics = Analytics(api_key="phc_test", host="http://127.0.0.1:9")
    analytics.warm()
    started = time.monotonic()
    for _ in range(100):
        analytics.capture("sse_connected", tenant_id="t", resumed=False)
    assert time.monotonic() - started < 0.5
    started = time.monotonic()
    analytics.shutdown()
    assert time.monotonic() - started < 4


def test_a_broken_client_ends_no_stream(monkeypatch):
    analytics = Analytics(api_key="phc_test", host="http://127.0.0.1:9")

    def broken() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(analytics, "_build", broken)
    analytics.capture("sse_connected", tenant_id="t")
