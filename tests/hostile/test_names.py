"""Names of files that would like to be paths, programs or pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as shaped
from hypothesis import strategies as st

from patients.models import Document
from tests.hostile.counted import TIMES, Counted, drawn
from tests.patients.uploads import Uploader
from tests.people import People

NAMES = [
    "../../../../etc/cron.d/evil.pdf",
    "..\\..\\..\\windows\\evil.pdf",
    "/etc/passwd.pdf",
    "C:evil.pdf",
    "....//....//evil.pdf",
    "%2e%2e%2f%2e%2e%2fevil.pdf",
    "..%c0%af..%c0%afevil.pdf",
    "\\\\server\\share\\evil.pdf",
    "file:///etc/passwd.pdf",
    "~/.ssh/evil.pdf",
    "$(touch evil).pdf",
    "`touch evil`.pdf",
    "evil;rm -rf *.pdf",
    "-rf.pdf",
    "CON.pdf",
    ".pdf",
    "..pdf",
    "a.pdf.",
    "<img src=x onerror=alert(1)>.pdf",
    "=cmd|'calc'!A1.pdf",
    "x" * 251 + ".pdf",
    "\u0301" * 100 + ".pdf",
    "\ufeff.pdf",
    "e\u202evil.pdf",
    "a\nb.pdf",
    "a\x00.pdf",
    "a.pdf\x00.exe",
]


@pytest.fixture
def uploader(http: httpx.Client, people: People) -> Uploader:
    patient = people.patient()
    return Uploader(http, people.patient_headers(patient), patient.id)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:30]))
def test_a_name_is_never_a_path(uploader: Uploader, name: str) -> None:
    folder = settings.ENVIRONMENT.data_dir
    before = _outside(folder)
    target = announced(uploader, name)
    if target is not None:
        assert uploader.put(target, b"x" * 1024).status_code == 200
        assert (folder / "uploads" / target["storage_key"]).is_file()
    assert _outside(folder) == before


def test_whatever_it_is_called_the_name_has_no_say_in_where_it_lies(uploader: Uploader, counted: Counted) -> None:
    pieces = st.sampled_from(["..", "/", "\\", "%2f", "%00", ":", "~", "a", ".pdf", "\u202e", "\u2215", "\uff0f", " "])
    names = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=40)
    taken = []

    @shaped(drawn, max_examples=150 * TIMES)
    @given(names.map(lambda name: f"{name}.pdf"))
    def called(name: str) -> None:
        target = announced(uploader, name)
        taken.append(target is not None)
        if target is not None:  # else there would soon be too many of them
            Document.objects.get(id=target["document_id"]).delete()

    called()
    assert any(taken)
    counted("names of files", by_hand=len(NAMES), generated=len(taken), taken=sum(taken))


def announced(uploader: Uploader, name: str) -> dict[str, Any] | None:
    """Where the bytes are to be put; None when the name is refused."""
    answer = uploader.announce(filename=name, size=1024)
    if answer.status_code == 422:
        return None
    assert answer.status_code == 201, answer.text
    target: dict[str, Any] = answer.json()["data"]
    kept = Document.objects.get(id=target["document_id"]).filename
    assert not set(kept) & set("/\\\x00\n\u202e")
    assert target["storage_key"].split("/")[1:] == [uploader.patient_id, target["document_id"]]
    return target


def _outside(folder: Path) -> set[Path]:
    """What lies in the data folder and is no upload."""
    return {path for path in folder.rglob("*") if "uploads" not in path.parts}
