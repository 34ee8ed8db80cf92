"""Python's collector of cyclic garbage, set for a process that holds thousands of streams.

By default it looks at everything alive again and again as streams open: a sixth of the processor time of opening
them, in pauses that every stream hears late by.
"""

from __future__ import annotations

import gc

THRESHOLDS = (10_000, 20, 50)
"""New objects until the young are looked at; how often those until the middle ones, and these until all."""


def settle() -> None:
    """Once the process has started: what is alive now stays, and is not looked at any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
