"""TCP ports of this machine's loopback address."""

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

# Below the range that outgoing connections draw from: otherwise one of them may sit on a port whose
# server is just being restarted.
_FIRST, _COUNT = 20_000, 10_000


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket() as probe:
        # As servers do, so that connections still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """True when something accepts connections there now."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port(folder: Path, purpose: str) -> int:
    """A free port; for the same folder and purpose the same one each time, as long as it is free."""
    return next(port for port in _candidates(f"{folder}:{purpose}") if is_free(port))


def _candidates(seed: str) -> Iterator[int]:
    start = int.from_bytes(sha256(seed.encode()).digest()[:4], "big")
    for step in range(_COUNT):
        yield _FIRST + (start + step) % _COUNT
