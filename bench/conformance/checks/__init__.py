"""The checks, a module per part of a stream's life; importing this fills `bench.conformance.check.CHECKS`."""

from bench.conformance.checks import (
    bodies,
    cors,
    ending,
    errors,
    frames,
    headers,
    heartbeats,
    leaving,
    limits,
    methods,
    proxies,
    requests,
    reset,
    resume,
    slow,
)

__all__ = [
    "bodies",
    "cors",
    "ending",
    "errors",
    "frames",
    "headers",
    "heartbeats",
    "leaving",
    "limits",
    "methods",
    "proxies",
    "requests",
    "reset",
    "resume",
    "slow",
]
