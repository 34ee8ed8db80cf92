"""The stream's figures, from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from curaway.environment import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamSettings:
    """Seconds and counts; see the SSE_ variables of `curaway.environment`."""

    lifetime_seconds: float = 300
    poll_seconds: float = 3
    heartbeat_seconds: float = 15
    idle_seconds: float = 15
    max_streams: int = 10_000
    max_streams_per_patient: int = 32
    stall_seconds: float = 30
    access_seconds: float = 20
    """How often every open stream's viewer is checked again; promised: at least every 30 s."""
    retry_ms: int = 2000

    @property
    def clock_seconds(self) -> float:
        """How often it is looked which streams are late."""
        shortest = min(self.heartbeat_seconds, self.stall_seconds, self.lifetime_seconds)
        return min(1.0, max(0.02, shortest / 20))

    @classmethod
    def of(cls, environment: Environment) -> StreamSettings:
        return cls(
            lifetime_seconds=environment.SSE_LIFETIME_SECONDS,
            poll_seconds=environment.SSE_POLL_SECONDS,
            heartbeat_seconds=environment.SSE_HEARTBEAT_SECONDS,
            idle_seconds=environment.SSE_IDLE_SECONDS,
            stall_seconds=environment.SSE_STALL_SECONDS,
            access_seconds=min(30, environment.SSE_ACCESS_SECONDS),
            max_streams=environment.SSE_MAX_STREAMS,
            max_streams_per_patient=environment.SSE_MAX_STREAMS_PER_PATIENT,
        )
