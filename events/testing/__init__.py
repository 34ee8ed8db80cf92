"""For tests of applications that record or follow events.

    from events.testing import StreamClient, assert_emitted, captured_events, FakeClock

`StreamClient` follows a stream of a real server and never waits without a deadline. `assert_emitted` and
`captured_events` hear every fact that this process records, whichever thread or transaction it comes from,
and tell what was committed from what was rolled back. `FakeClock` is a time that moves when it is told to.

Nothing here needs a test framework; none of it is imported by the running application.
"""

from events.testing.captured import CapturedEvents, captured_events
from events.testing.clock import FakeClock
from events.testing.emitted import assert_emitted, assert_not_emitted
from events.testing.heard import Heard
from events.testing.stream_client import StreamClient, StreamEnded

__all__ = [
    "CapturedEvents",
    "FakeClock",
    "Heard",
    "StreamClient",
    "StreamEnded",
    "assert_emitted",
    "assert_not_emitted",
    "captured_events",
]
