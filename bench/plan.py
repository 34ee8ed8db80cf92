"""How much is measured: the whole run, or a quick one that shows that everything works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Counts and seconds; every ratio is made of medians over `rounds`."""

    name: str
    rounds: int = 5
    peer_rounds: int = 1
    """Of measures in which no target compares us with the contender."""

    audience: int = 1000
    fallbacks: tuple[int, ...] = (300, 90)
    """How many streams a contender is measured with that can't hold `audience`."""

    idle: tuple[int, ...] = (100, 1000, 5000)
    idle_seconds: float = 15.0
    peer_idle_seconds: float = 6.0
    """Two of the polls of those who poll."""
    samples: int = 200
    """Events per round of "commit to heard"."""
    sample_every: float = 0.02
    fan_outs: int = 10
    peer_fan_outs: int = 2
    flood_each: int = 10
    writers: int = 8
    emit_seconds: float = 1.0
    resumed: int = 2000
    missed: int = 50
    histories: tuple[int, int] = (1_000, 1_000_000)
    history_openings: int = 20
    longest_minutes: float = 17.5
    """Of the whole run; whatever is not done then is left out, by name."""

    @property
    def patients(self) -> int:
        """All that are needed; the last two are those with a long past."""
        return max(*self.idle, self.audience, self.resumed) + 2


FULL = Plan(name="full")
QUICK = Plan(
    name="quick",
    rounds=1,
    peer_rounds=1,
    audience=100,
    fallbacks=(50,),
    idle=(50, 300),
    idle_seconds=4.0,
    peer_idle_seconds=4.0,
    samples=30,
    sample_every=0.06,
    fan_outs=3,
    peer_fan_outs=1,
    flood_each=3,
    emit_seconds=0.3,
    resumed=100,
    missed=20,
    histories=(1_000, 10_000),
    history_openings=5,
    longest_minutes=2.8,
)
