"""Flagsmith as the server knows it, for the browsers' suite: a line `on` or `off` on stdin sets `sse_streaming`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.doubles import FlagsmithDouble

with FlagsmithDouble("sse_streaming", enabled=True) as flagsmith:
    print(flagsmith.api_url, flush=True)
    for line in sys.stdin:
        flagsmith.enabled = line.strip() == "on"
