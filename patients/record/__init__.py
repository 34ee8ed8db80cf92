"""The clinical record: what sources say about a patient's health, kept as FHIR R4, merged, and read."""
