"""A model behind a stand-in for Anthropic's Messages API, which answers in words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from tests.doubles_anthropic import credentials, error
from tests.http_double import Answer, HttpDouble, Request


class ModelDouble(HttpDouble):
    """`POST /v1/messages`; `write` makes the model's text of the draft it is given."""

    key = "sk-ant-test"

    def __init__(self, write: Callable[[str], str]) -> None:
        super().__init__()
        self.write = write
        self.status = 200
        self.go_on = threading.Event()
        """While `slow`, an answer waits for it."""
        self.slow = False

    def answer(self, request: Request) -> Answer:
        if self.slow:
            self.go_on.wait(60)
        if self.key not in credentials(request) or "anthropic-version" not in request.headers:
            return error(401, "authentication_error")
        if self.status != 200:
            return error(self.status, "overloaded_error")
        asked = json.loads(request.body)
        text = self.write(json.loads(asked["messages"][0]["content"])["draft"])
        return Answer.json(
            {
                "id": "msg_01",
                "type": "message",
                "role": "assistant",
                "model": asked["model"],
                "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn",
                "stop_sequence": None,
                "usage": {"input_tokens": 10, "output_tokens": 10},
            }
        )

    @property
    def prompts(self) -> list[dict[str, Any]]:
        """Everything the model was told, without its instructions."""
        return [json.loads(json.loads(request.body)["messages"][0]["content"]) for request in self.requests]
