"""Each thing the doctor looks at, well and not."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from dataclasses import replace

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder

from bench.ports import free_port
from curaway.doctor.bell import wakeups
from curaway.doctor.clocks import judged
from curaway.doctor.database import database
from curaway.doctor.examination import guarded
from curaway.doctor.finding import State
from curaway.doctor.flag import streaming_flag
from curaway.doctor.keys import authorized_parties, callback_keys, session_keys
from curaway.doctor.master_keys import master_keys
from curaway.doctor.server import development_mode, readiness
from curaway.environment import PUBLIC_QSTASH_KEYS
from events.models import PatientKey
from events.sealing.master import MasterKeys
from tests.doubles import FlagsmithDouble
from tests.facts import record
from tests.http_double import Answer, HttpDouble
from tests.wide.queue import QSTASH


def test_readiness_that_is_slower_is_a_warning_and_one_that_fails_a_failure():
    class Ready(HttpDouble):
        said = Answer()

        def answer(self, request):
            return self.said

    with Ready() as double:
        double.said = Answer(200, json.dumps({"checks": {"database": "ok", "wakeups": "off"}}).encode())
        assert readiness(double.url).state is State.WARN
        double.said = Answer(503, json.dumps({"checks": {"traffic": "draining"}}).encode())
        assert (readiness(double.url).state, readiness(double.url).says) == (State.FAIL, "traffic: draining")


class TestKeys:
    def test_the_queues_own_keys_are_compared(self, queue):
        ours = replace(settings.ENVIRONMENT, **QSTASH, QSTASH_URL=queue.url)
        assert callback_keys(ours).state is State.OK
        assert callback_keys(replace(ours, QSTASH_NEXT_SIGNING_KEY="")).state is State.WARN
        assert callback_keys(replace(ours, QSTASH_CURRENT_SIGNING_KEY="sig_mine")).state is State.FAIL
        assert callback_keys(replace(ours, QSTASH_TOKEN="another")).state is State.WARN

    def test_no_key_and_a_public_key_are_failures(self):
        without = {"QSTASH_CURRENT_SIGNING_KEY": "", "QSTASH_NEXT_SIGNING_KEY": "", "QSTASH_SIGNING_KEY": ""}
        ours = replace(settings.ENVIRONMENT, DEBUG=False, **without)
        assert callback_keys(ours).state is State.FAIL
        public = sorted(PUBLIC_QSTASH_KEYS)[0]
        assert callback_keys(replace(ours, QSTASH_CURRENT_SIGNING_KEY=public)).state is State.FAIL

    def test_a_session_key_must_be_one(self):
        assert session_keys(settings.ENVIRONMENT).state is State.OK
        assert session_keys(replace(settings.ENVIRONMENT, CLERK_JWT_KEY="hunter2")).state is State.FAIL
        away = f"http://127.0.0.1:{free_port()}/jwks"
        assert session_keys(replace(settings.ENVIRONMENT, CLERK_JWKS_URL=away)).state is State.FAIL

    def test_without_authorized_parties_any_application_of_the_account_is_let_in(self):
        clerk = replace(settings.ENVIRONMENT, CLERK_JWKS_URL="https://clerk.example/jwks", CLERK_AUTHORIZED_PARTIES=())
        assert authorized_parties(clerk).state is State.WARN
        named = replace(clerk, CLERK_AUTHORIZED_PARTIES=("https://app.example",))
        assert authorized_parties(named).state is State.OK

    def test_patients_keys_need_the_master_key_that_wraps_them(self, people):
        record(people.patient())
        ours = settings.ENVIRONMENT
        another = b64encode(os.urandom(32)).decode()
        # What other tests have sealed with keys of their own counts as well.
        mine = MasterKeys(ours.phi_master_keys).current.name
        wrapped = PatientKey.objects.exclude(wrapped=None).values_list("wrapped", flat=True)
        strange = sum(not bytes(one).startswith(mine) for one in wrapped)
        assert master_keys(ours).state is (State.FAIL if strange else State.OK)
        without = master_keys(replace(ours, PHI_MASTER_KEYS=(another,)))
        assert without.state is State.FAIL
        assert "not set here" in without.says
        if not strange:
            rotating = master_keys(replace(ours, PHI_MASTER_KEYS=(another, *ours.PHI_MASTER_KEYS)))
            assert (rotating.state, rotating.do) == (State.WARN, "run manage.py rotate_phi_keys")


class TestDatabase:
    def test_a_migration_that_was_not_applied_is_named(self, people):
        last = MigrationRecorder.Migration.objects.filter(app="patients").latest("id")
        last.delete()
        try:
            found = {finding.check: finding for finding in database(settings.ENVIRONMENT)}
            assert found["migrations"].state is State.FAIL
            assert f"patients.{last.name}" in found["migrations"].says
        finally:
            last.save(force_insert=True)
        assert {finding.check: finding.state for finding in database(settings.ENVIRONMENT)}["migrations"] is State.OK

    def test_other_types_in_the_database_than_in_the_code_are_named(self, people, monkeypatch):
        known = {"document_parsing": "document_update", "never_heard_of": "chat"}
        monkeypatch.setattr("curaway.doctor.database.streamed_types", lambda: known)
        found = {finding.check: finding for finding in database(settings.ENVIRONMENT)}
        assert found["vocabulary"].state is State.FAIL

    def test_a_process_that_asks_for_more_than_the_database_has_is_a_failure(self, people):
        crowded = replace(settings.ENVIRONMENT, DATABASE_CONNECTIONS=10_000)
        found = {finding.check: finding for finding in database(crowded)}
        assert found["connections"].state is State.FAIL

    @pytest.mark.parametrize(
        ("used", "state", "more"),
        [(2, State.OK, "2 more fit"), (7, State.WARN, "0 more fit"), (10, State.FAIL, "up to 4")],
    )
    def test_a_small_database_is_full_only_when_nothing_is_left(self, people, monkeypatch, used, state, more):
        monkeypatch.setattr("curaway.doctor.database.ROOM", f"SELECT 10, {used}")
        small = replace(settings.ENVIRONMENT, DATABASE_CONNECTIONS=3, EVENTS_WAKEUP_URL="")
        connections = {finding.check: finding for finding in database(small)}["connections"]
        assert connections.state is state
        assert connections.says.endswith(more)


class TestWakeUps:
    def test_a_ring_that_nobody_hears_is_a_failure(self, people, monkeypatch):
        monkeypatch.setattr("curaway.doctor.bell.PATIENCE_SECONDS", 0.3)
        monkeypatch.setattr("events.wakeup.notify.NotifyBell.ring", lambda *_: None)
        assert (found := wakeups(settings.ENVIRONMENT)).state is State.FAIL
        assert "rung over NOTIFY and not heard" in found.says

    def test_a_redis_that_is_away_is_a_failure_and_none_a_warning(self):
        away = replace(settings.ENVIRONMENT, EVENTS_WAKEUP_URL=f"redis://127.0.0.1:{free_port()}/0")
        assert (found := wakeups(away)).state is State.FAIL
        assert "Redis cannot be listened to" in found.says
        assert wakeups(replace(settings.ENVIRONMENT, EVENTS_WAKEUP_URL="off")).state is State.WARN


class TestFlag:
    def test_streams_that_are_off_are_a_warning(self, monkeypatch):
        assert streaming_flag(settings.ENVIRONMENT).state is State.OK
        monkeypatch.setattr("curaway.flags.Flags.enabled", lambda *_: False)
        assert streaming_flag(settings.ENVIRONMENT).state is State.WARN

    def test_flagsmith_is_asked_and_its_key_looked_at(self):
        with FlagsmithDouble("sse_streaming", enabled=True) as flagsmith:
            ours = replace(settings.ENVIRONMENT, FLAGSMITH_API_URL=flagsmith.api_url)
            assert streaming_flag(replace(ours, FLAGSMITH_ENVIRONMENT_KEY="client-side")).state is State.FAIL
            assert streaming_flag(replace(ours, FLAGSMITH_ENVIRONMENT_KEY="ser.test")).says.endswith("by Flagsmith")
            assert streaming_flag(replace(ours, FLAGSMITH_ENVIRONMENT_KEY="ser.wrong")).state is State.WARN
        nowhere = replace(
            ours, FLAGSMITH_API_URL=f"http://127.0.0.1:{free_port()}", FLAGSMITH_ENVIRONMENT_KEY="ser.key"
        )
        assert streaming_flag(nowhere).state is State.WARN


@pytest.mark.parametrize(
    ("skew", "state"), [(0.4, State.OK), (-1.9, State.OK), (3, State.WARN), (-4.9, State.WARN), (5.1, State.FAIL)]
)
def test_a_clock_is_judged_by_what_tokens_bear(skew, state):
    assert judged("server clock", skew).state is state


def test_development_mode_is_for_one_machine():
    assert development_mode(settings.ENVIRONMENT, "http://127.0.0.1:8000").state is State.OK
    assert development_mode(settings.ENVIRONMENT, "https://api.curaway.example").state is State.FAIL
    assert development_mode(replace(settings.ENVIRONMENT, DEBUG=False), "https://api.curaway.example").state is State.OK


def test_an_error_is_told_by_its_class_alone():
    def looking():
        raise ConnectionError("postgres://u:hunter2@db")

    (finding,) = guarded("database", looking)
    assert (finding.state, finding.says) == (State.FAIL, "does not answer: ConnectionError")
