"""The database of a process that was started without one."""

from collections.abc import MutableMapping

from curaway.local.errors import LocalError, NotMigrated, TablesMissing
from curaway.local.given import data_folder, given_settings
from curaway.local.postgres import EmbeddedPostgres, Lease


def lease_database(environ: MutableMapping[str, str]) -> Lease | None:
    """Start or join the embedded Postgres and write its address to `DATABASE_URL`, unless one is given.

    Returns the lease to keep as long as the database is used, or None where `DATABASE_URL` was set already,
    in `environ` or in `.env`. Raises a `LocalError` whose text says what to do.
    """
    if given_settings(environ).get("DATABASE_URL"):
        return None
    lease = EmbeddedPostgres(data_folder(environ)).lease()
    environ["DATABASE_URL"] = lease.url
    return lease


def tables_missing(environ: MutableMapping[str, str], lease: Lease | None) -> LocalError:
    """What to say when a table is not there, of the database that `lease_database` gave."""
    return NotMigrated() if lease is None else TablesMissing(folder=data_folder(environ))
