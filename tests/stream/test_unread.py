"""What lies unread in a practice broker, counted by hand."""

from topheavy.stream.kafka.unread import Unread


def test_bytes_are_taken_while_there_is_room() -> None:
    unread = Unread(most=100)
    assert [unread.take(60), unread.take(50), unread.take(40)] == [True, False, True]
    assert unread.bytes == 100


def test_what_was_read_makes_room_and_what_lies_behind_it_does_not() -> None:
    unread = Unread(most=100)
    for offset in range(4):
        assert unread.take(25)
        unread.arrive("trades", 0, offset, 25)
    unread.read("trades", {0: 3})
    assert unread.bytes == 25
    unread.read("trades", {0: 2})  # a reader that says less than before takes nothing back
    assert unread.bytes == 25
    unread.read("trades", {0: 4, 1: 9})
    assert unread.bytes == 0


def test_a_reader_may_be_done_before_the_sender_hears_that_it_arrived() -> None:
    unread = Unread(most=100)
    assert unread.take(30)
    assert unread.take(30)
    unread.read("trades", {2: 1})
    unread.arrive("trades", 2, 0, 30)
    assert unread.bytes == 30
    unread.arrive("trades", 2, 1, 30)
    assert unread.bytes == 30


def test_partitions_and_topics_are_told_apart() -> None:
    unread = Unread(most=100)
    for topic, partition in (("trades", 0), ("trades", 1), ("other", 0)):
        assert unread.take(10)
        unread.arrive(topic, partition, 0, 10)
    unread.read("trades", {0: 1})
    assert unread.bytes == 20


def test_what_never_arrived_lies_nowhere() -> None:
    unread = Unread(most=100)
    assert unread.take(80)
    unread.fail(80)
    assert unread.bytes == 0


def test_a_topic_is_read_as_long_as_one_reader_is_left() -> None:
    unread = Unread()
    assert not unread.is_read("trades")
    unread.join("trades")
    unread.join("trades")
    unread.leave("trades")
    assert unread.is_read("trades")
    unread.leave("trades")
    assert not unread.is_read("trades")
