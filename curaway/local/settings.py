"""What the children of `make run` are started with."""

from collections.abc import Mapping
from pathlib import Path

from curaway.local.errors import SettingWrong


def port_of(given: Mapping[str, str]) -> int:
    """The port to serve on; raises `SettingWrong` when PORT is not one."""
    text = given.get("PORT", "8000")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingWrong(name="PORT", value=text, expected="a number from 1 to 65535")
    return int(text)


def children_environment(
    given: Mapping[str, str], *, port: int, data_dir: Path, queue: Mapping[str, str]
) -> dict[str, str]:
    """What every child is started with: what the person set, and our own for what they left open.

    `queue` are the local queue's settings; the keys a person gave win, and the queue signs with them.
    """
    signing_key = given.get("QSTASH_SIGNING_KEY")
    current = {"QSTASH_CURRENT_SIGNING_KEY": signing_key} if signing_key and queue else {}
    return {
        **queue,
        **current,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        **given,
        "PORT": str(port),
        "DATA_DIR": str(data_dir),
    }
