"""nchan, a module of nginx written in C: messages live in its memory, there is no database."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.contenders.contender import HOST, Absent, Contender, patient_id
from bench.event import STREAMED_AS, whole_event

PREFIX = "NCHAN_PREFIX"
"""The folder that the two packages were unpacked into, when they are not installed; needs no root."""

HOW = "install it: apt-get install nginx libnginx-mod-nchan"
ANSWER_SECONDS = 20.0
LIBRARIES = "usr/lib/x86_64-linux-gnu"

CONFIGURATION = """
load_module {module};
daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 16000; }}
http {{
  access_log off; nchan_shared_memory_size 1G;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096; keepalive_requests 1000000;
    location / {{ return 404; }}
    location ~ ^/patients/([^/]+)/stream$ {{
      nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest;
    }}
    location ~ ^/patients/([^/]+)/publish$ {{
      nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 1000; nchan_message_timeout 1h;
    }}
  }}
}}
"""


class Nchan(Contender):
    name = "nchan"
    about = "nginx with nchan (C): no database and no authorisation, so nothing survives it; published by HTTP"
    published_singly = True

    def prepare(self, patients: int) -> None:
        self.database = ""
        prefix = Path(os.environ.get(PREFIX, "/"))
        self._nginx = shutil.which("nginx", path=f"{prefix}/usr/sbin:{os.environ['PATH']}")
        module = prefix / "usr/lib/nginx/modules/ngx_nchan_module.so"
        if self._nginx is None or not module.exists():
            raise Absent(HOW)
        self._libraries = str(prefix / LIBRARIES)
        self._folder = self.folder / "nchan"
        self._folder.mkdir(exist_ok=True)
        configuration = CONFIGURATION.format(module=module, folder=self._folder, port=self.port)
        (self._folder / "nginx.conf").write_text(configuration)

    def command(self) -> Sequence[str | Path]:
        # For nginx alone: the writers' Python brings libraries of its own.
        libraries = ("env", f"LD_LIBRARY_PATH={self._libraries}")
        return (*libraries, str(self._nginx), "-e", "stderr", "-p", self._folder, "-c", self._folder / "nginx.conf")

    def environment(self) -> Mapping[str, str]:
        return {}

    def versions(self) -> Mapping[str, str]:
        asked = subprocess.run([str(self._nginx), "-v"], capture_output=True, text=True)
        packages = ["dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-nchan"]
        known = shutil.which("dpkg-query") and PREFIX not in os.environ
        module = subprocess.run(packages, capture_output=True, text=True).stdout if known else ""
        return {"nginx": asked.stderr.strip().rpartition("/")[2], "nchan": module or f"unpacked into {PREFIX}"}

    def begin_streams(self, *, patients: int, first_nonce: int) -> None:
        """A channel has an id to resume from once it had a message."""
        self.add_events(patients=patients, each=1, first_nonce=first_nonce)

    def positions(self, patients: int) -> list[str]:
        http = Http(self.port)
        channels = (f"/patients/{patient_id(number)}/publish" for number in range(patients))
        return [str(json.loads(http.get(channel))["last_message_id"]) for channel in channels]

    def flood(self, *, patients: int, first_nonce: int) -> float:
        began = time.monotonic()
        self.add_events(patients=patients, each=1, first_nonce=first_nonce)
        return began

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        http = Http(self.port)
        for turn in range(each):
            for number in range(patients):
                http.publish(patient_id(number), first_nonce + number + turn * patients)


class Http:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self, patient: str, nonce: int) -> None:
        self._ask(
            "POST", f"/patients/{patient}/publish", json.dumps(whole_event(patient, nonce), separators=(",", ":"))
        )

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, "")

    def _ask(self, method: str, path: str, body: str) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/json\r\nContent-Length: {len(body)}\r\n"
        self._socket.sendall(f"{head}X-EventSource-Event: {STREAMED_AS}\r\n\r\n{body}".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head_bytes, _, rest = answer.partition(b"\r\n\r\n")
        length = int(head_bytes.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(rest) < length:
            rest += self._more()
        return rest

    def _more(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("nginx closed the connection")
        return piece


class Writer:
    """A POST. There is no commit: the clock starts before it."""

    def __init__(self) -> None:
        self._http = Http(int(os.environ["BENCH_PORT"]))

    def publish(self, patient: str, nonce: int) -> float:
        began = time.monotonic()
        self._http.publish(patient, nonce)
        return began

    def record(self, patient: str, nonce: int) -> None:
        self._http.publish(patient, nonce)
