"""The operator's commands: what they do, what they print, and what they say when they can not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from events import emit_event
from events.grammar import REGISTRY
from events.models import Event, Job
from events.registry import streamed_types
from events.samples import sample
from tests.facts import positions, record
from tests.servers import ROOT

APOLLO = "tenant-apollo-001"


def run(command: str, *arguments: str) -> list[str]:
    """The lines the command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def manage(database_url: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `manage.py` as an operator does; ends what still runs."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


class TestEmitting:
    @pytest.fixture
    def patient(self, people: Any) -> Any:
        """Somebody about whom something is recorded."""
        patient = people.patient()
        record(patient)
        return patient

    def test_an_event_is_recorded_and_its_position_type_and_id_are_printed(self, patient):
        (line,) = run("emit_test_event", "--patient", patient.id)
        event = Event.objects.get(patient_id=patient.id, position=2)
        assert line.split() == ["2", "intake_progress_updated", str(event.id)]
        assert (event.actor_id, event.source_service, event.client_type) == (
            "emit_test_event",
            "emit_test_event",
            "cli",
        )

    def test_as_many_as_asked_for_each_caused_by_itself(self, patient):
        lines = run("emit_test_event", "--patient", patient.id, "--count", "3", "--every", "0.01")
        assert [line.split()[0] for line in lines] == ["2", "3", "4"]
        assert positions(patient) == [1, 2, 3, 4]
        assert Event.objects.filter(patient_id=patient.id).values("correlation_id").distinct().count() == 4

    @pytest.mark.parametrize("name", [name for name, kind in REGISTRY.items() if not sample(kind).jobs()])
    def test_every_type_can_be_emitted_that_causes_no_job(self, patient, name):
        (line,) = run("emit_test_event", "--patient", patient.id, "--type", name)
        assert line.split()[:2] == ["2" if REGISTRY[name].streams_as else "-", name]

    @pytest.mark.parametrize("name", [str(name) for name in REGISTRY if name not in streamed_types()])
    def test_in_production_what_auditors_rely_on_can_not_be_made_up(self, patient, settings, name):
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, DEBUG=False)
        with pytest.raises(CommandError, match=f"auditors rely on {name}"):
            run("emit_test_event", "--patient", patient.id, "--type", name, "--yes")
        assert not Event.objects.filter(patient_id=patient.id, event_type=name).exists()

    def test_a_wrong_type_is_answered_with_the_names_of_the_right_ones(self, patient):
        with pytest.raises(CommandError, match="'document_uploaded', 'document_parsing'"):
            run("emit_test_event", "--patient", patient.id, "--type", "tea_served")

    def test_in_production_nothing_is_made_up_unless_it_is_confirmed(self, patient, settings):
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, DEBUG=False)
        with pytest.raises(CommandError, match="DEBUG is off"):
            run("emit_test_event", "--patient", patient.id)
        assert positions(patient) == [1]
        run("emit_test_event", "--patient", patient.id, "--yes")
        assert positions(patient) == [1, 2]

    def test_nothing_is_recorded_about_a_quarantined_patient(self, people):
        patient = people.patient(quarantined=True)
        with pytest.raises(CommandError, match=f"{patient.id} is quarantined"):
            run("emit_test_event", "--patient", patient.id)
        assert positions(patient) == []

    def test_an_open_stream_hears_it(self, patient, stream):
        client = stream(patient)
        client.connected()
        run("emit_test_event", "--patient", patient.id, "--type", "document_parsed")
        assert client.next().data["event_type"] == "document_parsed"

    def test_another_tenants_patient_is_named_with_the_tenant(self, people):
        patient = people.patient(tenant=APOLLO)
        record(patient)
        run("emit_test_event", "--patient", patient.id, "--tenant", APOLLO)
        assert positions(patient) == [1, 2]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--patient", "nobody"], "There is no patient nobody in tenant-curaway-patients"),
            (["--patient", "{id}", "--tenant", APOLLO], "There is no patient {id} in tenant-apollo-001"),
            (["--patient", "{id}", "--type", "document_uploaded"], "document_uploaded causes jobs about a document"),
            (["--patient", "{id}", "--count", "0"], "--count must be at least 1"),
            (["--patient", "{id}", "--every", "-1"], "--every must not be negative"),
            (["--patient", "{id}", "--type", "tea_served"], "argument --type: invalid choice: 'tea_served'"),
            ([], "the following arguments are required: --patient"),
        ],
    )
    def test_what_can_not_be_done_is_said_and_nothing_is_recorded(self, patient, arguments, sentence):
        with pytest.raises(CommandError, match=re.escape(sentence.format(id=patient.id))):
            run("emit_test_event", *(argument.format(id=patient.id) for argument in arguments))
        assert positions(patient) == [1]
        assert not Job.objects.filter(patient_id=patient.id).exists()


