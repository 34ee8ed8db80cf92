"""Structured logs: the correlation id on every line, and nothing about a person.

What may be logged is decided where the line is written: ids and counts, never a payload, a name, a token or a
URL's query. Two nets hold when that is forgotten: exceptions are logged without their values, and the access
log of the server is off.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import traceback
from collections.abc import MutableMapping, Sequence
from typing import Any

import structlog

from curaway import context


def configure(*, level: str, as_text: bool) -> None:
    """Send every logger of the process through one format: JSON lines, or readable text in development."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _correlation_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception_without_values,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if as_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Python's own warnings would otherwise go past the format; in development they are read as they are.
    logging.captureWarnings(not as_text)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["line"], "level": level},
            "loggers": {
                # uvicorn's own lines in our format; its access log would keep upload addresses, which are secrets.
                "uvicorn": {"handlers": [], "propagate": True},
                "uvicorn.error": {"handlers": [], "propagate": True, "level": "INFO"},
                "uvicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
                # These repeat whole URLs, queries and bodies.
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
                "django.request": {"level": "CRITICAL"},
                "django.db.backends": {"level": "INFO"},
                "posthog": {"level": "ERROR"},
                "flagsmith": {"level": "ERROR"},
                "asyncio": {"level": "WARNING"},
            },
        }
    )


def get(name: str) -> Any:
    """A logger: `log.get(__name__).info("stream_opened", patient_id=…)`."""
    return structlog.stdlib.get_logger(name)


def _correlation_id(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.setdefault("correlation_id", context.current_correlation_id())
    return line


def _exception_without_values(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback's places and types; its message may quote a row (Postgres names the failing values)."""
    caught = line.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    if isinstance(caught, BaseException):
        caught = (type(caught), caught, caught.__traceback__)
    if caught and caught[0] is not None:
        line["error"] = caught[0].__name__
        line["at"] = _places(traceback.extract_tb(caught[2]))
    return line


def _places(frames: Sequence[traceback.FrameSummary]) -> list[str]:
    """Where it happened: our own code's frames, and the last one, whoever's it is."""
    own = [frame for frame in frames[:-1] if "site-packages" not in frame.filename]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in (*own[-11:], *frames[-1:])]
