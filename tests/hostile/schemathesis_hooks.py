"""What schemathesis is told before it reads the OpenAPI document."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """A stream's schema is of the whole stream, in OpenAPI 3.1 as well; schemathesis reads it so only from 3.2 on."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for media_type in operation["responses"].get("200", {}).get("content", {}).items():
                _say_what_an_event_is(*media_type)


def _say_what_an_event_is(name: str, described: dict[str, Any]) -> None:
    if name == "text/event-stream":
        described["itemSchema"] = described["schema"]["items"]
