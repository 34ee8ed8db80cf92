"""The secrets of this machine's development processes: made once, shared by all of them."""

import json
import secrets
from pathlib import Path

from curaway.local.lock import exclusively
from curaway.local.port import free_port
from curaway.master_key import new_development_key

_QUEUE_SECRETS = {
    "QSTASH_TOKEN": "local_",
    "QSTASH_CURRENT_SIGNING_KEY": "sig_local_",
    "QSTASH_NEXT_SIGNING_KEY": "sig_local_",
}


def development_secret(data_dir: Path) -> str:
    """Django's SECRET_KEY on this machine, the same at every start; more than 50 characters."""
    return _keys(data_dir)["SECRET_KEY"]


def development_master_key(data_dir: Path) -> str:
    """The master key of this machine's patients; who loses it can't read what was recorded about them any more."""
    return _keys(data_dir)["PHI_MASTER_KEY"]


def local_queue_settings(data_dir: Path) -> dict[str, str]:
    """Where the local queue listens and what it signs with, under the names of QStash's own settings."""
    keys = _keys(data_dir)
    return {name: keys[name] for name in ("QSTASH_URL", *_QUEUE_SECRETS)}


def move_local_queue(data_dir: Path) -> dict[str, str]:
    """Give the local queue another port, where a foreign program took its own; returns its settings."""
    with exclusively(_lock(data_dir)):
        keys = _read(data_dir) | {"QSTASH_URL": _free_address(data_dir)}
        _write(data_dir, keys)
    return local_queue_settings(data_dir)


def _keys(data_dir: Path) -> dict[str, str]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with exclusively(_lock(data_dir)):
        keys = _read(data_dir)
        if not keys.keys() >= {"SECRET_KEY", "PHI_MASTER_KEY", "QSTASH_URL", *_QUEUE_SECRETS}:
            keys = _fresh(data_dir) | keys
            _write(data_dir, keys)
    return keys


def _fresh(data_dir: Path) -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PHI_MASTER_KEY": new_development_key(),
        "QSTASH_URL": _free_address(data_dir),
        **{name: prefix + secrets.token_urlsafe(32) for name, prefix in _QUEUE_SECRETS.items()},
    }


def _free_address(data_dir: Path) -> str:
    return f"http://127.0.0.1:{free_port(data_dir, 'queue')}"


def _lock(data_dir: Path) -> Path:
    return data_dir / "keys.lock"


def _read(data_dir: Path) -> dict[str, str]:
    try:
        kept = json.loads((data_dir / "keys.json").read_text())
    except FileNotFoundError:
        return {}
    return {str(name): str(value) for name, value in kept.items()}


def _write(data_dir: Path, keys: dict[str, str]) -> None:
    draft = data_dir / "keys.json.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys, indent=2) + "\n")
    # Renamed as a whole: a reader never sees half of it.
    draft.replace(data_dir / "keys.json")
