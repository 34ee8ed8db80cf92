"""Where the bytes of documents lie."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from patients.documents.storage import LocalStorage


@pytest.mark.parametrize("key", ["a/b", "a/../c", "a/./c", "/a/b", "a/b/c/d", "a/.hidden/c", "a/b\0/c", "a\\b/c/d/"])
def test_no_storage_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError):
        LocalStorage(tmp_path).path(key)


def test_a_draft_that_is_not_put_leaves_nothing(tmp_path: Path) -> None:
    vault = LocalStorage(tmp_path)
    with vault.draft("t/p/d", BytesIO(b"abc"), limit=10) as draft:
        assert (draft.size, draft.path.exists()) == (3, True)
    assert (vault.size("t/p/d"), draft.path.exists()) == (None, False)
