"""What nobody caught is logged like any other fault: its class and its place, and nothing of what it says.

Python and asyncio would print it by themselves: past our format, with its message, which may quote a row.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from types import TracebackType
from typing import Any

from curaway import log

logger = log.get(__name__)


def log_uncaught() -> None:
    """From now on, of the running event loop; and of the whole process, where the loop is its main thread's."""
    asyncio.get_running_loop().set_exception_handler(_in_loop)
    if threading.current_thread() is threading.main_thread():
        sys.excepthook = _in_process
        threading.excepthook = _in_thread
        sys.unraisablehook = _unraisable


def _in_loop(_: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    # The text is asyncio's own and may hold a callback with its arguments; it is needed only where nothing was raised.
    if fault := told.get("exception"):
        logger.error("uncaught_in_loop", exc_info=fault)
    else:
        logger.error("uncaught_in_loop", what=told["message"], task=_name_of(told.get("task")))


def _name_of(task: asyncio.Task[Any] | None) -> str | None:
    return getattr(task.get_coro(), "__qualname__", None) if task else None


def _in_process(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    logger.critical("uncaught_in_process", exc_info=(kind, fault, trace))


def _in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit:
        logger.error("uncaught_in_thread", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    logger.error("uncaught_in_end", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