class TestTailing:
    @pytest.fixture
    def patient(self, people: Any) -> Any:
        """Three facts: two that stream, one that does not."""
        patient = people.patient()
        for name in ("document_parsing", "patient_updated", "agent_response_generated"):
            emit_event(name, patient.tenant_id, patient.id, sample(REGISTRY[name]), "user_9", f"{patient.id}-{name}")
        return patient

    def test_the_last_events_are_printed_newest_last(self, patient):
        lines = run("tail_events", "--no-follow", "--patient", patient.id)
        assert [line.split()[2:4] for line in lines] == [
            ["#1", "document_parsing"],
            ["-", "patient_updated"],
            ["#2", "agent_response_generated"],
        ]

    def test_a_line_says_when_whose_what_by_whom_and_why(self, patient):
        (line,) = run("tail_events", "--no-follow", "--patient", patient.id, "--type", "document_parsing")
        event = Event.objects.get(patient_id=patient.id, position=1)
        assert line == (
            f"{event.created_at:%H:%M:%S.%f}"[:12] + f"  tenant-curaway-patients/{patient.id}      #1"
            f"  document_parsing  user_9 is reading document sample-document-id  [{event.correlation_id}]"
        )

    @pytest.mark.parametrize("name", REGISTRY)
    def test_no_protected_field_is_printed(self, people, name):
        patient, kind = people.patient(), REGISTRY[name]
        personal = {field: "Maria" for field in kind.phi_fields()}
        payload = {**sample(kind).model_dump(), **personal}
        emit_event(name, patient.tenant_id, patient.id, payload, "user_9", "corr-9")
        (line,) = run("tail_events", "--no-follow", "--patient", patient.id)
        assert name in line
        assert "Maria" not in line

    def test_an_event_of_a_type_nobody_knows_any_more_is_printed_by_its_name(self, people):
        patient = people.patient()
        Event.objects.create(
            event_type="tea_served",
            tenant_id=patient.tenant_id,
            patient_id=patient.id,
            payload={"guest": "Maria"},
            correlation_id="c",
        )
        (line,) = run("tail_events", "--no-follow", "--patient", patient.id)
        assert line.endswith("tea_served  - tea_served  [c]")

    @pytest.mark.parametrize(
        ("arguments", "types"),
        [
            (["--type", "patient_updated"], ["patient_updated"]),
            (
                ["--type", "patient_updated", "--type", "document_parsing"],
                ["document_parsing", "patient_updated"],
            ),
            (["--last", "1"], ["agent_response_generated"]),
            (["--last", "0"], []),
            (["--correlation-id", "{id}-patient_updated"], ["patient_updated"]),
            (["--tenant", APOLLO], []),
            (["--tenant", "tenant-curaway-patients", "--last", "2"], ["patient_updated", "agent_response_generated"]),
        ],
        ids=" ".join,
    )
    def test_only_what_was_asked_for_is_printed(self, patient, arguments, types):
        asked = [argument.format(id=patient.id) for argument in arguments]
        lines = run("tail_events", "--no-follow", "--patient", patient.id, *asked)
        assert [line.split()[3] for line in lines] == types

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--last", "-1"], "--last must not be negative"),
            (["--every", "0"], "--every must be above 0"),
            (["--type", "tea_served"], "invalid choice: 'tea_served' (choose from 'patient_registered', "),
        ],
    )
    def test_what_can_not_be_done_is_said(self, database, arguments, sentence):
        with pytest.raises(CommandError, match=re.escape(sentence)):
            run("tail_events", "--no-follow", *arguments)

    @pytest.mark.timeout(60)
    def test_it_follows_until_it_is_interrupted(self, patient, manage):
        tail = manage("tail_events", "--patient", patient.id, "--last", "1", "--every", "0.1")
        assert "agent_response_generated" in tail.stdout.readline()
        event = record(patient, "knee-of-maria.pdf", correlation_id="corr-followed")
        line = tail.stdout.readline()
        assert f"#{event.position}  document_parsing" in line
        tail.send_signal(signal.SIGINT)
        out, err = tail.communicate(timeout=10)
        assert (tail.returncode, out.strip(), err) == (0, "", "")

    @pytest.mark.timeout(120)
    def test_an_event_that_is_committed_late_is_still_printed_once(self, patient, people, manage):
        somebody_else = record(people.patient()).patient_id
        tail = manage("tail_events", "--tenant", patient.tenant_id, "--last", "1", "--every", "0.1")
        tail.stdout.readline()
        with transaction.atomic():
            late = emit_event("patient_updated", patient.tenant_id, patient.id, {"changed": ["late"]}, "u", "corr-late")
            # About somebody else: one about this patient waits for the transaction to end.
            other = manage("emit_test_event", "--patient", somebody_else)
            assert other.wait(90) == 0
            printed = [next(line for line in tail.stdout if "intake_progress_updated" in line)]
        record(patient, correlation_id="corr-last")
        for line in tail.stdout:
            printed.append(line)
            if "corr-last" in line:
                break
        assert [name for line in printed for name in ("corr-late", "corr-last") if name in line] == [
            "corr-late",
            "corr-last",
        ]
        assert late.position is None


class TestHelp:
    @pytest.mark.parametrize(
        ("command", "options"),
        [
            ("emit_test_event", ["--patient", "--tenant", "--type", "--count", "--every", "--yes"]),
            (
                "tail_events",
                ["--tenant", "--patient", "--type", "--correlation-id", "--last", "--no-follow", "--every"],
            ),
            ("contracts", ["--check"]),
            ("sweep_jobs", []),
        ],
    )
    def test_a_command_explains_itself(self, command, options, capsys):
        with pytest.raises(SystemExit) as ended:
            call_command(command, "--help")
        said = capsys.readouterr().out
        assert ended.value.code == 0
        assert [option for option in options if option not in said] == []

    @pytest.mark.timeout(60)
    def test_a_mistake_ends_with_a_sentence_and_no_traceback(self, manage):
        mistaken = manage("emit_test_event", "--patient", "nobody")
        out, err = mistaken.communicate(timeout=30)
        assert (mistaken.returncode, out) == (1, "")
        assert err == (
            "CommandError: There is no patient nobody in tenant-curaway-patients; see --patient and --tenant.\n"
        )
