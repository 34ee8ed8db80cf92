"""What the contract says of event types; written here anew, so that the checker shares nothing with the server."""

from __future__ import annotations

STREAMED_AS = {
    **dict.fromkeys(
        (
            "document_uploaded",
            "document_parsing",
            "document_parsed",
            "document_analyzing",
            "document_analyzed",
            "document_failed",
        ),
        "document_update",
    ),
    **dict.fromkeys(
        ("clinical_entities_extracted", "fhir_resource_created", "chat_data_collected", "ehr_conflict_detected"),
        "ehr_update",
    ),
    "intake_progress_updated": "intake_progress",
    **dict.fromkeys(("match_requested", "match_stage_completed", "match_completed", "match_failed"), "match_progress"),
    "agent_response_generated": "agent_response",
}
"""Event type → the name it is streamed under; what is missing is recorded only."""

ONCE_PER: dict[str, tuple[str, ...]] = {
    "consent_granted": ("consent_id",),
    "consent_revoked": ("consent_id",),
    "document_uploaded": ("document_id",),
    "document_parsing": ("document_id", "page"),
    "document_parsed": ("document_id",),
    "document_analyzing": ("document_id",),
    "document_analyzed": ("document_id",),
    "document_failed": ("document_id",),
    "clinical_entities_extracted": ("document_id",),
    "fhir_resource_created": ("resource_id",),
    "ehr_conflict_detected": ("kept_resource_id", "other_resource_id"),
    "chat_message_sent": ("message_id",),
    "agent_response_generated": ("message_id",),
    "chat_data_collected": ("message_id",),
    "match_requested": ("match_id",),
    "match_stage_completed": ("match_id", "stage"),
    "match_completed": ("match_id",),
    "match_failed": ("match_id",),
    "notification_sent": ("notification_id",),
    "notification_failed": ("notification_id",),
}
"""Event type → the payload fields that name what it is about: of each there is one fact, however often it was tried;
where the first is null, one per correlation id. Of two things it does not matter which is named first. No operator
asks for anything again in a run, so a document begins, and fails, once."""

EXCLUSIVE = (
    ("document_analyzed", "document_failed", "document_id"),
    ("match_completed", "match_failed", "match_id"),
    ("notification_sent", "notification_failed", "notification_id"),
)
"""Two ends, of which a thing has one."""
