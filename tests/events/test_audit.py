"""An event as a sentence, as people write one."""

import pytest

from events.audit import audit_sentence
from events.models import Event


@pytest.mark.parametrize(
    ("event_type", "payload", "sentence"),
    [
        (
            "chat_data_collected",
            {"categories": ["medical_history", "medications"], "message_id": "m"},
            "collected medical_history, medications from message m",
        ),
        ("patient_updated", {"changed": []}, "changed nothing"),
        ("clinical_entities_extracted", {"document_id": "d"}, "extracted findings from document d"),
        ("clinical_entities_extracted", {"document_id": None}, "extracted findings from a message"),
        (
            "events_exported",
            {"events": 2, "format": "csv", "protected": False},
            "exported 2 events as csv, protected fields included: no",
        ),
        ("patient_updated", {"was": "another version's"}, "patient_updated"),
        ("patient_updated", ["by hand"], "patient_updated"),
    ],
)
def test_a_sentence_has_words_and_no_brackets(event_type, payload, sentence):
    assert audit_sentence(Event(event_type=event_type, payload=payload)) == sentence
