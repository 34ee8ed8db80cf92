"""The doorbell: telling every process that a patient's log has grown, or that somebody's access changed.

A ring carries ids and a number, no data, and may be lost: the hub's poll makes up for it. It is rung after the
commit and outside of any transaction. How it travels is a `Bell`: the database's NOTIFY, Redis, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from curaway.environment import REDIS_SCHEMES, WAKEUPS_OFF, Environment
from events.wakeup.bell import Bell
from events.wakeup.rings import AccessChanged, Grown, OrdersGiven, Ring, decode, encode

__all__ = ["AccessChanged", "Bell", "Grown", "OrdersGiven", "Ring", "bell", "bell_of", "listen", "ring"]


def ring(what: Ring) -> None:
    """Wake every process; never raises, because what it tells of is already committed."""
    bell().ring(encode(what))


async def listen(hear: Callable[[Ring], None], on_listening: Callable[[], None]) -> None:
    """Hear rings until what carries them breaks; raises `psycopg.Error` or `OSError` then.

    `on_listening` is called once rings can be heard: what was committed before it may not have been.
    """

    def understand(message: str) -> None:
        heard = decode(message)
        if heard is not None:
            hear(heard)

    await bell().listen(understand, on_listening)


@cache
def bell() -> Bell:
    """This process's bell, from the settings."""
    from django.conf import settings

    return bell_of(settings.ENVIRONMENT)


def bell_of(environment: Environment) -> Bell:
    """The bell that EVENTS_WAKEUP_URL names. Each is imported where it is chosen: the others cost nothing."""
    if environment.EVENTS_WAKEUP_URL == WAKEUPS_OFF:
        from events.wakeup.silence import Silence

        return Silence()
    if environment.EVENTS_WAKEUP_URL.startswith(REDIS_SCHEMES):
        from events.wakeup.redis import RedisBell

        return RedisBell(environment.EVENTS_WAKEUP_URL)
    from events.wakeup.notify import NotifyBell

    return NotifyBell(environment.DATABASE_DIRECT_URL)
