"""The engine over Anthropic's API: what it asks, what it believes, and who answers when it can't."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic

from patients.clinical.engine import DeterministicEngine
from patients.clinical.findings import Findings
from patients.clinical.llm_engine import AnthropicEngine
from tests.doubles_anthropic import AnthropicDouble

PAGE = "Severe gonarthrosis on the right. Takes metformin 1000 mg twice daily. No asthma."
KNEE = {
    "kind": "condition",
    "text": "gonarthrosis on the right",
    "page": 1,
    "code": "M17.11",
    "assertion": "present",
    "details": {"laterality": "right"},
}
METFORMIN = {
    "kind": "medication",
    "text": "metformin",
    "page": 1,
    "code": "6809",
    "assertion": "present",
    "details": {"dose_value": 1000, "dose_unit": "mg"},
}


@pytest.fixture
def anthropic() -> Iterator[AnthropicDouble]:
    with AnthropicDouble({"findings": [KNEE, METFORMIN]}) as double:
        yield double


def extracted(double: AnthropicDouble, *, seconds: float = 5) -> Findings:
    client = Anthropic(api_key=double.key, base_url=double.url)
    engine = AnthropicEngine(client, "claude-test", seconds, fallback=DeterministicEngine())
    return engine.extract([PAGE], locale="en")


def codes(findings: Findings) -> list[str | None]:
    return [finding.coding.code if finding.coding else None for finding in findings]


def by_rules() -> Findings:
    return DeterministicEngine().extract([PAGE], locale="en")


def test_what_the_model_tells_is_found_in_its_place(anthropic: AnthropicDouble) -> None:
    knee, metformin = extracted(anthropic)
    assert (knee.text, PAGE[slice(*knee.span)], knee.confidence) == (KNEE["text"], KNEE["text"], 0.9)
    assert metformin.details == {"dose_value": 1000, "dose_unit": "mg"}


def test_the_model_is_asked_for_a_tool_call_over_the_page(anthropic: AnthropicDouble) -> None:
    extracted(anthropic)
    assert anthropic.asked["tool_choice"] == {"type": "tool", "name": "record_findings"}
    assert PAGE in anthropic.asked["messages"][0]["content"]
    assert "condition M17.11 " in anthropic.asked["system"][0]["text"]


UNBELIEVED = [
    {**KNEE, "text": "gonarthrosis on the left"},
    {**KNEE, "page": 2},
    {**KNEE, "code": "Z99.9"},
    {**KNEE, "code": "6809"},
    {**METFORMIN, "details": {"dose_value": 500, "dose_unit": "mg"}},
]


@pytest.mark.parametrize("told", UNBELIEVED, ids=["words", "page", "code", "kind", "number"])
def test_what_the_page_does_not_bear_out_is_left(anthropic: AnthropicDouble, told: dict[str, Any]) -> None:
    anthropic.told = {"findings": [told]}
    assert codes(extracted(anthropic)) == []


MALFORMED = [
    {},
    {"findings": "none"},
    {"findings": [{**KNEE, "assertion": "sure"}]},
    {"findings": [{**METFORMIN, "details": {"dose_value": "much"}}]},
]


@pytest.mark.parametrize("told", MALFORMED)
def test_a_malformed_answer_is_none(anthropic: AnthropicDouble, told: Any) -> None:
    anthropic.told = told
    assert extracted(anthropic) == by_rules()


@pytest.mark.parametrize("status", [400, 429, 500, 529])
def test_the_rules_answer_when_the_model_refuses(anthropic: AnthropicDouble, status: int) -> None:
    anthropic.status = status
    assert extracted(anthropic) == by_rules()
    assert len(anthropic.requests) == 1


def test_an_answer_cut_short_is_none(anthropic: AnthropicDouble) -> None:
    anthropic.stop_reason = "max_tokens"
    assert extracted(anthropic) == by_rules()


def test_the_rules_answer_when_the_model_is_late(anthropic: AnthropicDouble) -> None:
    anthropic.seconds = 1
    began = time.monotonic()
    assert extracted(anthropic, seconds=0.2) == by_rules()
    assert time.monotonic() - began < 0.9
