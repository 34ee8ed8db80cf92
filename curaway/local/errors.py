"""What can go wrong on a developer's machine: the docstring is the sentence people read."""

from inspect import cleandoc


class LocalError(Exception):
    """Something on this machine keeps the project from running."""

    def __init__(self, **facts: object) -> None:
        super().__init__(cleandoc(type(self).__doc__ or "").format(**facts))


class PortTaken(LocalError):
    """Port {port} is in use by another program. Stop it, or {instead}"""


class PostgresFailed(LocalError):
    """Postgres could not {act}: {why}
    {where}"""


class PostgresBusy(PostgresFailed):
    """Postgres could not {act} yet: {why}
    {where}"""


class FolderRefused(LocalError):
    """{folder} cannot be used: {why}. Choose another folder with DATA_DIR=, or change this one's owner."""


class PostgresMissing(LocalError):
    """DATABASE_URL is not set and no embedded Postgres is installed: set DATABASE_URL=postgres://…"""


class TablesMissing(LocalError):
    """The database in {folder} lacks tables: was the server started with another DATA_DIR=?"""


class NotMigrated(LocalError):
    """The database at DATABASE_URL lacks tables. Make them first: manage.py migrate"""


class SettingWrong(LocalError):
    """{name} is {value!r}, and must be {expected}."""


class ProgramGaveUp(LocalError):
    """The {name} ended {times} times in a row soon after its start (exit code {code}).
    Its output above says why."""


class ProgramSilent(LocalError):
    """The {name} did not answer at {url} within {seconds:.0f} seconds. Last answer: {answer}"""


class CommandFailed(LocalError):
    """`{command}` failed with exit code {code}:
    {output}"""
