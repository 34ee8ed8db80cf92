"""The flag that turns streams on."""

from __future__ import annotations

import httpx

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.environment import Environment
from curaway.flags import SSE_STREAMING, flags

ASK_SECONDS = 5.0


def streaming_flag(environment: Environment) -> Finding:
    """Whether streams are on, and who says so."""
    key = environment.FLAGSMITH_ENVIRONMENT_KEY
    if key and not key.startswith("ser."):
        return fail("flag", "FLAGSMITH_ENVIRONMENT_KEY is not a server-side key", "use the one that starts with `ser.`")
    if key and not _answers(environment):
        return warn("flag", "Flagsmith does not answer: SSE_STREAMING counts", "check FLAGSMITH_API_URL and the key")
    source = "Flagsmith" if key else "SSE_STREAMING"
    if not flags().enabled(SSE_STREAMING):
        return warn("flag", f"streams are off, by {source}: clients poll", f"turn {SSE_STREAMING} on")
    return ok("flag", f"streams are on, by {source}")


def _answers(environment: Environment) -> bool:
    url = f"{environment.FLAGSMITH_API_URL.rstrip('/')}/environment-document/"
    try:
        answer = httpx.get(
            url, headers={"X-Environment-Key": environment.FLAGSMITH_ENVIRONMENT_KEY}, timeout=ASK_SECONDS
        )
    except httpx.HTTPError:
        return False
    return answer.status_code == 200
