"""A page under a condition: its truth, and the file that is uploaded."""

import zlib

import numpy as np

from tests.scans.conditions import CONDITIONS, File
from tests.scans.texts import SHEETS, Sheet


def sample(condition: str, name: str) -> tuple[Sheet, File]:
    """The same page and condition are the same bytes every time."""
    sheet = SHEETS[name]()
    draw = np.random.default_rng(zlib.crc32(f"{condition}/{name}".encode()))
    return sheet, CONDITIONS[condition](sheet.drawn, draw)
