"""What a text says about a patient's health: found, coded and as FHIR R4. Pure: no Django, no network of its own."""
