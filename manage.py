"""Django's command line; finds the embedded database by itself when DATABASE_URL is not set."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    from curaway.local.database import lease_database, tables_missing
    from curaway.local.errors import LocalError

    try:
        lease = lease_database(os.environ)
    except LocalError as refused:
        sys.exit(str(refused))
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedTable

    try:
        execute_from_command_line(sys.argv)
    except ProgrammingError as failed:
        if not isinstance(failed.__cause__, UndefinedTable):
            raise
        sys.exit(str(tables_missing(os.environ, lease)))


if __name__ == "__main__":
    main()
