"""The findings as text, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from curaway.doctor.finding import Finding, State


def as_text(findings: Sequence[Finding]) -> str:
    """A line per check, what to do below it, and the sum."""
    width = max((len(finding.check) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:<5} {finding.check:<{width}}  {finding.says}")
        if finding.do:
            lines.append(f"{'':<5} {'':<{width}}  → {finding.do}")
    counted = Counter(finding.state for finding in findings)
    return "\n".join([*lines, "", ", ".join(f"{counted[state]} {state}" for state in State)])


def as_json(findings: Sequence[Finding]) -> str:
    """`{"ok": …, "findings": [{"check", "state", "says", "do"}]}`."""
    rows = [{"check": one.check, "state": one.state, "says": one.says, "do": one.do} for one in findings]
    return json.dumps({"ok": is_well(findings), "findings": rows}, indent=2, ensure_ascii=False)


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed; what could be better is well enough."""
    return all(finding.state is not State.FAIL for finding in findings)
