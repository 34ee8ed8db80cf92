"""Matching: which providers fit a patient, in four stages, and why."""
