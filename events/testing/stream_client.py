"""A stream's client that sees every byte and never waits without a deadline."""

from __future__ import annotations

import json
import socket
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from events.testing.heard import Heard, heard


class StreamEnded(AssertionError):
    """The body ended (`clean`: with its terminating chunk) while more was expected."""


class StreamClient:
    """Opens `GET …/events/stream` over a socket and takes the chunked body apart itself.

    To connect and to send the request may take `connect_seconds` each; after that, and after `seconds` of every method
    that waits, AssertionError is raised.
    """

    def __init__(
        self,
        url: str,
        patient: Any,
        headers: dict[str, str],
        *,
        last_event_id: str | int | None = None,
        extra_headers: dict[str, str] | None = None,
        method: str = "GET",
        receive_buffer: int | None = None,
        connect_seconds: float = 10,
        **query: Any,
    ) -> None:
        self.url, self.patient, self._headers = url, patient, {**headers, **(extra_headers or {})}
        self.position: int | None = None
        self.epoch: str | None = None
        patient_id = getattr(patient, "id", patient)
        path = f"/api/v1/patients/{patient_id}/events/stream"
        query = {name: str(value).lower() if value is True else value for name, value in query.items()}
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {**headers, **(extra_headers or {})}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.raw = b""
        self.heartbeats = 0
        self.clean_end = False
        self._buffer = b""
        self._body = b""
        self._socket = socket.socket()
        self._socket.settimeout(connect_seconds)
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        where = urlsplit(url)
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {where.netloc}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        self._ask((where.hostname, where.port), "\r\n".join([*lines, "", ""]).encode("latin-1"))
        self.status = 0
        self.headers: dict[str, str] = {}

    def _ask(self, address: tuple[Any, Any], request: bytes) -> None:
        try:
            self._socket.connect(address)
            self._socket.sendall(request)
        except TimeoutError:
            self._socket.close()
            raise AssertionError("the request was not taken in time") from None
        except BaseException:
            self._socket.close()
            raise

    def open(self, seconds: float = 10) -> StreamClient:
        """Read the answer's head."""
        deadline = time.monotonic() + seconds
        while b"\r\n\r\n" not in self._buffer:
            self._receive(deadline)
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        return self

    def json(self) -> Any:
        """The body of a refusal."""
        deadline = time.monotonic() + 10
        while len(self._buffer) < int(self.headers["content-length"]):
            self._receive(deadline)
        return json.loads(self._buffer)

    def connected(self, seconds: float = 10) -> dict[str, Any]:
        """Open, and the facts of the first frame."""
        if not self.status:
            self.open(seconds)
        _expect(self.status == 200, f"the stream was refused with {self.status}")
        frame = self.next(seconds)
        _expect(frame.event == "connected", f"the first frame was {frame.event}")
        self.epoch = frame.data.get("epoch")
        return frame.data

    def again(self, **query: Any) -> StreamClient:
        """A new stream from where this one was, as a client comes back: by its position and the log's epoch."""
        back = {"last_event_id": self.position, **({"epoch": self.epoch} if self.epoch else {}), **query}
        return StreamClient(self.url, self.patient, self._headers, **back)

    def next(self, seconds: float = 10) -> Heard:
        """The next frame; heartbeats before it are counted."""
        deadline = time.monotonic() + seconds
        while True:
            while self._body.startswith(b":\n"):
                self.heartbeats += 1
                self._body = self._body[2:]
            if b"\n\n" in self._body:
                wire, self._body = self._body.split(b"\n\n", 1)
                frame = heard(wire + b"\n\n")
                self.position = self.position if frame.id is None else int(frame.id)
                return frame
            self._chunk(deadline)

    def take(self, count: int, seconds: float = 20) -> list[Heard]:
        deadline = time.monotonic() + seconds
        return [self.next(deadline - time.monotonic()) for _ in range(count)]

    def until_done(self, seconds: float = 20) -> tuple[list[Heard], dict[str, Any]]:
        """Everything up to the last frame, and that frame's facts; the body must end cleanly after it."""
        deadline = time.monotonic() + seconds
        frames: list[Heard] = []
        while True:
            frame = self.next(deadline - time.monotonic())
            if frame.event == "done":
                break
            frames.append(frame)
        self.wait_for_end(deadline - time.monotonic())
        _expect(self.clean_end, "the body was cut after its last frame")
        return frames, frame.data

    def wait_for_end(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._chunk(deadline)
        except StreamEnded:
            return

    def wait_for_heartbeat(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        before = self.heartbeats
        while self.heartbeats == before:
            if self._body.startswith(b":\n"):
                self._body = self._body[2:]
                self.heartbeats += 1
            else:
                self._chunk(deadline)

    def close(self) -> None:
        self._socket.close()

    def cut(self) -> None:
        """Go away without a word, as a phone in a tunnel does (RST instead of FIN)."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self._socket.close()

    def _chunk(self, deadline: float) -> None:
        while b"\r\n" not in self._buffer:
            self._receive(deadline)
        size, rest = self._buffer.split(b"\r\n", 1)
        length = int(size, 16)
        while len(rest) < length + 2:
            self._receive(deadline)
            rest = self._buffer.split(b"\r\n", 1)[1]
        self._buffer = rest[length + 2 :]
        if length == 0:
            self.clean_end = True
            raise StreamEnded("the body ended")
        self.raw += rest[:length]
        self._body += rest[:length]

    def _receive(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        _expect(left > 0, "nothing came in time")  # a server that never pauses is none to wait for
        self._socket.settimeout(left)
        try:
            got = self._socket.recv(65536)
        except TimeoutError:
            raise AssertionError("nothing came in time") from None
        except ConnectionError:
            got = b""
        if not got:
            raise StreamEnded("the connection was cut")
        self._buffer += got


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise AssertionError(otherwise)
