"""The account that Postgres runs under: it refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class Switch(TypedDict, total=False):
    """What `subprocess` needs to run something under another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Ourselves, or the unprivileged account that stands in for root."""

    name: str
    switch: Switch

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel as this account; `test` is an operator of test(1), such as -x."""
        asked = subprocess.run(["/usr/bin/env", "test", test, path], cwd="/", **self.switch)
        return asked.returncode == 0

    def make_folder(self, path: Path) -> None:
        """Create an empty folder that only this account may enter."""
        path.mkdir(mode=0o700)
        if self.switch:
            os.chown(path, self.switch["user"], self.switch["group"])


def account_for(cluster: Path) -> Account:
    """The account to run a cluster under: our own; for root its owner's, else `nobody`."""
    if os.geteuid() != 0:
        return Account(name="this user", switch={})
    owner = cluster.stat().st_uid if cluster.exists() else 0
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    return Account(
        name=entry.pw_name,
        switch={"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []},
    )
