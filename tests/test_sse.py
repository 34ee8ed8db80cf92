"""What a client of the stream may rely on."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.db import transaction

from events import emit_event, wakeup
from events.frames import HEARTBEAT
from events.models import Job
from events.testing import StreamEnded
from patients.models import Membership, Patient
from tests.facts import record, record_many
from tests.waiting import wait_until


class TestOpening:
    def test_a_stream_begins_at_now_with_the_state_it_was_read_at(self, people, stream):
        patient = people.patient()
        record_many(patient, 3)
        facts = stream(patient).connected()
        assert (facts["position"], facts["head"], facts["resumed"]) == (3, 3, False)
        assert "reset" not in facts
        assert facts["patient_id"] == patient.id
        assert facts["state"]["position"] == 3

    def test_the_first_frame_has_exactly_these_lines(self, people, stream):
        client = stream(people.patient()).open()
        frame = client.next()
        lines = frame.raw.decode().split("\n")
        assert lines[:3] == ["event: connected", "id: 0", "retry: 2000"]
        assert lines[3].startswith("data: {")
        assert lines[4:] == ["", ""]

    def test_the_headers_keep_every_layer_from_buffering(self, people, stream):
        headers = stream(people.patient()).open().headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-cache, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert headers["content-encoding"] == "identity"
        assert headers["x-correlation-id"]
        assert "content-length" not in headers

    def test_head_answers_the_headers_and_opens_nothing(self, people, http):
        patient = people.patient()
        answer = http.head(f"/api/v1/patients/{patient.id}/events/stream", headers=people.patient_headers(patient))
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"

    def test_the_correlation_id_is_echoed(self, people, stream):
        client = stream(people.patient(), extra_headers={"X-Correlation-ID": "corr-abc"}).open()
        assert client.headers["x-correlation-id"] == "corr-abc"

    def test_a_stranger_gets_a_refusal_and_not_one_frame(self, people, stream, server):
        from events.testing import StreamClient

        patient, stranger = people.patient(), people.patient()
        client = StreamClient(server.url, patient, people.patient_headers(stranger)).open()
        assert (client.status, client.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001")

    def test_unknown_names_in_types_are_refused_with_the_choice(self, people, stream):
        client = stream(people.patient(), types="document_update,nonsense").open()
        assert (client.status, client.json()["errors"][0]["field"]) == (422, "types")


class TestHearing:
    def test_an_event_is_heard_after_its_commit(self, people, stream):
        patient = people.patient()
        client = stream(patient)
        client.connected()
        event = record(patient, correlation_id="corr-9")
        frame = client.next()
        assert (frame.event, frame.id) == ("document_update", "1")
        assert set(frame.data) == {
            "position",
            "event_id",
            "event_type",
            "occurred_at",
            "correlation_id",
            "payload",
        }
        assert (frame.data["event_id"], frame.data["correlation_id"]) == (str(event.id), "corr-9")
        assert frame.data["payload"] == {"document_id": "doc_test", "filename": "report.pdf", "status": "parsing"}

    def test_nothing_is_heard_of_a_transaction_before_it_commits_or_after_it_rolls_back(self, people, stream):
        patient = people.patient()
        client = stream(patient)
        client.connected()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(patient)
            raise ZeroDivisionError
        event = record(patient)
        assert client.next().data["event_id"] == str(event.id)

    def test_recorded_only_events_do_not_stream(self, people, stream):
        patient = people.patient()
        client = stream(patient)
        client.connected()
        emit_event("patient_updated", patient.tenant_id, patient.id, {"changed": ["email"]}, "u", "c")
        event = record(patient)
        assert client.next().data["event_id"] == str(event.id)

    def test_everybody_who_listens_hears_the_same_bytes(self, people, stream):
        patient = people.patient()
        clients = [stream(patient) for _ in range(5)]
        for client in clients:
            client.connected()
        record(patient)
        assert len({client.next().raw for client in clients}) == 1

    def test_nobody_else_hears_it(self, people, stream):
        patient, other = people.patient(), people.patient()
        stranger = stream(other)
        stranger.connected()
        record(patient)
        mine = record(other)
        assert stranger.next().data["event_id"] == str(mine.id)

    def test_a_coordinator_hears_the_patients_of_the_tenant(self, people, server):
        from events.testing import StreamClient

        patient = people.patient(tenant="tenant-apollo-001")
        client = StreamClient(server.url, patient, people.coordinator_headers("tenant-apollo-001"))
        client.connected()
        record(patient)
        assert client.next().position == 1
        client.close()

    def test_types_narrows_to_those_names_and_ids_follow_the_frames_sent(self, people, stream):
        patient = people.patient()
        client = stream(patient, types="intake_progress")
        client.connected()
        record_many(patient, 2)
        progress = {"progress": 0.5, "previous": 0.1, "categories": {"consent": 1.0}}
        emit_event("intake_progress_updated", patient.tenant_id, patient.id, progress, "u", "c")
        frame = client.next()
        assert (frame.event, frame.id) == ("intake_progress", "3")

    def test_without_any_wakeup_the_poll_finds_it(self, people, stream, monkeypatch):
        monkeypatch.setattr(wakeup, "ring", lambda _: None)
        patient = people.patient()
        client = stream(patient)
        client.connected()
        record(patient)
        assert client.next(seconds=settings.ENVIRONMENT.SSE_POLL_SECONDS + 2).position == 1


class TestResuming:
    def test_everything_after_the_position_follows_in_order_exactly_once(self, people, stream):
        patient = people.patient()
        events = record_many(patient, 250)
        client = stream(patient, last_event_id=7)
        facts = client.connected()
        assert (facts["position"], facts["head"], facts["resumed"]) == (7, 250, True)
        assert [frame.data["event_id"] for frame in client.take(243)] == [str(event.id) for event in events[7:]]
        last = record(patient)
        assert client.next().data["event_id"] == str(last.id)

    def test_the_query_resumes_too_and_the_header_wins(self, people, stream):
        patient = people.patient()
        record_many(patient, 5)
        assert stream(patient, after=2).connected()["position"] == 2
        assert stream(patient, after=2, last_event_id=4).connected()["position"] == 4

    def test_position_zero_is_the_beginning(self, people, stream):
        patient = people.patient()
        record(patient)
        client = stream(patient, after=0)
        assert client.connected()["resumed"] is True
        assert client.next().position == 1

    @pytest.mark.parametrize(
        ("position", "reset"),
        [
            ("-1", "malformed"),
            ("abc", "malformed"),
            ("1.5", "malformed"),
            ("1e3", "malformed"),
            ("+3", "malformed"),
            ("0x1", "malformed"),
            ("1 2", "malformed"),
            ("4", "ahead"),
            ("9" * 19, "ahead"),
            ("9" * 5000, "ahead"),
        ],
    )
    def test_a_position_that_cannot_be_honoured_is_said_and_never_an_error(self, people, stream, position, reset):
        patient = people.patient()
        record_many(patient, 3)
        facts = stream(patient, last_event_id=position).connected()
        assert (facts["resumed"], facts["reset"]) == (False, reset)
        assert facts["position"] == facts["head"] == 3

    @pytest.mark.parametrize("position", ["\x00", "2\x00", "\ud7ff", "٣"])
    def test_in_the_query_it_may_be_anything_as_well(self, people, stream, position):
        patient = people.patient()
        record_many(patient, 3)
        facts = stream(patient, after=position).connected()
        assert (facts["resumed"], facts["reset"], facts["position"]) == (False, "malformed", 3)

    def test_a_long_history_of_large_events_arrives_whole(self, people, stream):
        patient = people.patient()
        for _ in range(12):
            record(patient, "x" * 200_000)
        client = stream(patient, after=0)
        client.connected()
        frames = client.take(12)
        assert [frame.position for frame in frames] == list(range(1, 13))
        assert all(len(frame.data["payload"]["filename"]) == 200_000 for frame in frames)


class TestSilence:
    def test_a_heartbeat_is_a_colon_and_a_line_end_alone(self, people, process_server, database_url):
        with process_server(SSE_HEARTBEAT_SECONDS="0.3", SSE_LIFETIME_SECONDS="60") as server:
            patient = people.patient()
            client = server.stream(people, patient, follow=True)
            client.connected()
            length = len(client.raw)
            client.wait_for_heartbeat()
            client.wait_for_heartbeat()
            assert client.raw[length:] == HEARTBEAT * 2 == b":\n:\n"
            client.close()

    def test_traffic_puts_the_heartbeat_off(self, people, process_server):
        with process_server(SSE_HEARTBEAT_SECONDS="0.6") as server:
            patient = people.patient()
            client = server.stream(people, patient, follow=True)
            client.connected()
            for _ in range(10):
                record(patient)
                client.next()
                time.sleep(0.1)
            assert client.heartbeats == 0
            client.close()


class TestEnding:
    def test_idle_ends_it_when_nothing_is_being_processed(self, people, stream):
        patient = people.patient()
        frames, done = stream(patient, after=0).open().until_done()
        assert [frame.event for frame in frames] == ["connected"]
        assert done == {"reason": "idle", "position": 0, "reconnect": False, "retry_ms": 2000}

    def test_work_under_way_keeps_it_open(self, people, stream):
        patient = people.patient()
        job = Job.objects.create(
            kind="notification", tenant_id=patient.tenant_id, patient_id=patient.id, correlation_id="c", body={}
        )
        client = stream(patient)
        client.connected()
        with pytest.raises(AssertionError, match="nothing came in time"):
            client.next(seconds=3 * settings.ENVIRONMENT.SSE_IDLE_SECONDS)
        Job.objects.filter(id=job.id).update(status="done")
        assert client.until_done()[1]["reason"] == "idle"

    def test_follow_keeps_it_open_until_its_lifetime_ends(self, people, process_server):
        with process_server(SSE_LIFETIME_SECONDS="4") as server:
            client = server.stream(people, people.patient(), follow=True)
            began = time.monotonic()
            _, done = client.open().until_done()
            assert (done["reason"], done["reconnect"]) == ("timeout", True)
            assert 0.75 * 4 < time.monotonic() - began < 4 + 1.5

    def test_quarantine_ends_it_at_once(self, people, stream):
        from patients.services.access import quarantine_patient

        patient = people.patient()
        client = stream(patient, follow=True)
        client.connected()
        quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
        _, done = client.until_done(seconds=5)
        assert (done["reason"], done["reconnect"]) == ("revoked", False)

    def test_a_removed_member_is_ended_and_the_patient_is_not(self, people, server, stream):
        from events.testing import StreamClient
        from patients.services.access import remove_member

        patient = people.patient()
        subject = f"user_nurse_{patient.id}"
        nurse = StreamClient(server.url, patient, people.coordinator_headers(subject=subject), follow="true")
        own = stream(patient, follow=True)
        nurse.connected()
        own.connected()
        remove_member(tenant_id=patient.tenant_id, subject=subject)
        assert nurse.until_done(seconds=5)[1]["reason"] == "revoked"
        record(patient)
        assert own.next().position == 1
        assert Membership.objects.get(subject=subject).removed_at is not None

    def test_a_change_made_past_the_services_is_found_by_the_regular_check(self, people, process_server):
        with process_server(SSE_ACCESS_SECONDS="1") as server:
            patient = people.patient()
            client = server.stream(people, patient, follow=True)
            client.connected()
            Patient.objects.filter(id=patient.id).update(subject="user_somebody_else")
            assert client.until_done(seconds=10)[1]["reason"] == "revoked"

    def test_after_done_the_stream_resumes_from_its_position(self, people, stream):
        patient = people.patient()
        record_many(patient, 3)
        _, done = stream(patient, after=0).open().until_done()
        record(patient)
        client = stream(patient, last_event_id=done["position"])
        client.connected()
        assert client.next().position == 4


class TestLimits:
    def test_a_full_process_refuses_and_says_when_to_come_back(self, people, process_server):
        with process_server(SSE_MAX_STREAMS="2") as server:
            patient = people.patient()
            first, second = (server.stream(people, patient, follow=True) for _ in range(2))
            first.connected()
            second.connected()
            third = server.stream(people, patient).open()
            refused = third.json()["errors"][0]
            assert (third.status, refused["code"], refused["reason"]) == (503, "SSE_CONNECTION_001", "capacity")
            assert int(third.headers["retry-after"]) > 0
            first.close()
            wait_until(lambda: _opens(server, people, patient))

    def test_one_patient_cannot_take_all_streams(self, people, process_server):
        with process_server(SSE_MAX_STREAMS_PER_PATIENT="1") as server:
            patient, other = people.patient(), people.patient()
            first = server.stream(people, patient, follow=True)
            first.connected()
            assert server.stream(people, patient).open().json()["errors"][0]["reason"] == "capacity"
            assert server.stream(people, other).connected()["position"] == 0
            first.close()

    def test_switched_off_nothing_opens(self, people, process_server):
        with process_server(SSE_STREAMING="off") as server:
            client = server.stream(people, people.patient()).open()
            refused = client.json()["errors"][0]
            assert (client.status, refused["code"], refused["reason"]) == (503, "SSE_CONNECTION_001", "disabled")


def _opens(server, people, patient) -> bool:
    client = server.stream(people, patient)
    try:
        return client.open().status == 200
    except StreamEnded:
        return False
    finally:
        client.close()
