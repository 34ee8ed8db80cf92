"""Verification, on chains that were made up and tampered with in every way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from events.sealing.chain import chained
from events.sealing.finding import Finding, Kind
from events.sealing.verification import ChainedRow, Head, Signed, verified


@dataclass
class Log:
    """A chain in memory."""

    rows: list[ChainedRow] = field(default_factory=list)
    head: Head | None = field(default_factory=lambda: Head(0, 0, b""))
    signed: list[Signed] = field(default_factory=list)

    @classmethod
    def of(cls, length: int) -> Log:
        log = cls()
        for _ in range(length):
            log.record()
        return log

    def record(self) -> None:
        assert self.head is not None
        link = self.head.link + 1
        position = self.head.position + 1 if link % 2 else None
        canonical = f"row {link}".encode()
        hashed = chained(self.head.hash, canonical)
        self.rows.append(ChainedRow(link, f"event-{link}", position, hashed, canonical))
        self.head = Head(position or self.head.position, link, hashed)

    def rewrite_from(self, link: int) -> None:
        """Change a row and make all hashes from it on anew, the head's among them: what the chain can't show."""
        previous = self.rows[link - 2].hash if link > 1 else b""
        for at in range(link - 1, len(self.rows)):
            canonical = self.rows[at].canonical + (b" forged" if at == link - 1 else b"")
            previous = chained(previous, canonical)
            self.rows[at] = self.rows[at]._replace(canonical=canonical, hash=previous)
        assert self.head is not None
        self.head = self.head._replace(hash=previous)

    def sign(self, link: int, *, genuine: bool = True) -> None:
        self.signed.append(Signed(link, self.rows[link - 1].hash, "2030-01-01T00:00:00Z", genuine))

    def found(self) -> list[Finding]:
        ordered = sorted(self.rows, key=lambda row: row.link)
        return list(verified("tenant", "patient", ordered, head=self.head, signed=self.signed))

    def says(self) -> list[tuple[Kind, int, int]]:
        return [(finding.kind, finding.first, finding.last) for finding in self.found()]


LENGTHS = st.integers(min_value=1, max_value=30)


@st.composite
def places(draw: st.DrawFn, *, at_least: int = 1, before_the_end: int = 0) -> tuple[Log, int]:
    length = draw(st.integers(min_value=at_least + before_the_end, max_value=30))
    return Log.of(length), draw(st.integers(min_value=at_least, max_value=length - before_the_end))


@given(st.integers(min_value=0, max_value=30))
def test_nothing_is_found_where_nothing_was_done(length: int) -> None:
    log = Log.of(length)
    for link in range(1, length + 1, 3):
        log.sign(link)
    assert log.found() == []


@given(places())
def test_a_changed_row_is_named_and_no_other(place: tuple[Log, int]) -> None:
    log, link = place
    log.rows[link - 1] = log.rows[link - 1]._replace(canonical=b"changed")
    (found,) = log.found()
    assert (found.kind, found.first, found.event_ids) == (Kind.CHANGED, link, (f"event-{link}",))


@given(places(before_the_end=1))
def test_a_row_with_a_hash_made_anew_is_named_by_the_one_that_follows_it(place: tuple[Log, int]) -> None:
    log, link = place
    previous = log.rows[link - 2].hash if link > 1 else b""
    log.rows[link - 1] = log.rows[link - 1]._replace(canonical=b"forged", hash=chained(previous, b"forged"))
    (found,) = log.found()
    assert (found.kind, found.first) == (Kind.CHANGED, link + 1)
    assert f"event-{link} at link {link}" in found.says


@given(LENGTHS)
def test_the_last_row_with_a_hash_made_anew_is_not_what_the_head_says(length: int) -> None:
    log = Log.of(length)
    previous = log.rows[-2].hash if length > 1 else b""
    log.rows[-1] = log.rows[-1]._replace(canonical=b"forged", hash=chained(previous, b"forged"))
    assert log.says() == [(Kind.HEAD, length, length)]


@given(places(before_the_end=1), st.integers(min_value=1, max_value=3))
def test_removed_rows_are_named_by_their_links(place: tuple[Log, int], count: int) -> None:
    log, link = place
    last = min(link + count - 1, len(log.rows) - 1)
    del log.rows[link - 1 : last]
    assert log.says() == [(Kind.REMOVED, link, last)]


@given(places(at_least=2, before_the_end=1))
def test_what_follows_removed_rows_is_said_to_be_uncheckable(place: tuple[Log, int]) -> None:
    log, link = place
    log.rows[link] = log.rows[link]._replace(canonical=b"changed")
    del log.rows[link - 1]
    (found,) = log.found()
    assert (found.kind, found.first, found.last) == (Kind.REMOVED, link, link)
    assert f"nothing tells whether event-{link + 1} at link {link + 1} was changed" in found.says


@given(places(at_least=2, before_the_end=1), st.booleans())
def test_what_follows_removed_rows_is_checked_by_a_checkpoint_of_the_last_of_them(
    place: tuple[Log, int], changed: bool
) -> None:
    log, link = place
    log.sign(link)
    if changed:
        log.rows[link] = log.rows[link]._replace(canonical=b"changed")
    del log.rows[link - 1]
    removed, *others = log.found()
    assert (removed.kind, removed.says) == (Kind.REMOVED, "gone from between their neighbours")
    expected = [(Kind.CHANGED, link + 1, "is not what was recorded")] if changed else []
    assert [(found.kind, found.first, found.says) for found in others] == expected


@given(places())
def test_a_chain_that_was_cut_off_is_missing_its_end(place: tuple[Log, int]) -> None:
    log, link = place
    length = len(log.rows)
    del log.rows[link - 1 :]
    assert log.says() == [(Kind.REMOVED, link, length)]


@given(places(), st.booleans())
def test_a_row_put_at_anothers_link_is_named_wherever_it_sorts(place: tuple[Log, int], before: bool) -> None:
    log, link = place
    intruder = ChainedRow(link, "intruder", None, b"\x01" * 32, b"intruder")
    log.rows.insert(link - 1 if before else link, intruder)
    (found,) = log.found()
    assert (found.kind, found.first, found.event_ids) == (Kind.INSERTED, link, ("intruder",))


@given(places(), st.booleans())
def test_an_intruder_with_a_right_hash_is_told_from_the_row_that_the_others_follow(
    place: tuple[Log, int], before: bool
) -> None:
    log, link = place
    previous = log.rows[link - 2].hash if link > 1 else b""
    intruder = ChainedRow(link, "intruder", None, chained(previous, b"intruder"), b"intruder")
    log.rows.insert(link - 1 if before else link, intruder)
    (found,) = log.found()
    assert (found.kind, found.event_ids) == (Kind.INSERTED, ("intruder",))


@given(LENGTHS, st.integers(min_value=1, max_value=3))
def test_rows_beyond_the_head_were_inserted(length: int, count: int) -> None:
    log = Log.of(length)
    head = log.head
    for _ in range(count):
        log.record()
    log.head = head
    assert log.says() == [(Kind.INSERTED, link, link) for link in range(length + 1, length + count + 1)]


@given(LENGTHS)
def test_a_row_that_never_went_through_the_chain_was_inserted(length: int) -> None:
    log = Log.of(length)
    log.rows.append(ChainedRow(0, "intruder", None, b"", b"intruder"))
    assert [(found.kind, found.event_ids) for found in log.found()] == [(Kind.INSERTED, ("intruder",))]


@given(places(before_the_end=1))
def test_two_rows_that_were_swapped_are_both_changed(place: tuple[Log, int]) -> None:
    log, link = place
    one, other = log.rows[link - 1], log.rows[link]
    log.rows[link - 1], log.rows[link] = other._replace(link=link), one._replace(link=link + 1)
    assert {found.kind for found in log.found()} <= {Kind.CHANGED, Kind.HEAD}
    assert {found.first for found in log.found()} >= {link, link + 1}


def test_a_head_that_is_gone_or_wrong_is_found() -> None:
    gone, wrong, behind = Log.of(3), Log.of(3), Log.of(3)
    gone.head = None
    wrong.head = Head(2, 3, b"\x02" * 32)
    behind.head = behind.head and behind.head._replace(position=1)
    assert [log.says() for log in (gone, wrong, behind)] == [[(Kind.HEAD, 3, 3)]] * 3


@given(places())
def test_a_chain_that_was_made_anew_is_found_by_a_checkpoint(place: tuple[Log, int]) -> None:
    log, link = place
    log.sign(len(log.rows))
    log.rewrite_from(link)
    assert log.says() == [(Kind.REWRITTEN, len(log.rows), len(log.rows))]


@given(places())
def test_without_a_checkpoint_behind_it_a_chain_made_anew_is_not_found(place: tuple[Log, int]) -> None:
    log, link = place
    for earlier in range(1, link):
        log.sign(earlier)
    log.rewrite_from(link)
    assert log.found() == []


@given(places(at_least=2))
def test_an_end_that_was_cut_off_with_its_head_is_found_by_a_checkpoint(place: tuple[Log, int]) -> None:
    log, link = place
    length = len(log.rows)
    log.sign(length)
    shorter = Log.of(link - 1)
    shorter.signed = log.signed
    assert shorter.says() == [(Kind.REMOVED, link, length)]


def test_a_checkpoint_that_is_not_signed_by_us_is_not_believed() -> None:
    log = Log.of(3)
    log.sign(2, genuine=False)
    assert log.says() == [(Kind.FORGED, 2, 2)]


def of_kind(findings: Sequence[Finding], kind: Kind) -> list[Finding]:
    return [finding for finding in findings if finding.kind == kind]


@given(st.data())
def test_no_single_act_goes_unnoticed_and_what_is_named_is_near_it(data: st.DataObject) -> None:
    log = Log.of(data.draw(st.integers(min_value=2, max_value=20)))
    link = data.draw(st.integers(min_value=1, max_value=len(log.rows)))
    row = log.rows[link - 1]
    act = data.draw(st.sampled_from(["canonical", "hash", "position", "remove", "copy"]))
    if act == "remove":
        del log.rows[link - 1]
    elif act == "copy":
        log.rows.insert(link, row._replace(event_id="copy", canonical=b"copy"))
    elif act == "hash":
        log.rows[link - 1] = row._replace(hash=b"\x03" * 32)
    else:
        # A position is among the canonical bytes; here it stands for any column.
        log.rows[link - 1] = row._replace(canonical=row.canonical + b"!")
    found = log.found()
    assert found
    assert all(finding.first in (link, link + 1) for finding in found)
