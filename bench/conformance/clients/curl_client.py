"""curl -N: prints the bytes; taking them apart and coming back is whoever calls it."""

from __future__ import annotations

import subprocess
import time

from bench.conformance.clients.saying import URL, Resuming
from bench.conformance.frames import FrameReader


def listen(resuming: Resuming) -> bool:
    """Hear until `done` or until the connection breaks; whether it was `done`."""
    headers = [part for name, value in resuming.headers().items() for part in ("-H", f"{name}: {value}")]
    reader, told = FrameReader(), 0
    with subprocess.Popen(["curl", "-sN", *headers, URL], stdout=subprocess.PIPE, bufsize=0) as curl:
        assert curl.stdout
        while data := curl.stdout.read(4096):
            reader.feed(data, time.monotonic())
            for frame in reader.frames[told:]:
                told += 1
                if resuming.say(frame.event, frame.id, frame.data):
                    curl.terminate()
                    return True
    return False


def main() -> None:
    resuming = Resuming()
    while not listen(resuming):
        pass


if __name__ == "__main__":
    main()
