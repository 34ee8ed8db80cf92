"""What a process does to itself before it opens a file that a stranger made."""

import ctypes
import os
import resource
import signal
import sys

CPU_SECONDS = 300
"""Above what two threads can use in the server's time limit: the stop for a reader whose server hangs too."""

MEMORY_BYTES = 1536 * 1024**2
"""Of private writable memory. Measured: a page needs 0.9 GB, the largest picture that is taken 1.3 GB."""

NICENESS = 5
PR_SET_PDEATHSIG = 1


def confine(parent: int | None) -> None:
    """Bounds this process's life, time and memory; `parent` is the process it must not outlive, if known."""
    end_with(parent)
    limit(resource.RLIMIT_CORE, 0)  # a core file would leave a patient's document on the disk
    limit(resource.RLIMIT_CPU, CPU_SECONDS)
    # Not RLIMIT_AS: it counts what is mapped and never touched, which in onnxruntime is gigabytes.
    limit(resource.RLIMIT_DATA, MEMORY_BYTES)
    os.nice(NICENESS)


def end_with(parent: int | None) -> None:
    """Has the kernel kill this process when its parent is gone. On Linux; elsewhere the CPU limit must do."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)  # it died before the request was made, and no signal will come any more


def limit(what: int, value: int) -> None:
    """Lowers a limit; one that is already lower stays, as raising it is refused."""
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))
