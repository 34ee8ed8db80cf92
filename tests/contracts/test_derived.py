"""What is derived from the code is committed, up to date, and true of what the server sends."""

from __future__ import annotations

import json
import uuid
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from django.core.management import CommandError, call_command

from curaway import environment
from curaway.derived import derived_files
from curaway.environment import ROOT, Environment
from curaway.errors import CATALOGUE
from curaway.management.commands import contracts
from events import emit_event
from events import log as event_log
from events.contracts import events_schema
from events.frames import as_json, event_frame, instant
from events.grammar import REGISTRY
from events.log import Cursor, Row, StreamKey
from events.models import Event
from events.registry import streamed_types
from events.samples import sample
from tests.people import People

ROUTES = {
    "/api/v1/patients": {"post"},
    "/api/v1/patients/{patient_id}": {"get", "put"},
    "/api/v1/patients/{patient_id}/summary": {"get"},
    "/api/v1/patients/{patient_id}/consent": {"get"},
    "/api/v1/patients/{patient_id}/documents": {"get"},
    "/api/v1/patients/{patient_id}/events": {"get"},
    "/api/v1/patients/{patient_id}/events/stream": {"get", "head"},
    "/api/v1/consent": {"post"},
    "/api/v1/uploads/presign": {"post"},
    "/api/v1/uploads/confirm": {"post"},
}
STREAM = "/api/v1/patients/{patient_id}/events/stream"


@pytest.fixture(scope="module")
def openapi() -> Any:
    return json.loads((ROOT / "contracts/openapi.json").read_text())


