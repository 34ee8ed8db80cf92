"""A stand-in for Anthropic's Messages API, speaking its wire format on 127.0.0.1."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.http_double import Answer, HttpDouble, Request


class AnthropicDouble(HttpDouble):
    """`POST /v1/messages`: answers with one call of the tool it was told to use, its input being `told`."""

    key = "sk-ant-test"

    def __init__(self, told: Any) -> None:
        super().__init__()
        self.told = told
        self.stop_reason = "tool_use"
        self.status = 200
        self.seconds = 0.0
        """How long it thinks."""

    def answer(self, request: Request) -> Answer:
        time.sleep(self.seconds)
        if self.key not in credentials(request) or "anthropic-version" not in request.headers:
            return error(401, "authentication_error")
        if request.path != "/v1/messages":
            return error(404, "not_found_error")
        if self.status != 200:
            return error(self.status, "overloaded_error" if self.status == 529 else "api_error")
        return Answer.json(self._message(json.loads(request.body)))

    @property
    def asked(self) -> dict[str, Any]:
        """The body of the last request."""
        body: dict[str, Any] = json.loads(self.requests[-1].body)
        return body

    def _message(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["tool_choice"]["name"]
        return {
            "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": [{"type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": name, "input": self.told}],
            "stop_reason": self.stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": 2095, "output_tokens": 503},
        }


def credentials(request: Request) -> list[str]:
    """A key comes as `Authorization: Bearer` (the SDK from version 2 on) or as `x-api-key` (before)."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return [bearer, request.headers.get("x-api-key", "")]


def error(status: int, kind: str) -> Answer:
    return Answer.json({"type": "error", "error": {"type": kind, "message": kind}, "request_id": "req_011"}, status)
