"""What the person set: the environment, and `.env` for what it leaves open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

CHECKOUT: Final = Path(__file__).resolve().parents[2]


def given_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Every setting that has a value; an empty one counts as not given."""
    written = {name: value for name, value in dotenv_values(CHECKOUT / ".env").items() if value}
    return written | {name: value for name, value in environ.items() if value}


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where everything of this checkout is kept: `DATA_DIR`, or `.data` in the checkout."""
    named = given_settings(environ).get("DATA_DIR")
    return Path(named).expanduser().resolve() if named else CHECKOUT / ".data"
