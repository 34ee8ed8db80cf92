"""Pictures that say they are larger than any memory, or carry what is."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from tests.hostile.deflated import MEGABYTE, deflated, padded

SIDE = 100_000
"""Pixels: 10^5 x 10^5 are 30 GB decoded."""
PAGES = 100_000


def png(width: int, height: int, *chunks: tuple[bytes, bytes], data: bytes = b"") -> bytes:
    """A PNG that says this size of itself, whatever is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", data or zlib.compress(b"\x00" * 1024)), (b"IEND", b"")]
    return padded(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_30_gigabytes() -> bytes:
    return png(SIDE, SIDE)


def png_with_a_text_of_a_gigabyte() -> bytes:
    return png(10, 10, (b"zTXt", b"Comment\x00\x00" + deflated(1024)))


def png_with_a_profile_of_a_gigabyte() -> bytes:
    return png(10, 10, (b"iCCP", b"icc\x00\x00" + deflated(1024)))


def png_with_more_than_it_says() -> bytes:
    return png(100, 100, data=deflated(512, byte=0))


def jpeg_of_12_gigabytes() -> bytes:
    """65,535 x 65,535, the largest that a JPEG can say."""
    packed = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(packed, "JPEG")
    content = bytearray(packed.getvalue())
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 65_535, 65_535)
    return padded(bytes(content))


def tiff(entries: list[tuple[int, int, int]], *, following: int = 0) -> bytes:
    """One directory of (tag, kind, value); `following`: where the next one is said to be."""
    table = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in sorted(entries))
    return padded(b"II*\x00" + struct.pack("<IH", 8, len(entries)) + table + struct.pack("<I", following))


PIXELS = [(258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (279, 4, 8)]


def tiff_of_10_gigabytes() -> bytes:
    return tiff([(256, 4, SIDE), (257, 4, SIDE), (278, 4, SIDE), *PIXELS])


def tiff_in_a_circle() -> bytes:
    """Its directory is followed by itself."""
    return tiff([(256, 4, 100), (257, 4, 100), (278, 4, 100), *PIXELS], following=8)


def tiff_of_many_pages() -> bytes:
    """10^5 directories, one behind the other."""
    size = 2 + 12 * 9 + 4
    entries = sorted([(256, 4, 10), (257, 4, 10), (278, 4, 10), *PIXELS])
    table = struct.pack("<H", 9) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    pages = [table + struct.pack("<I", 8 + size * (number + 1)) for number in range(PAGES)]
    return b"II*\x00" + struct.pack("<I", 8) + b"".join(pages)[: 20 * MEGABYTE - 8]
