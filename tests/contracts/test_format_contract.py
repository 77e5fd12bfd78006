"""What every format of portfolios keeps: a new file in ``portfolios/formats`` is held the moment it exists."""

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.damage import damaged
from topheavy.core.errors import UsageError
from topheavy.core.plugins import FORMATS, Found, scan
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Kind, Portfolio
from topheavy.portfolios.read import read_portfolio

FOUND = {found.name: found for found in scan(FORMATS)}


@pytest.fixture(params=sorted(FOUND))
def found(request: pytest.FixtureRequest) -> Found:
    return FOUND[request.param]


@pytest.fixture
def format(found: Found) -> Format:
    plugin: Format = found.plugin
    return plugin


def test_it_declares_itself(found: Found, format: Format) -> None:
    assert isinstance(format, Format)
    assert format.name == found.module.rpartition(".")[2]
    assert format.title.strip()


def test_its_sample_is_known_as_its_own_and_by_no_other_first(format: Format) -> None:
    assert read_portfolio(format.sample()).format == format.name


def test_its_sample_has_whole_positions(format: Format) -> None:
    read = format.read(Document(format.sample()))
    assert read.positions
    hold(read)


def test_reading_is_pure(format: Format) -> None:
    assert format.read(Document(format.sample())) == format.read(Document(format.sample()))


@pytest.mark.parametrize("damage", sorted(damaged(b"")))
def test_damage_is_refused_or_read_whole(format: Format, damage: str) -> None:
    hold_or_refuse(damaged(format.sample())[damage])


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_refused_or_read_whole(format: Format, data: st.DataObject) -> None:
    body = bytearray(format.sample())
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    hold_or_refuse(bytes(body))


@given(body=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_refused_or_read_whole(body: bytes) -> None:
    hold_or_refuse(body)


@given(text=st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_words_are_refused_or_read_whole(text: str) -> None:
    hold_or_refuse(text.encode(errors="replace"))


def hold_or_refuse(body: bytes) -> None:
    try:
        read = read_portfolio(body, "a file")
    except UsageError as refusal:
        words = str(refusal)
    else:
        hold(read)
        return
    assert words.strip()
    assert "\n" not in words


def hold(read: Portfolio) -> None:
    for position in read.positions:
        assert position.where
        assert position.label or position.kind is Kind.CASH, position
        amounts = [getattr(position, field.name) for field in fields(position) if field.name in ("quantity", "value")]
        assert any(amount is not None for amount in amounts) or position.weight is not None
    assert all(item.where and item.reason for item in read.left_out)
