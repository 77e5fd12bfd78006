"""Scripts of faults: what can be written, what it means, and what is said when it cannot be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from topheavy.core.errors import UsageError, one_line
from topheavy.simulator.hostile.rule import Asked, Rule
from topheavy.simulator.hostile.script import read_script
from topheavy.simulator.hostile.table import FAULTS, WHEN, described
from topheavy.simulator.hostile.values import Rate, Span

REQUESTS = [f"/v3/reference/tickers/Q{number}?" for number in range(2000)]


def asked(request: str = "/v2/bars?", ask: int = 1, seconds: float = 0.0) -> Asked:
    return Asked(request, request.split("?")[0], (), ask, seconds)


def struck(rule: Rule, requests: list[str] = REQUESTS, ask: int = 1) -> list[str]:
    return [request for request in requests if rule.strikes(asked(request, ask))]


def one(script: str) -> Rule:
    (rule,) = read_script(script)
    return rule


def test_no_script_is_no_fault() -> None:
    assert read_script("") == read_script(" , ") == ()


@pytest.mark.parametrize(
    ("script", "given", "when"),
    [
        ("502:0.05", {}, {"share": 0.05}),
        ("502:5%", {}, {"share": 0.05}),
        ("latency:50ms", {"wait": Span(0.05, 0.05)}, {}),
        ("latency:50ms-2s:50%", {"wait": Span(0.05, 2.0)}, {"share": 0.5}),
        ("429:5/min", {"limit": Rate(5, 60.0), "retry-after": "yes"}, {}),
        ("429:10/s:retry-after=no", {"limit": Rate(10, 1.0), "retry-after": "no"}, {}),
        ("429:0.1", {"limit": None, "retry-after": "yes"}, {"share": 0.1}),
        ("bomb:64MB", {"size": 64_000_000}, {}),
        ("nested:1000", {"depth": 1000}, {}),
        ("drift:renamed:field=c", {"how": "renamed", "field": "c"}, {}),
        ("otherday:2", {"by": 2}, {}),
        ("reset:asks=1-3", {}, {"asks": (1, 3)}),
        ("reset:asks=2", {}, {"asks": (2, 2)}),
        ("late", {"how": "empty"}, {"asks": (1, 2)}),
        ("late:until=20s", {"how": "empty"}, {"until": 20.0}),
        ("revised:3:by=2%", {"by": 0.02, "rows": 3}, {"asks": (2, float("inf"))}),
        ("html:path=/v2/*", {}, {"path": "/v2/*"}),
    ],
)
def test_what_a_line_says(script: str, given: dict[str, object], when: dict[str, object]) -> None:
    rule = one(script)
    assert (dict(rule.given), dict(rule.when)) == (given, when)


def test_who_asks_meets_the_faults_in_one_order_however_they_are_written() -> None:
    names = ["drift", "nan", "drip", "502", "latency"]
    assert [rule.fault.name for rule in read_script(",".join(names))] == names[::-1]


def test_every_fault_reads_with_its_usual_settings() -> None:
    assert len(read_script(",".join(FAULTS))) == len(FAULTS) >= 20


def test_the_table_prints_every_fault_and_setting() -> None:
    text = described()
    settings = {setting.name for fault in FAULTS.values() for setting in fault.settings} | {s.name for s in WHEN}
    assert not [name for name in FAULTS if f"\n{name} " not in f"\n{text}"]
    assert not [name for name in settings if f"  {name}=" not in text]
    assert max(map(len, text.splitlines())) <= 140


def test_a_file_says_the_same_as_a_line(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(
        'seed = 3\n[[fault]]\nname = "502"\nshare = 0.05\npath = "/v2/*"\n'
        '[[fault]]\nname = "late"\ndates = 2024-12-06\n[[fault]]\nname = "429"\nlimit = "5/min"\nretry-after = false\n'
    )
    line = "seed=3,502:0.05:path=/v2/*,late:dates=2024-12-06,429:5/min:retry-after=no"
    assert read_script(str(file)) == read_script(line)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("latncy", "there is no fault 'latncy', did you mean 'latency'?"),
        ("fire", "there is no fault 'fire'; 'topheavy simulate --faults list' prints"),
        ("502:often", "fault '502': 'often' says nothing here: write share=0.05"),
        ("latency:fast", "write share=0.05 or wait=50ms"),
        ("reset:3", "'3' says nothing here: write share=0.05"),
        ("502:share=2", "share is '2', which is no share: write 0.05 or 5%"),
        ("latency:wait=50", "wait is '50', which is no time: write 50ms, or 50ms-200ms"),
        ("latency:2s-1s", "says nothing here"),
        ("429:limit=5/hour", "limit is '5/hour', which is no rate: write 5/min, 10/s or none"),
        ("bomb:size=1TB", "which is no size"),
        ("nested:depth=0", "which is no count: write a whole number above zero"),
        ("reset:asks=3-1", "asks is '3-1'"),
        ("late:dates=2024-13-01", "dates is '2024-13-01', which is no days: write 2024-12-06 or"),
        ("drift:how=upside", "write type or renamed or new or missing"),
        ("502:speed=3", "fault '502' has no 'speed': it knows asks, dates, path, share, until"),
        ("502:5%:share=3%", "'share' is given twice"),
        ("seed=x", "the seed of the faults is 'x'"),
        ("nowhere.toml", "nowhere.toml: No such file"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(script: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_script(script)
    assert says in one_line(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[fault]\n", "not valid TOML"),
        ("", "has no [[fault]]"),
        ("fault = 3\n", "has no [[fault]]"),
        ('fault = ["502"]\n', "has no [[fault]]"),
        ('[[faults]]\nname = "502"\n', "has no use for 'faults'"),
        ("[[fault]]\nshare = 0.5\n", "has no name"),
        ('[[fault]]\nname = "502"\nshare = "often"\n', "share is 'often'"),
        ('seed = "x"\n[[fault]]\nname = "502"\n', "the seed of the faults is 'x'"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(content)
    with pytest.raises(UsageError) as caught:
        read_script(str(file))
    assert says in one_line(caught.value)


# which calls are struck


def test_a_share_is_about_that_share_and_the_same_every_time() -> None:
    first, second = struck(one("502:20%")), struck(one("502:20%"))
    assert first == second
    assert 320 < len(first) < 480


def test_another_seed_another_ask_and_another_rule_strike_others() -> None:
    base = struck(one("502:50%"))
    others = [struck(one("seed=8,502:50%")), struck(one("502:50%"), ask=2), struck(one("500:50%"))]
    both = [len(set(base) & set(other)) for other in others]
    assert all(400 < count < 600 for count in both), both  # a quarter of all: they know nothing of each other


def test_a_share_of_all_and_of_none() -> None:
    assert struck(one("502")) == struck(one("502:100%")) == REQUESTS
    assert struck(one("502:0%")) == []


@pytest.mark.parametrize(
    ("script", "allowed"),
    [
        ("502:asks=2-3", lambda a: a.ask in (2, 3)),
        ("502:until=5s", lambda a: a.seconds < 5),
        ("502:path=/v2/*", lambda a: a.path.startswith("/v2/")),
    ],
)
def test_conditions(script: str, allowed: Callable[[Asked], bool]) -> None:
    rule = one(script)
    calls = [asked(path, ask, at) for path in ("/v2/x/y?", "/v3/x?") for ask in (1, 2, 3, 4) for at in (0.0, 5.0)]
    assert [rule.strikes(call) for call in calls] == [allowed(call) for call in calls]
