"""The stream's client; see `events.testing`."""

from events.testing.stream_client import Heard, StreamClient, StreamEnded

__all__ = ["Heard", "StreamClient", "StreamEnded"]
