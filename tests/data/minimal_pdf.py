"""PDF files written by hand: pages of Helvetica or of one JPEG each, and the oldest password protection.

Enough of PDF 1.4 for samples, with bytes that depend on nothing but their arguments.
"""

import hashlib
from collections.abc import Sequence

from tests.data.letters import Line

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
POINTS = (612, 792)


def text_page(lines: Sequence[Line], *, margin: int = 64, text: float = 11) -> bytes:
    """The content stream of a Letter page that holds the lines as real text."""
    parts, y = [], POINTS[1] - margin
    for line in lines:
        for at, words in line.cells:
            font = "F2" if line.bold else "F1"
            shown = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            x = margin + at * (POINTS[0] - 2 * margin)
            parts.append(f"BT /{font} {text * line.size:.1f} Tf {x:.1f} {y:.1f} Td ({shown}) Tj ET")
        y -= round(text * 1.38 * (line.size + line.after))
    return "\n".join(parts).encode("cp1252")


def text_pdf(contents: Sequence[bytes], *, user_password: str | None = None) -> bytes:
    """A PDF of the given content streams; with a password, nobody opens it without."""
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    resources = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
    pages = [(resources, content) for content in contents]
    return assemble(fonts, pages, user_password)


def image_pdf(jpegs: Sequence[tuple[bytes, tuple[int, int]]]) -> bytes:
    """A PDF of greyscale JPEGs, one per page, given with their width and height in pixels: no text at all."""
    images = [
        stream(
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
            "/BitsPerComponent 8 /Filter /DCTDecode",
            jpeg,
        )
        for jpeg, (width, height) in jpegs
    ]
    show = f"q {POINTS[0]} 0 0 {POINTS[1]} 0 0 cm /Scan Do Q".encode()
    pages = [(f"<< /XObject << /Scan {3 + at} 0 R >> >>", show) for at in range(len(images))]
    return assemble(images, pages, None)


def assemble(shared: Sequence[bytes], pages: Sequence[tuple[str, bytes]], password: str | None) -> bytes:
    """Objects 1 (catalogue), 2 (page tree), the shared ones from 3, then a page and its content in turn."""
    first = 3 + len(shared)
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.extend(shared)
    identity = hashlib.md5(b"".join(content for _, content in pages)).digest()
    lock = Lock(password, identity) if password else None
    for at, (resources, content) in enumerate(pages):
        number = first + 2 * at + 1
        box = f"[0 0 {POINTS[0]} {POINTS[1]}]"
        entries = f"/MediaBox {box} /Resources {resources} /Contents {number} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {entries} >>".encode())
        objects.append(stream("", lock.sealed(content, number) if lock else content))
    trailer = f"/ID [<{identity.hex()}> <{identity.hex()}>]"
    if lock:
        objects.append(lock.dictionary())
        trailer += f" /Encrypt {len(objects)} 0 R"
    return file_of(objects, trailer)


def stream(entries: str, content: bytes) -> bytes:
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def file_of(objects: Sequence[bytes], trailer: str) -> bytes:
    body = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\n"
    return body + f"{end}startxref\n{len(body)}\n%%EOF\n".encode()


class Lock:
    """The standard security handler, revision 2: RC4 with 40 bits. A sample's lock, good for nothing else."""

    permissions = -4

    def __init__(self, password: str, identity: bytes) -> None:
        padded = (password.encode("latin-1") + PADDING)[:32]
        self.owner = rc4(hashlib.md5(padded).digest()[:5], padded)
        marks = self.permissions.to_bytes(4, "little", signed=True)
        self.key = hashlib.md5(padded + self.owner + marks + identity).digest()[:5]

    def sealed(self, content: bytes, number: int) -> bytes:
        key = hashlib.md5(self.key + number.to_bytes(3, "little") + b"\x00\x00").digest()[:10]
        return rc4(key, content)

    def dictionary(self) -> bytes:
        user = rc4(self.key, PADDING)
        keys = f"/O <{self.owner.hex()}> /U <{user.hex()}> /P {self.permissions}"
        return f"<< /Filter /Standard /V 1 /R 2 {keys} >>".encode()


def rc4(key: bytes, content: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
