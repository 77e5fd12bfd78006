"""A unit has one readable name; an answer's version follows its content and facts, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from topheavy.core.units import Answer, Page, SourceKind, Unit

NOON = datetime(2024, 12, 6, 12, tzinfo=UTC)
ANSWER = Answer(
    Unit("polygon", "bars", date(2024, 12, 6)), (Page("/a", b"one"), Page("/b", b"two")), NOON, SourceKind.VENDOR, {}
)

UNITS = st.builds(
    Unit,
    st.sampled_from(["polygon", "sec"]),
    st.sampled_from(["bars", "shares"]),
    st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 3)),
    st.text(max_size=4),
)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        (Unit("polygon", "bars", date(2024, 12, 6)), "polygon/bars/session=2024-12-06"),
        (Unit("sec", "shares", subject="AAPL=0000320193"), "sec/shares/AAPL=0000320193"),
        (Unit("polygon", "details", date(2024, 12, 6), "BRK.B"), "polygon/details/session=2024-12-06/BRK.B"),
        (Unit("files", "file", subject="a b@c.csv"), "files/file/a b@c.csv"),
        (Unit("files", "file", subject="../etc/passwd"), "files/file/..%2Fetc%2Fpasswd"),
        (Unit("files", "file", subject="50%?#"), "files/file/50%25%3F%23"),
        (Unit("files", "file", subject="Zürich"), "files/file/Z%C3%BCrich"),
        (Unit("polygon", "bars"), "polygon/bars"),
    ],
)
def test_a_units_name_is_readable_and_holds_one_slash_a_part(unit: Unit, name: str) -> None:
    assert unit.id == name


@settings(deadline=None)
@given(UNITS, UNITS)
def test_two_units_never_share_a_name(one: Unit, other: Unit) -> None:
    assume(one != other)
    assert one.id != other.id


def test_a_subject_that_looks_like_a_session_is_told_from_one() -> None:
    assert Unit("files", "file", subject="session=2024-12-06").id != Unit("files", "file", date(2024, 12, 6)).id


def test_a_pages_hash_is_that_of_its_bytes() -> None:
    assert Page("/x", b"abc").sha256 == sha256(b"abc").hexdigest()


def test_the_version_stays_where_only_the_asking_differs() -> None:
    later = replace(ANSWER, received_at=NOON + timedelta(days=1), unit=Unit("polygon", "bars", date(2024, 12, 9)))
    elsewhere = replace(ANSWER, pages=tuple(Page("/c", page.content, "text/csv") for page in ANSWER.pages))
    assert later.version == elsewhere.version == ANSWER.version


@pytest.mark.parametrize(
    "changed",
    [
        replace(ANSWER, pages=(Page("/a", b"one"), Page("/b", b"twO"))),
        replace(ANSWER, pages=ANSWER.pages[::-1]),
        replace(ANSWER, pages=ANSWER.pages[:1]),
        replace(ANSWER, pages=(Page("/a", b"onetwo"),)),
        replace(ANSWER, pages=()),
        replace(ANSWER, facts={"basis": "2024-12-06"}),
    ],
)
def test_the_version_changes_with_every_page_and_fact(changed: Answer) -> None:
    assert changed.version != ANSWER.version


def test_facts_count_by_name_and_not_by_their_order() -> None:
    one = replace(ANSWER, facts={"a": "1", "b": "2"})
    assert replace(ANSWER, facts={"b": "2", "a": "1"}).version == one.version
    assert replace(ANSWER, facts={"a": "2", "b": "1"}).version != one.version


@settings(deadline=None)
@given(st.lists(st.binary(max_size=6), max_size=3), st.lists(st.binary(max_size=6), max_size=3))
def test_versions_are_equal_only_for_equal_pages(one: list[bytes], other: list[bytes]) -> None:
    versions = [replace(ANSWER, pages=tuple(Page("/x", body) for body in pages)).version for pages in (one, other)]
    assert (versions[0] == versions[1]) == (one == other)
