"""Who may read or change tenants' rows without saying whose, and why: each by name.

Where another one is wanted, ask first whether the caller does not know the tenant after all.
"""

from __future__ import annotations

from collections.abc import Mapping

SWEEP = "A sweep takes up what any process left behind, whoever's it is; each row is then worked on under its tenant."
EVERYBODY = "A process has listeners of all tenants: what it finds is compared with each one's own."
QUEUE = "The queue's message is signed and names a row by an id of ours; whose it is says the row, not the message."
CLAIMED = "The id is of a job that was found, or claimed, with its tenant before."
STAFF = "Staff of the platform see all tenants; every look at something protected is recorded."
OPERATOR = "A command of whoever runs the installation, on its machine."

FIGURES = "Counts for whoever runs the installation, without an id in them."

STATEMENTS: Mapping[str, str] = {
    "events.jobs:DUE_SQL": SWEEP,
    "events.access_changes:CHANGES_SQL": EVERYBODY,
    "events.access_records.sweep:DEAD_SQL": SWEEP,
    "events.access_records.sweep:END_SQL": SWEEP,
    "patients.matching.sweep:DEAD_SQL": SWEEP,
    "patients.chat.sweep:UNANSWERED_SQL": SWEEP,
    "patients.documents.unconfirmed:GIVEN_UP_SQL": SWEEP,
    "events.admin.filters:TENANTS_SQL": STAFF,
    "events.operations.job_board:FAULTS_SQL": STAFF,
    "events.operations.job_figures:OPEN_SQL": FIGURES,
    "events.operations.job_figures:ENDED_SQL": FIGURES,
    "events.sealing.chains:CHAINS_SQL": OPERATOR,
    "events.sealing.signing:UNSIGNED_SQL": SWEEP,
}
"""Texts of statements, by module and name."""

PLACES: Mapping[str, str] = {
    "events.jobs:claim_due": SWEEP,
    "events.jobs:_rows": SWEEP,
    "patients.matching.service:end_dead_matches": SWEEP,
    "events.jobs:delivered": CLAIMED,
    "events.jobs:finish": CLAIMED,
    "events.jobs:is_open": CLAIMED,
    "events.jobs:put_back": CLAIMED,
    "events.jobs:behind": QUEUE,
    "patients.documents.deliveries:receive": QUEUE,
    "patients.documents.unconfirmed:delete_given_up": SWEEP,
    "patients.notifications.deliveries:_by_id": QUEUE,
    "patients.notifications.deliveries:_by_kind": QUEUE,
    "patients.notifications.deliveries:_correlation_of": CLAIMED,
    "events.operations.job_board:*": STAFF,
    "events.admin.*:*": STAFF,
    "patients.admin.*:*": STAFF,
    "patients.notifications.admin:*": STAFF,
    "django.contrib.admin:*": STAFF,
    "events.sealing.rotation:*": OPERATOR,
    "events.management.commands.*:*": OPERATOR,
    "patients.management.commands.*:*": OPERATOR,
    "curaway.management.commands.*:*": OPERATOR,
    "curaway.doctor.*:*": OPERATOR,
}
"""Functions, as `module:name`; `*` stands for anything."""
