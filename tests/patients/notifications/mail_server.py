"""A mail server on 127.0.0.1 that speaks SMTP, keeps what it is given, and refuses what it is told to."""

from __future__ import annotations

import threading
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Self


class MailServer:
    """`recipient` and `data` are what it answers to an address and to a mail; `seconds`, how long a mail takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipient = "250 fine"
        self.data = "250 taken"
        self.seconds = 0.0
        self.arrived = threading.Event()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def take(self, content: bytes) -> str:
        self.arrived.set()
        time.sleep(self.seconds)
        if self.data.startswith("2"):
            self.mails.append(message_from_bytes(content, policy=policy.default))
        return self.data

    def __enter__(self) -> Self:
        self._server = ThreadingTCPServer(("127.0.0.1", 0), partial(Session, self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, settings: Any) -> None:
        """Have Django send its mail here."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", self.port, False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


class Session(StreamRequestHandler):
    """One connection's talk."""

    def __init__(self, double: MailServer, *talk: Any) -> None:
        self.double = double
        super().__init__(*talk)

    def handle(self) -> None:
        self.say("220 mail.example.test")
        while line := self.rfile.readline():
            if not self.answered(line.decode().strip()):
                return

    def answered(self, line: str) -> bool:
        word = line.partition(" ")[0].upper()
        if word == "DATA":
            self.say("354 go on")
            self.say(self.double.take(self.content()))
        else:
            answers = {"RCPT": self.double.recipient, "QUIT": "221 bye"}
            self.say(answers.get(word, "250 fine"))
        return word != "QUIT"

    def content(self) -> bytes:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line[1:] if line.startswith(b"..") else line for line in lines)

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
