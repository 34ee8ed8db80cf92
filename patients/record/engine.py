"""Which engine reads a text."""

from __future__ import annotations

from patients.clinical.engine import ClinicalEngine, DeterministicEngine

MODEL = "claude-haiku-4-5"
MODEL_SECONDS = 40.0
"""Of the analyst's `analysis.TIMEOUT_SECONDS`; the rest is for the deterministic engine, should the model be late."""


def engine(api_key: str) -> ClinicalEngine:
    """The LLM engine where there is a key for it; it falls back to the deterministic one by itself."""
    fallback = DeterministicEngine()
    if not api_key:
        return fallback
    # Imported late: the API's client takes a second to load.
    from anthropic import Anthropic

    from patients.clinical.llm_engine import AnthropicEngine

    return AnthropicEngine(Anthropic(api_key=api_key), MODEL, MODEL_SECONDS, fallback)
