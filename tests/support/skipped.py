"""What was not tested, and why: one line for each part that was not here, with the command that brings it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Something tests need that a machine may lack: words of the reasons given for it, and how it is had."""

    name: str
    words: tuple[str, ...]
    command: str


PARTS = (
    Part("a browser", ("chromium",), "sudo apt-get install chromium"),
    Part("a real Kafka", ("java", "kafka"), "sudo apt-get install openjdk-17-jre-headless && deploy/kafka/fetch"),
    Part("the market files", ("market files", "is not there"), "TOPHEAVY_MARKET_DATA=FOLDER make test"),
    Part("extras or test tools", ("extra", "test tools"), "rm -f .venv/dev && make .venv/dev"),
    Part("another Python or the net", ("the wheel",), "make wheel-test"),
    Part("real-time priority", ("real-time",), "sudo prlimit --rtprio=1 --pid $$"),
    Part("a user who is not root", ("may write everywhere",), "run the tests as an ordinary user"),
    Part("a small disk", ("disk",), "run the tests where a file system may be mounted"),
)


def told(reasons: Iterable[str]) -> Iterator[str]:
    """Yield a line for every part that was missed, and one for every reason that is about no part.

    >>> print(*told(["no 'chromium' was found", "no 'chromium' was found", "a vendor's market has no seed"]), sep="\\n")
    2 tests skipped for want of a browser: sudo apt-get install chromium
    1 test skipped: a vendor's market has no seed
    """
    missed, other = Counter[Part](), Counter[str]()
    for reason in reasons:
        part = part_of(reason)
        if part is None:
            other[reason] += 1
        else:
            missed[part] += 1
    for part in PARTS:
        if missed[part]:
            yield f"{_tests(missed[part])} skipped for want of {part.name}: {part.command}"
    for reason, count in sorted(other.items()):
        yield f"{_tests(count)} skipped: {reason}"


def part_of(reason: str) -> Part | None:
    """Return the part that a reason to skip speaks of, if it speaks of one."""
    return next((part for part in PARTS if any(word in reason.lower() for word in part.words)), None)


def _tests(count: int) -> str:
    return f"{count:,} test" if count == 1 else f"{count:,} tests"
