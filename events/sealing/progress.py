"""How far a long work has come, for whoever sits before the terminal; silent where nobody does."""

from __future__ import annotations

import sys

from tqdm import tqdm


def progress(total: int, *, unit: str) -> tqdm[None]:
    """A bar on the error output: what is printed stays clean."""
    return tqdm(total=total, unit=unit, file=sys.stderr, disable=None, leave=False)
