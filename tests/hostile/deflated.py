"""A few kilobytes that unpack to gigabytes, made without ever holding those."""

from __future__ import annotations

import zlib

MEGABYTE = 1024 * 1024
ADLER = 65_521


def deflated(megabytes: int, *, times: int = 1, byte: int = 0x20) -> bytes:
    """So many megabytes of one byte, compressed so often; good zlib data to its last sum."""
    packer = zlib.compressobj(9, wbits=-15)
    # Behind a full flush nothing refers back: the same piece may be said again.
    piece = packer.compress(bytes([byte]) * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, wbits=-15).flush()
    packed = b"\x78\xda" + piece * megabytes + end + _sum(megabytes * MEGABYTE, byte).to_bytes(4, "big")
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


def padded(content: bytes, size: int = 1024) -> bytes:
    """At least as large as an upload has to be."""
    return content + b"\n" * max(0, size - len(content))


def _sum(count: int, byte: int) -> int:
    """Adler-32 of so many times the byte."""
    low = (1 + count * byte) % ADLER
    high = (count + byte * count * (count + 1) // 2) % ADLER
    return high << 16 | low
