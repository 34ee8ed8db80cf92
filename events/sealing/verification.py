"""Whether a chain holds; pure. What is wrong with it is said row by row.

Each row is compared with the hash that the row before it has by now, so that one changed row is one finding, and what
follows it is not called changed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from events.sealing.chain import chained
from events.sealing.finding import Finding, Kind


class Head(NamedTuple):
    """How far the database says that a chain has grown."""

    position: int
    link: int
    hash: bytes


class ChainedRow(NamedTuple):
    """A row of the log as far as the chain is concerned."""

    link: int
    event_id: str
    position: int | None
    hash: bytes
    canonical: bytes

    def follows(self, previous: bytes) -> bool:
        return chained(previous, self.canonical) == self.hash


class Signed(NamedTuple):
    """What a checkpoint says of a chain; `genuine`: its signature is ours."""

    link: int
    hash: bytes
    made_at: str
    genuine: bool


def verified(
    tenant_id: str, patient_id: str, rows: Iterable[ChainedRow], *, head: Head | None, signed: Sequence[Signed] = ()
) -> Iterator[Finding]:
    """Everything that is wrong with a chain, whose rows come in order of link."""
    return _Verification(tenant_id, patient_id, head, signed).findings(rows)


class _Verification:
    """One walk along a chain; holds one link's rows at a time, and the next's."""

    def __init__(self, tenant_id: str, patient_id: str, head: Head | None, signed: Sequence[Signed]) -> None:
        self._whose = (tenant_id, patient_id)
        self._head = head
        self._signed = {checkpoint.link: checkpoint for checkpoint in signed if checkpoint.genuine}
        self._forged = [checkpoint for checkpoint in signed if not checkpoint.genuine]
        self._last: ChainedRow | None = None
        """The row before, the genuine one where there are several."""
        self._previous: bytes | None = b""
        """The hash at the link before; None where that row is gone, and no checkpoint says what it was."""
        self._next_link = 1
        self._position: int | None = 0
        """The highest one; None where some are missing."""

    def findings(self, rows: Iterable[ChainedRow]) -> Iterator[Finding]:
        waiting: list[ChainedRow] = []
        for link, group in groupby(rows, key=attrgetter("link")):
            here = list(group)
            if link < 1:
                yield self._finding(Kind.INSERTED, here, "never went through the chain")
                continue
            yield from self._settled(waiting, follower=_follower(here if waiting and link == self._next_link else []))
            if link > self._next_link:
                yield self._gone_before(here)
            self._next_link = link + 1
            waiting = here
        yield from self._settled(waiting, follower=self._is_head)
        yield from self._end()

    def _settled(self, rows: list[ChainedRow], *, follower: Callable[[ChainedRow], bool]) -> Iterator[Finding]:
        """Say what is wrong with the rows of one link, and go on from the genuine one."""
        if not rows:
            return
        previous = self._previous
        following = [row for row in rows if previous is None or row.follows(previous)]
        genuine = _first(rows, lambda row: row in following and follower(row)) or _first(rows, follower)
        genuine = genuine or (following or rows)[0]
        if others := [row for row in rows if row is not genuine]:
            yield self._finding(Kind.INSERTED, others, "takes a link that is another row's")
        if self._head is not None and genuine.link > self._head.link:
            yield self._finding(Kind.INSERTED, [genuine], "beyond the head of its chain")
        elif genuine not in following:
            yield self._changed(genuine)
        yield from self._compared(genuine)
        self._last, self._previous = genuine, genuine.hash
        if self._position is not None:
            self._position = max(self._position, genuine.position or 0)

    def _gone_before(self, rows: list[ChainedRow]) -> Finding:
        """Say which links are missing before these rows, and go on from a checkpoint where there is one."""
        first, last = self._next_link, rows[0].link - 1
        checkpoint = self._signed.get(last)
        self._previous, self._position = checkpoint.hash if checkpoint else None, None
        says = "gone from between their neighbours"
        if checkpoint is None:
            ids = ", ".join(row.event_id for row in rows)
            says += f"; without them nothing tells whether {ids} at link {rows[0].link} was changed"
        return self._gap(first, last, says)

    def _changed(self, row: ChainedRow) -> Finding:
        says = "is not what was recorded"
        if self._last is not None and self._last.link == row.link - 1:
            says += f"; or {self._last.event_id} at link {self._last.link} is not, and its hash was made anew"
        return self._finding(Kind.CHANGED, [row], says)

    def _compared(self, row: ChainedRow) -> Iterator[Finding]:
        checkpoint = self._signed.pop(row.link, None)
        if checkpoint is not None and checkpoint.hash != row.hash:
            says = f"was another one at the checkpoint of {checkpoint.made_at}: it, or rows before it, were rewritten"
            yield self._finding(Kind.REWRITTEN, [row], says)

    def _end(self) -> Iterator[Finding]:
        reached = self._next_link - 1
        if self._head is None:
            yield self._gap(reached, reached, "the chain's head is gone", kind=Kind.HEAD)
        elif self._head.link > reached:
            yield self._gap(reached + 1, self._head.link, "gone from the end")
        elif self._is_wrong(self._head):
            yield self._gap(self._head.link, self._head.link, "the head is not what its last row says", kind=Kind.HEAD)
        yield from self._beyond(max(reached, self._head.link if self._head else 0))
        for checkpoint in self._forged:
            says = f"the checkpoint of {checkpoint.made_at} is not signed by a master key of these settings"
            yield self._gap(checkpoint.link, checkpoint.link, says, kind=Kind.FORGED)

    def _beyond(self, reached: int) -> Iterator[Finding]:
        """What checkpoints know of that nothing else speaks of any more."""
        for checkpoint in self._signed.values():
            if checkpoint.link > reached:
                says = f"were there at the checkpoint of {checkpoint.made_at}"
                yield self._gap(reached + 1, checkpoint.link, says)

    def _is_wrong(self, head: Head) -> bool:
        if self._last is None:
            return head.link != 0 or head.hash != b""
        is_behind = self._position is not None and self._position != head.position
        return self._last.link == head.link and (self._last.hash != head.hash or is_behind)

    def _is_head(self, row: ChainedRow) -> bool:
        return self._head is not None and (row.link, row.hash) == (self._head.link, self._head.hash)

    def _finding(self, kind: Kind, rows: Sequence[ChainedRow], says: str) -> Finding:
        return Finding(kind, *self._whose, rows[0].link, rows[-1].link, tuple(row.event_id for row in rows), says)

    def _gap(self, first: int, last: int, says: str, *, kind: Kind = Kind.REMOVED) -> Finding:
        return Finding(kind, *self._whose, first, last, (), says)


def _follower(next_rows: Sequence[ChainedRow]) -> Callable[[ChainedRow], bool]:
    """Whether one of the next link's rows follows this one."""
    return lambda row: any(following.follows(row.hash) for following in next_rows)


def _first(rows: Sequence[ChainedRow], wanted: Callable[[ChainedRow], bool]) -> ChainedRow | None:
    return next((row for row in rows if wanted(row)), None)