class TestFiles:
    @pytest.mark.parametrize("name", derived_files())
    def test_a_derived_file_is_up_to_date(self, name: str) -> None:
        assert (ROOT / name).read_text(encoding="utf-8") == derived_files()[name](), "run `make contracts`"

    def test_the_check_passes_over_what_was_written_and_names_what_is_stale(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(contracts, "ROOT", tmp_path)
        call_command("contracts")
        call_command("contracts", "--check")
        assert capsys.readouterr().out == f"{len(derived_files())} written\nEverything is up to date.\n"
        with (tmp_path / "contracts/openapi.json").open("a") as file:
            file.write(" ")
        (tmp_path / ".env.example").unlink()
        with pytest.raises(CommandError, match=r"Stale: contracts/openapi\.json, \.env\.example\."):
            call_command("contracts", "--check")
        assert not (tmp_path / ".env.example").exists()

    def test_the_example_of_settings_names_every_variable_with_its_default(self, tmp_path: Path) -> None:
        lines = (ROOT / ".env.example").read_text().splitlines()
        given = [line.removeprefix("#") for line in lines if line[:1] == "#" and line[1:2].isupper()]
        assert [line.partition("=")[0] for line in given] == [variable.name for variable in fields(Environment)]
        dotenv = tmp_path / ".env"
        dotenv.write_text("\n".join(given))
        read = environment.load({"DEBUG": "on", "DATA_DIR": str(tmp_path)}, dotenv)
        made_here = {"DEBUG", "DATA_DIR", "SECRET_KEY", "PHI_MASTER_KEYS", "QSTASH_URL", "QSTASH_TOKEN"}
        made_here |= {"QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"}
        assert [
            variable.name
            for variable in fields(Environment)
            if variable.name not in made_here and getattr(read, variable.name) != variable.default
        ] == []

    def test_the_reference_lists_every_code(self) -> None:
        page = (ROOT / "docs/reference/errors.md").read_text()
        assert [code for code in CATALOGUE if f"| `{code}` | {CATALOGUE[code].status} |" not in page] == []


class TestEventsSchema:
    def test_it_is_json_schema_2020_12(self) -> None:
        schema = events_schema()
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema_rs.meta.validate(schema)

    @pytest.mark.parametrize("name", streamed_types())
    def test_a_streamed_event_is_what_the_schema_says(self, people: People, name: str) -> None:
        patient = people.patient(consented=False)
        emit_event(name, patient.tenant_id, patient.id, sample(REGISTRY[name]), "user_test", "corr-test")
        cursor = Cursor(StreamKey(patient.tenant_id, patient.id), 0)
        (row,) = event_log.read([cursor])[cursor].rows
        jsonschema_rs.validate(events_schema(), json.loads(as_json(row)))

    @pytest.mark.parametrize("name", sorted(REGISTRY.keys() - streamed_types().keys()))
    def test_a_recorded_event_is_what_the_schema_says(self, people: People, name: str) -> None:
        patient = people.patient(consented=False)
        emit_event(name, patient.tenant_id, patient.id, sample(REGISTRY[name]), "user_test", "corr-test")
        event = Event.objects.get(patient_id=patient.id)
        facts = {
            "position": event.position,
            "event_id": str(event.id),
            "event_type": event.event_type,
            "occurred_at": event.created_at.isoformat(),
            "correlation_id": event.correlation_id,
            "payload": event.payload,
        }
        jsonschema_rs.validate({**events_schema(), "oneOf": [{"$ref": f"#/$defs/{name}"}]}, facts)
        assert not jsonschema_rs.is_valid(events_schema(), facts)

    def test_an_event_that_is_not_as_declared_is_refused_by_it(self) -> None:
        row = Row(
            1,
            str(uuid.uuid4()),
            "document_parsing",
            instant(_now()),
            "c",
            '{"document_id": "d", "filename": "f", "x": 1}',
        )
        assert not jsonschema_rs.is_valid(events_schema(), json.loads(as_json(row)))


class TestOpenAPI:
    def test_it_is_served_as_it_is_committed_and_shown_as_a_page(self, http: httpx.Client, openapi: Any) -> None:
        served = http.get("/api/v1/openapi.json")
        assert (served.status_code, served.json()) == (200, openapi)
        page = http.get("/api/v1/docs")
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "/api/v1/openapi.json" in page.text

    @pytest.mark.parametrize(("path", "methods"), ROUTES.items(), ids=list(ROUTES))
    def test_every_promised_route_is_in_it(self, openapi: Any, path: str, methods: set[str]) -> None:
        assert openapi["paths"][path].keys() == methods

    def test_every_operation_takes_a_bearer_token_a_tenant_and_a_correlation_id(self, openapi: Any) -> None:
        schemes = openapi["components"]["securitySchemes"]
        assert {(one["type"], one["scheme"], one["bearerFormat"]) for one in schemes.values()} == {
            ("http", "bearer", "JWT")
        }
        for operation in _operations(openapi):
            headers = {one["name"]: one["required"] for one in operation["parameters"] if one["in"] == "header"}
            assert (headers["X-Tenant-ID"], headers["X-Correlation-ID"]) == (True, False)
            assert {name for one in operation["security"] for name in one} <= schemes.keys()

    def test_writes_take_an_idempotency_key(self, openapi: Any) -> None:
        for methods in openapi["paths"].values():
            for method, operation in methods.items():
                names = {one["name"] for one in operation["parameters"]}
                assert ("X-Idempotency-Key" in names) == (method in ("post", "put"))

    def test_operation_ids_are_unique_but_for_the_stream_and_its_head(self, openapi: Any) -> None:
        ids = [operation["operationId"] for operation in _operations(openapi)]
        assert len(set(ids)) >= len(ids) - 1

    def test_the_stream_is_described_as_one_schema_per_frame(self, openapi: Any) -> None:
        content = openapi["paths"][STREAM]["get"]["responses"]["200"]["content"]
        assert content.keys() == {"text/event-stream"}
        titles = [frame["title"] for frame in content["text/event-stream"]["schema"]["items"]["oneOf"]]
        assert titles == [
            "connected: connected",
            *(f"{stream}: {name}" for name, stream in streamed_types().items()),
            "done: done",
        ]

    def test_the_streams_parameters_are_described(self, openapi: Any) -> None:
        names = {(one["in"], one["name"]) for one in openapi["paths"][STREAM]["get"]["parameters"]}
        assert {("header", "Last-Event-ID"), ("query", "after"), ("query", "follow"), ("query", "types")} <= names

    @pytest.mark.parametrize("name", streamed_types())
    def test_a_frame_is_what_the_description_says(self, openapi: Any, name: str) -> None:
        fact = sample(REGISTRY[name]).model_dump_json()
        wire = event_frame(Row(7, str(uuid.uuid4()), name, instant(_now()), "c", fact)).wire.decode()
        frame = dict(line.split(": ", 1) for line in wire.removesuffix("\n\n").split("\n"))
        content = openapi["paths"][STREAM]["get"]["responses"]["200"]["content"]["text/event-stream"]
        (described,) = (
            one for one in content["schema"]["items"]["oneOf"] if one["title"] == f"{streamed_types()[name]}: {name}"
        )
        jsonschema_rs.validate(described, frame)
        jsonschema_rs.validate(described["properties"]["data"]["contentSchema"], json.loads(frame["data"]))


def _operations(openapi: Any) -> list[Any]:
    return [operation for methods in openapi["paths"].values() for operation in methods.values()]


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
