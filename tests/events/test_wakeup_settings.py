"""Which bell is rung is a setting; what it cannot mean is refused at the start, and never repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings

from curaway.environment import NO_WAKEUPS, SettingsRefused, database, load
from events.wakeup import bell_of
from events.wakeup.notify import NotifyBell
from events.wakeup.redis import RedisBell
from events.wakeup.silence import Silence


def read(tmp_path, **given):
    return load({"DEBUG": "on", "DATA_DIR": str(tmp_path), **given}, tmp_path / ".env")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("", NotifyBell),
        ("off", Silence),
        ("redis://cache.internal:6379/0", RedisBell),
        ("redis://:pw@cache.internal", RedisBell),
        ("rediss://user:pw@cache.internal:6380/1?ssl_cert_reqs=none", RedisBell),
    ],
)
def test_the_setting_names_the_bell(tmp_path, url, kind):
    assert type(bell_of(read(tmp_path, EVENTS_WAKEUP_URL=url))) is kind


@pytest.mark.parametrize(
    "url",
    [
        "on",
        "hunter2",
        "http://cache.internal",
        "redis://",
        "redis://cache.internal:port/0",
        "redis://user:hun/ter2@cache.internal/0",
        "redis://cache.internal/0?socket_timeout=900",
    ],
)
def test_what_is_no_bell_is_refused_without_repeating_it(tmp_path, url):
    with pytest.raises(SettingsRefused) as refused:
        read(tmp_path, EVENTS_WAKEUP_URL=url)
    assert refused.value.problems == [NO_WAKEUPS]


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "hunter2", "postgres://", "postgres://h:hunter2/d"])
def test_a_direct_address_that_is_not_postgres_is_refused(tmp_path, url):
    with pytest.raises(SettingsRefused, match="DATABASE_DIRECT_URL must look like postgres://") as refused:
        read(tmp_path, DATABASE_DIRECT_URL=url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("direct", "disabled"), [("", False), ("postgres://u:p@db.internal/curaway", True)])
def test_behind_a_pooler_no_cursor_outlives_its_query(tmp_path, direct, disabled):
    assert database(read(tmp_path, DATABASE_DIRECT_URL=direct))["DISABLE_SERVER_SIDE_CURSORS"] is disabled


def test_installations_that_share_a_redis_have_a_channel_each():
    def channel(url):
        return bell_of(replace(settings.ENVIRONMENT, EVENTS_WAKEUP_URL=url)).channel

    assert channel("redis://cache") == channel("redis://cache/") == channel("redis://cache/0") == "curaway_events:0"
    assert channel("redis://cache/1?ssl_cert_reqs=none") == "curaway_events:1"
