"""Django's command line; finds the embedded database by itself when DATABASE_URL is not set."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    from curaway.local.database import lease_database
    from curaway.local.errors import LocalError

    try:
        lease_database(os.environ)
    except LocalError as refused:
        sys.exit(str(refused))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
