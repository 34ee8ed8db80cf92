"""A flag is answered from memory, whatever Flagsmith does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from curaway.flags import SSE_STREAMING, Bootstrap, Flags
from tests.doubles import FlagsmithDouble

NOWHERE = "http://127.0.0.1:9/api/v1/"


@pytest.fixture
def flagsmith() -> Iterator[FlagsmithDouble]:
    with FlagsmithDouble(SSE_STREAMING, enabled=False) as double:
        yield double


@pytest.fixture
def connect() -> Iterator[Callable[..., Flags]]:
    made: list[Flags] = []

    def make(api_url: str, *, default: bool = True, key: str = FlagsmithDouble.key) -> Flags:
        made.append(Flags({SSE_STREAMING: default}, key=key, api_url=api_url, refresh_seconds=0.05))
        return made[-1]

    yield make
    for flags in made:
        flags.close()


def eventually(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize("value", [True, False])
def test_without_flagsmith_the_environment_decides(value):
    assert Flags({SSE_STREAMING: value}).enabled(SSE_STREAMING) is value


def test_a_flag_nobody_declared_does_not_exist():
    with pytest.raises(KeyError):
        Flags({SSE_STREAMING: True}).enabled("other")


def test_flagsmith_wins_over_the_environment_from_the_first_check(flagsmith, connect):
    assert connect(flagsmith.api_url).enabled(SSE_STREAMING) is False


def test_a_flag_that_is_turned_is_seen_and_checks_make_no_requests(flagsmith, connect):
    flags = connect(flagsmith.api_url)
    flags.enabled(SSE_STREAMING)
    flagsmith.enabled = True
    assert eventually(lambda: flags.enabled(SSE_STREAMING))
    asked = len(flagsmith.requests)
    started = time.monotonic()
    for _ in range(500):
        flags.enabled(SSE_STREAMING)
    assert len(flagsmith.requests) - asked <= (time.monotonic() - started) / 0.05 + 2
    assert {request.path for request in flagsmith.requests} == {"/api/v1/environment-document/"}


def test_the_last_known_value_outlives_flagsmith(flagsmith, connect):
    flags = connect(flagsmith.api_url)
    assert flags.enabled(SSE_STREAMING) is False
    flagsmith.down = True
    asked = len(flagsmith.requests)
    assert eventually(lambda: len(flagsmith.requests) > asked + 2)
    assert flags.enabled(SSE_STREAMING) is False


@pytest.mark.parametrize("default", [True, False])
def test_when_flagsmith_was_never_reached_the_default_answers_at_once(connect, default):
    flags = connect(NOWHERE, default=default)
    assert flags.enabled(SSE_STREAMING) is default
    started = time.monotonic()
    for _ in range(200):
        assert flags.enabled(SSE_STREAMING) is default
    assert time.monotonic() - started < 1


def test_flagsmith_is_used_as_soon_as_it_comes_back(flagsmith, connect):
    flagsmith.down = True
    flags = connect(flagsmith.api_url)
    assert flags.enabled(SSE_STREAMING) is True
    flagsmith.down = False
    assert eventually(lambda: not flags.enabled(SSE_STREAMING))


@pytest.mark.parametrize("document", [[], "text", {"feature_states": 7}, {"detail": "?"}])
def test_a_malformed_environment_gives_the_default_and_recovers(flagsmith, connect, document):
    flagsmith.document = document
    flags = connect(flagsmith.api_url)
    assert flags.enabled(SSE_STREAMING) is True
    flagsmith.document = None
    assert eventually(lambda: not flags.enabled(SSE_STREAMING))


def test_a_flag_that_flagsmith_does_not_know_has_its_default(connect):
    with FlagsmithDouble("something_else", enabled=False) as flagsmith:
        assert connect(flagsmith.api_url).enabled(SSE_STREAMING) is True


def test_a_client_side_key_never_makes_requests(flagsmith, connect):
    assert connect(flagsmith.api_url, key="client-side").enabled(SSE_STREAMING) is True
    assert flagsmith.requests == []


async def test_an_event_loop_does_not_wait_for_flagsmith(flagsmith, connect):
    flags = connect(flagsmith.api_url)
    started = time.monotonic()
    flags.enabled(SSE_STREAMING)
    assert time.monotonic() - started < 0.1
    assert eventually(lambda: not flags.enabled(SSE_STREAMING))


def test_the_bootstrap_is_a_document_the_sdk_reads(tmp_path):
    import json

    from flagsmith.offline_handlers import LocalFileHandler

    file = tmp_path / "environment.json"
    file.write_text(json.dumps(Bootstrap({SSE_STREAMING: True}).get_environment()))
    assert LocalFileHandler(str(file)).get_environment() == Bootstrap({SSE_STREAMING: True}).get_environment()
