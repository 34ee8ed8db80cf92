"""The vocabulary: what a kind of fact must say of itself, and what follows from saying it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import pytest
from pydantic import ValidationError

from events import contracts, reference, registry, typescript
from events.grammar import PHI, REGISTRY, EventPayload, MalformedEvent
from events.models import Event
from events.registry import DocumentParsed, DocumentUploaded, EventType, JobKind, StreamEvent
from events.samples import sample


class Made(StrEnum):
    """Event types that exist for the length of a test."""

    TEA_SERVED = "tea_served"


class NoJob(StrEnum):
    BREW = "brew"


STREAMED_AS = {
    "document_uploaded": "document_update",
    "document_parsing": "document_update",
    "document_parsed": "document_update",
    "document_analyzing": "document_update",
    "document_analyzed": "document_update",
    "document_failed": "document_update",
    "clinical_entities_extracted": "ehr_update",
    "fhir_resource_created": "ehr_update",
    "chat_data_collected": "ehr_update",
    "ehr_conflict_detected": "ehr_update",
    "intake_progress_updated": "intake_progress",
    "match_requested": "match_progress",
    "match_stage_completed": "match_progress",
    "match_completed": "match_progress",
    "match_failed": "match_progress",
    "agent_response_generated": "agent_response",
}

RECORDED_ONLY = {
    "patient_registered",
    "patient_updated",
    "consent_granted",
    "consent_revoked",
    "chat_message_sent",
    "notification_sent",
    "notification_failed",
    "access_changed",
    "phi_viewed",
    "events_exported",
    "job_republished",
    "log_epoch_begun",
    "patient_erased",
    "process_drain_ordered",
    "stream_end_ordered",
    "streaming_switched",
}

DOCUMENT = {"document_id", "filename", "status"}
MATCH = {"match_id", "stage", "providers"}
RELIED_ON = {
    "document_uploaded": DOCUMENT,
    "document_parsing": DOCUMENT,
    "document_parsed": DOCUMENT | {"pages", "characters", "method"},
    "document_analyzing": DOCUMENT,
    "document_analyzed": DOCUMENT,
    "document_failed": DOCUMENT | {"reason", "retryable"},
    "clinical_entities_extracted": {"document_id"},
    "fhir_resource_created": {"resource_type", "resource_id", "code", "display"},
    "intake_progress_updated": {"progress", "previous", "categories"},
    "match_requested": MATCH,
    "match_stage_completed": MATCH,
    "match_completed": MATCH | {"matches"},
    "match_failed": MATCH,
    "agent_response_generated": {"message_id", "agent_name", "content", "content_type", "suggested_actions"},
}


@pytest.fixture(autouse=True)
def _vocabulary_as_before() -> Iterator[None]:
    """What a test adds to the vocabulary is gone after it."""
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


class TestGrammar:
    def test_a_kind_without_a_docstring_is_refused(self):
        with pytest.raises(MalformedEvent, match=r"TeaServed needs a docstring of its own"):

            class TeaServed(EventPayload):
                records = Made.TEA_SERVED
                audit = "served tea"

    def test_the_docstring_of_a_parent_does_not_count(self):
        with pytest.raises(MalformedEvent, match="needs a docstring of its own"):

            class ParsedAgain(DocumentParsed):
                records = Made.TEA_SERVED

    @pytest.mark.parametrize("sentence", ["", None])
    def test_a_kind_without_an_audit_sentence_is_refused(self, sentence):
        with pytest.raises(MalformedEvent, match="TeaServed needs an audit sentence"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                audit = sentence

    def test_two_classes_for_one_type_are_refused(self):
        with pytest.raises(MalformedEvent, match="ReadAgain: DocumentParsed records document_parsed already"):

            class ReadAgain(EventPayload):
                """The document was read again."""

                records = EventType.DOCUMENT_PARSED
                audit = "read it again"

        assert REGISTRY["document_parsed"] is DocumentParsed

    def test_an_audit_sentence_that_names_no_field_of_the_kind_is_refused(self):
        with pytest.raises(MalformedEvent, match="the audit sentence names 'sugar', which is not a field"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                audit = "served tea with {sugar}"

    @pytest.mark.parametrize("quote", ["{guest}", "{guest!r}", "{guest:>20}"])
    def test_an_audit_sentence_that_names_a_protected_field_is_refused(self, quote):
        with pytest.raises(MalformedEvent, match="the audit sentence names 'guest', which is PHI"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                audit = f"served tea to {quote}"

                guest: PHI[str]

    def test_a_job_nobody_knows_is_refused(self):
        with pytest.raises(MalformedEvent, match="which is no job"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                causes = (NoJob.BREW,)
                audit = "served tea"

    def test_a_job_that_needs_a_field_the_kind_has_not_is_refused(self):
        with pytest.raises(MalformedEvent, match="document-parse, which needs the fields document_id"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                causes = (JobKind.DOCUMENT_PARSE,)
                audit = "served tea"

    def test_a_condition_of_a_job_that_is_not_caused_is_refused(self):
        with pytest.raises(MalformedEvent, match="says on what document-parse depends, which it does not cause"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                causes_if = {JobKind.DOCUMENT_PARSE: "hot"}
                audit = "served tea"

                hot: bool

    def test_a_condition_that_is_not_true_or_false_is_refused(self):
        with pytest.raises(MalformedEvent, match="'document_id', which is not a true-or-false field"):

            class TeaServed(EventPayload):
                """Tea was served."""

                records = Made.TEA_SERVED
                causes = (JobKind.DOCUMENT_PARSE,)
                causes_if = {JobKind.DOCUMENT_PARSE: "document_id"}
                audit = "served tea"

                document_id: str

    def test_what_was_refused_is_not_in_the_vocabulary(self):
        with pytest.raises(MalformedEvent):

            class TeaServed(EventPayload):
                records = Made.TEA_SERVED
                audit = "served tea"

        assert "tea_served" not in REGISTRY

    def test_a_type_that_no_class_records_is_refused(self):
        del REGISTRY["document_parsed"]
        with pytest.raises(MalformedEvent, match="EventType names DOCUMENT_PARSED but no class records it"):
            registry._check_complete()


class TestPayloads:
    @pytest.mark.parametrize("kind", REGISTRY.values(), ids=list(REGISTRY))
    def test_a_field_nobody_declared_is_refused(self, kind):
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            kind.model_validate({**sample(kind).model_dump(), "diagnosis": "x"})

    def test_the_parts_of_a_payload_are_as_strict(self):
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            registry.RankedMatch.model_validate({"provider_id": "p", "score": 0.5, "name": "x"})

    def test_a_payload_can_not_be_changed(self):
        fact = sample(DocumentUploaded)
        with pytest.raises(ValidationError, match="frozen"):
            fact.filename = "other.pdf"

    def test_a_share_lies_between_nothing_and_all(self):
        facts = {"progress": 1.1, "previous": -0.1, "categories": {"consent": 2}}
        with pytest.raises(ValidationError) as refused:
            registry.IntakeProgressUpdated.model_validate(facts)
        assert {problem["loc"] for problem in refused.value.errors()} == {
            ("progress",),
            ("previous",),
            ("categories", "consent"),
        }


class TestPromises:
    def test_every_type_streams_under_its_name_or_not_at_all(self):
        assert registry.streamed_types() == STREAMED_AS
        assert set(EventType) == STREAMED_AS.keys() | RECORDED_ONLY

    def test_every_name_of_the_stream_has_types(self):
        assert set(STREAMED_AS.values()) == set(StreamEvent)

    @pytest.mark.parametrize(("name", "fields"), RELIED_ON.items(), ids=list(RELIED_ON))
    def test_the_fields_clients_rely_on_are_there(self, name, fields):
        assert fields <= REGISTRY[name].model_fields.keys()

    def test_these_facts_cause_jobs(self):
        assert {name: kind.causes for name, kind in REGISTRY.items() if kind.causes} == {
            "document_uploaded": (JobKind.DOCUMENT_PARSE,),
            "document_parsed": (JobKind.CLINICAL_EXTRACT,),
            "document_failed": (JobKind.NOTIFICATION,),
            "match_completed": (JobKind.NOTIFICATION,),
            "patient_registered": (JobKind.NOTIFICATION,),
        }

    @pytest.mark.parametrize(("clinical", "jobs"), [(True, (JobKind.CLINICAL_EXTRACT,)), (False, ())])
    def test_a_document_is_analyzed_if_it_has_clinical_text(self, clinical, jobs):
        assert sample(DocumentParsed).model_copy(update={"clinical": clinical}).jobs() == jobs

    def test_these_fields_are_protected(self):
        assert {name: kind.phi_fields() for name, kind in REGISTRY.items() if kind.phi_fields()} == {
            **{name: {"filename"} for name in REGISTRY if name.startswith("document_")},
            "fhir_resource_created": {"code", "display"},
            "ehr_conflict_detected": {"display"},
            "chat_message_sent": {"content"},
            "agent_response_generated": {"content"},
        }


class TestAddingAnEvent:
    @pytest.fixture(autouse=True)
    def _tea(self) -> None:
        class TeaServed(EventPayload):
            """Tea was served to a guest."""

            records = Made.TEA_SERVED
            streams_as = StreamEvent.EHR_UPDATE
            audit = "served {cups} cups"

            cups: int
            guest: PHI[str]

    def test_it_is_a_choice_with_a_label(self):
        assert ("tea_served", "Tea served") in registry.choices()
        assert ("tea_served", "Tea served") in Event._meta.get_field("event_type").choices

    def test_it_streams(self):
        assert registry.streamed_types()["tea_served"] == "ehr_update"

    def test_it_is_in_the_schema_with_its_facts(self):
        schema = contracts.events_schema()
        assert schema["$defs"]["TeaServed"]["required"] == ["cups", "guest"]
        assert schema["$defs"]["tea_served"]["properties"]["event_type"] == {"const": "tea_served"}
        assert {"$ref": "#/$defs/tea_served"} in schema["oneOf"]
        assert schema["x-events"]["tea_served"] == {
            "streams_as": "ehr_update",
            "causes": [],
            "causes_if": {},
            "audit": "served {cups} cups",
            "phi": ["guest"],
        }

    def test_it_is_in_the_description_of_the_stream(self):
        stream = contracts.stream_openapi()["responses"][200]["content"]["text/event-stream"]
        titles = [frame["title"] for frame in stream["schema"]["items"]["oneOf"]]
        assert "ehr_update: tea_served" in titles

    def test_it_is_in_the_typescript(self):
        written = typescript.typescript()
        assert "export interface TeaServed {\n  readonly cups: number;\n  readonly guest: string;\n}" in written
        assert '| Streamed<"tea_served", TeaServed>' in written

    def test_it_is_in_the_reference(self):
        page = reference.reference()
        assert "### `tea_served`\n\nTea was served to a guest." in page
        assert "| `guest` | text | **PHI** |" in page
        assert "Audit sentence: “served {cups} cups”." in page
