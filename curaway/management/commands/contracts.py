"""`manage.py contracts`: write the derived files, or say which are stale."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from curaway.derived import derived_files
from curaway.environment import ROOT


class Command(BaseCommand):
    help = "Write every file that is derived from the code (JSON Schema, OpenAPI, TypeScript, reference pages)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when a file is stale.")

    def handle(self, *, check: bool, **_: Any) -> None:
        stale = []
        for name, make in derived_files().items():
            path, content = ROOT / name, make()
            if path.exists() and path.read_text(encoding="utf-8") == content:
                continue
            stale.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        if check and stale:
            raise CommandError(f"Stale: {', '.join(stale)}. Run `make contracts` and commit the result.")
        self.stdout.write(f"{len(stale)} written" if stale else "Everything is up to date.")
