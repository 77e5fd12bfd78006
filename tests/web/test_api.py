"""The JSON interface over the small warehouse; every expected figure is worked out in ``small_warehouse``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.small_warehouse import CCC, WITHHELD, publish_small
from topheavy.web.app import make_app


@pytest.fixture(scope="module")
def client(real_home: Path) -> Iterator[TestClient]:
    with TestClient(make_app(real_home)) as client:
        yield client


def get(client: TestClient, path: str, **parameters: str) -> dict[str, Any]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(client: TestClient, path: str, status: int, **parameters: str) -> str:
    answer = client.get(path, params=parameters)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}
    return str(answer.json()["message"])


def test_ping(client: TestClient) -> None:
    assert get(client, "/ping") == {"status": "ok"}


def test_about_tells_what_is_published(client: TestClient) -> None:
    about = get(client, "/api/about")
    assert (about["world"], about["fingerprint"], about["coverage_floor"]) == ("real", "small-real", 0.7)
    assert (about["first"], about["last"]) == ("2024-03-25", "2024-04-01")
    assert [(item["index"], item["kind"], item["priced"], item["sessions"]) for item in about["indices"]] == [
        ("SP500", "index", True, 5),
        ("FND", "fund", True, 1),
        ("WTS", "fund", False, 1),
    ]
    assert [(item["group"], item["members"]) for item in about["groups"]] == [
        ("gamma", ["CCC.B"]),
        ("magnificent7", ["AAA", "BBB"]),
    ]


def test_concentration_is_what_hand_arithmetic_says(client: TestClient) -> None:
    days = get(client, "/api/concentration", index="SP500")["days"]
    assert [day["session"][5:] for day in days] == ["03-25", "03-26", "03-27", "03-28", "04-01"]
    assert [day["hhi"] for day in days] == pytest.approx([3600, 3000, None, 3450, 4250])
    assert [day["coverage"] for day in days] == pytest.approx([1, 1, 0.6, 0.9, 1])
    second = days[1]
    assert second["effective_n"] == pytest.approx(10 / 3)
    assert (second["top1"], second["top5"], second["gini"]) == pytest.approx((0.4, 1, 0.25))
    assert second["total"] == pytest.approx(100e9)
    assert (second["how"], days[3]["how"]) == ("4 of 4 measured", "3 of 4 measured, 1 stood in for")
    assert days[3]["measured_total"] == pytest.approx(90e9)


def test_a_withheld_day_says_why_and_shows_no_figure(client: TestClient) -> None:
    (day,) = get(client, "/api/concentration", index="SP500", since="2024-03-27", until="2024-03-27")["days"]
    assert (day["status"], day["reason"]) == ("withheld", WITHHELD)
    assert {day[name] for name in ("total", "top1", "top5", "top10", "hhi", "effective_n", "gini")} == {None}


def test_by_line_a_company_of_two_classes_counts_twice(client: TestClient) -> None:
    days = get(client, "/api/concentration", index="SP500", level="line")["days"]
    assert (days[-1]["members"], days[-1]["hhi"]) == (5, pytest.approx(4150))


def test_a_groups_share_day_by_day(client: TestClient) -> None:
    answer = get(client, "/api/group", index="SP500", group="magnificent7")
    assert (answer["title"], answer["world"]) == ("Magnificent 7", "real")
    days = answer["days"]
    assert [day["share"] for day in days] == pytest.approx([0.4, 0.6, None, 0.75, 0.8])
    assert [day["members"] for day in days] == [1, 2, 2, 2, 2]
    assert days[1]["value"] == pytest.approx(60e9)
    assert [days[3][name] for name in ("share_low", "share_high")] == pytest.approx([75 / 102, 75 / 98])
    assert [days[4][name] for name in ("share_low", "share_high")] == pytest.approx([0.8, 0.8])
    assert (days[2]["reason"], days[2]["how"], days[2]["coverage"]) == (WITHHELD, "2 of 2 measured", pytest.approx(0.6))


def test_since_and_until_bound_the_days(client: TestClient) -> None:
    days = get(client, "/api/group", since="2024-03-26", until="2024-03-30")["days"]
    assert [day["session"] for day in days] == ["2024-03-26", "2024-03-27", "2024-03-28"]


def test_members_are_the_last_sessions_unless_a_day_is_named(client: TestClient) -> None:
    last = get(client, "/api/members")
    assert (last["on"], last["index"], last["coverage"]) == ("2024-04-01", "SP500", 1)
    first = get(client, "/api/members", on="2024-03-25")["members"]
    assert [(item["place"], item["member"], item["weight"]) for item in first] == [
        (1, CCC, 0.4),
        (2, "AAA", 0.4),
        (3, "DDD", 0.2),
    ]


def test_a_member_that_is_not_measured_says_what_stands_in_and_why(client: TestClient) -> None:
    by_name = {item["member"]: item for item in get(client, "/api/members", on="2024-03-28")["members"]}
    assert (by_name["DDD"]["how"], by_name["DDD"]["reason"]) == ("carried", "no bar")
    assert by_name[CCC]["security"] == "CCC.A"
    withheld = get(client, "/api/members", on="2024-03-27")
    assert (withheld["status"], {item["weight"] for item in withheld["members"]}) == ("withheld", {None})


def test_members_by_line_name_the_company_behind(client: TestClient) -> None:
    members = get(client, "/api/members", level="line")["members"]
    found = {item["member"]: (item["issuer"], round(item["weight"], 6)) for item in members}
    assert found["CCC.A"] == (CCC, 0.1)
    assert found["CCC.B"] == (CCC, 0.05)


def test_a_fund_is_an_index_of_its_own_values(client: TestClient) -> None:
    members = get(client, "/api/members", index="FND")
    assert (members["on"], members["how"]) == ("2024-03-28", "3 of 3 from the fund's own file")
    assert [item["value"] for item in members["members"]] == [6e6, 2e6, 2e6]
    (day,) = get(client, "/api/group", index="FND")["days"]
    assert (day["share"], day["members"]) == (pytest.approx(0.6), 1)


def test_weights_are_never_passed_off_as_dollars(client: TestClient) -> None:
    members = get(client, "/api/members", index="WTS")["members"]
    assert [(item["value"], item["weight"]) for item in members] == [(None, 0.5), (None, 0.5)]
    (day,) = get(client, "/api/concentration", index="WTS")["days"]
    assert (day["total"], day["measured_total"], day["hhi"]) == (None, None, pytest.approx(5000))
    assert get(client, "/api/group", index="WTS")["days"][0]["value"] is None


def test_repairs_come_with_evidence_and_state(client: TestClient) -> None:
    repairs = {item["id"]: item for item in get(client, "/api/repairs")["repairs"]}
    assert set(repairs) == {"r1", "r2", "r3", "r4"}
    assert (repairs["r1"]["before"], repairs["r1"]["after"], repairs["r1"]["active"]) == (10, 1000, True)
    assert repairs["r2"]["active"] is False
    assert "1/100 of the count before" in repairs["r1"]["evidence"]


def test_gaps_name_members_reasons_and_failed_units(client: TestClient) -> None:
    gaps = get(client, "/api/gaps", on="2024-03-27")
    assert [(item["member"], item["how"], item["reason"]) for item in gaps["gaps"]] == [
        ("DDD", "typical", "failed: HTTP 503 from the vendor"),
        ("CCC.A", "typical", "no share count"),
        ("CCC.B", "typical", "no share count"),
    ]
    assert gaps["coverage"] == {"SP500": pytest.approx(0.6)}
    (failed,) = gaps["failed"]
    assert (failed["unit"], failed["attempts"]) == ("vendor/bars/session=2024-03-27", 3)
    assert get(client, "/api/gaps")["gaps"] == []


@pytest.mark.parametrize("path", ["/api/concentration", "/api/group", "/api/members"])
def test_an_unknown_index_is_named_with_the_nearest(client: TestClient, path: str) -> None:
    message = refused(client, path, 404, index="SP50")
    assert message == "no index or fund is called 'SP50': did you mean 'SP500'?"


def test_an_unknown_group_is_named_with_the_nearest(client: TestClient) -> None:
    message = refused(client, "/api/group", 404, group="magnificent8")
    assert message == "no group is called 'magnificent8': did you mean 'magnificent7'?"


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2024-03-29", "closed (holiday); the nearest earlier day with figures is 2024-03-28"),
        ("2024-03-31", "closed (weekend); the nearest earlier day with figures is 2024-03-28"),
        ("2024-03-01", "lies before the first published session"),
        ("2025-01-02", "lies after the last published session"),
    ],
)
def test_a_day_without_figures_says_why(client: TestClient, on: str, said: str) -> None:
    message = refused(client, "/api/members", 404, on=on).replace("\u00a0", " ")
    assert said in message
    assert said in refused(client, "/api/gaps", 404, on=on).replace("\u00a0", " ")


def test_a_fund_has_only_the_days_of_its_files(client: TestClient) -> None:
    message = refused(client, "/api/members", 404, index="FND", on="2024-04-01").replace("\u00a0", " ")
    assert message == "FND has no holdings file of 1 Apr 2024; the nearest earlier day with figures is 2024-03-28"


def test_what_cannot_be_read_is_said_in_one_sentence(client: TestClient) -> None:
    assert refused(client, "/api/members", 422, on="yesterday").startswith("on: ")
    assert "'issuer' or 'line'" in refused(client, "/api/members", 422, level="company")
    reversed_period = {"since": "2024-04-01", "until": "2024-03-25"}
    assert "swap since and until" in refused(client, "/api/group", 422, **reversed_period)


def test_a_route_that_is_not_there_answers_in_json(client: TestClient) -> None:
    assert "see /docs" in refused(client, "/api/concentrations", 404)


def test_nothing_published_says_which_command_to_run(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path)) as client:
        assert "topheavy demo" in refused(client, "/api/about", 404)
        assert get(client, "/ping") == {"status": "ok"}


def test_a_simulated_world_is_named_in_every_answer(simulated_home: Path) -> None:
    with TestClient(make_app(simulated_home)) as client:
        for name in ("about", "concentration", "group", "members", "repairs", "gaps"):
            assert get(client, f"/api/{name}")["world"] == "simulated"


def test_what_is_published_next_is_answered_next(tmp_path: Path) -> None:
    publish_small(tmp_path, world="real")
    with TestClient(make_app(tmp_path)) as client:
        assert get(client, "/api/members")["world"] == "real"
        publish_small(tmp_path, world="simulated")
        assert get(client, "/api/members")["world"] == "simulated"


def test_the_description_names_every_route_parameter_and_field(client: TestClient) -> None:
    page = client.get("/docs").text
    for name in ("/ping", "/api/about", "/api/group", "/api/gaps", "coverage_floor", "days[].effective_n", "since"):
        assert f"{name}<" in page
    assert "default: SP500" in page
    assert client.get("/openapi.json").json()["info"]["title"] == "topheavy"
