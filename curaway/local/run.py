"""Everything at once on this machine, behind `make run`: Postgres, the queue, the server; ended together."""

import os
import sys

from curaway.local.errors import LocalError
from curaway.local.given import CHECKOUT
from curaway.local.parent import end_with_parent
from curaway.local.supervisor import Stopped, Supervisor


def main() -> int:
    """Run until told to stop; returns the exit code: 0 then, 1 with a sentence when it cannot go on."""
    os.chdir(CHECKOUT)
    if "MAKELEVEL" in os.environ:
        end_with_parent(os.getppid())
    try:
        Supervisor(os.environ).run()
    except Stopped:
        return 0
    except LocalError as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
