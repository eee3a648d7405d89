"""Limits of keys: requests and rows, on every path, with honest words about when to come again."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from tests.service.in_process import serving
from tests.service.test_bulk import ARROW, arrow

ROW = {"model_id": "gpt-4o", "output_tokens": 5}
SLOW = 1e-4  # a second; nothing comes back while a test runs


def number(text: str, name: str) -> int:
    return int(text.split(f"{name}=")[1].split(";")[0].split(",")[0])


def assert_limited(response: httpx.Response) -> None:
    assert response.status_code == 429, response.text
    wait = int(response.headers["retry-after"])
    assert wait >= 1
    # The two headers speak of the same moment.
    assert number(response.headers["ratelimit"].rpartition("r=")[2], "t") == wait


def test_without_a_limit_nothing_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        response = service.impact(ROW)
        assert response.status_code == 200
        assert not [name for name in response.headers if name.startswith("ratelimit")]
        assert not (tmp_path / "limits").exists()


def test_a_burst_of_requests_is_answered_then_refused(tmp_path: Path) -> None:
    with serving(tmp_path, rate="3/h", burst_seconds="3600") as service:
        answers = [service.get("/model") for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        assert answers[0].headers["ratelimit-policy"] == '"requests";q=3;w=3600'
        assert answers[0].headers["ratelimit"].startswith('"requests";r=2;t=')
        assert answers[4].json()["code"] == "rate_limited"
        assert 1100 < int(answers[4].headers["retry-after"]) <= 1200
        assert_limited(answers[4])


def test_a_key_has_its_own_limit_and_its_own_bucket(tmp_path: Path) -> None:
    with serving(tmp_path, {"requests_per_s": SLOW}, rate="1000/s") as service:
        other = service.keys.create("other")
        assert [service.get("/model").status_code for _ in range(2)] == [200, 429]
        assert [service.get("/model", key=other).status_code for _ in range(2)] == [200, 200]


def test_a_request_comes_through_after_the_time_it_was_told(tmp_path: Path) -> None:
    with serving(tmp_path, rate="2/s", burst_seconds="1") as service:
        answers = [service.get("/model") for _ in range(3)]
        while answers[-1].status_code == 200:  # a slow machine gets tokens back meanwhile
            answers.append(service.get("/model"))
        assert_limited(answers[-1])
        time.sleep(int(answers[-1].headers["retry-after"]))
        assert service.get("/model").status_code == 200


ROUTES = [
    ("GET", "/model", {}),
    ("GET", "/node", {}),
    ("GET", "/gpu", {}),
    ("GET", "/sources?id=none", {}),
    ("GET", "/quantities", {}),
    ("GET", "/v1/key", {}),
    ("GET", "/v1/keys", {}),
    ("GET", "/v1/customers", {}),
    ("GET", "/v1/users", {}),
    ("GET", "/v1/impact?model_id=gpt-4o", {}),
    ("POST", "/v1/impact", {"json": {"rows": [ROW]}}),
    ("GET", "/v1/explain?model_id=gpt-4o", {}),
    ("POST", "/v1/explain", {"json": {"rows": [ROW]}}),
    ("POST", "/v1/compare", {"json": {"rows": [ROW, ROW]}}),
    ("POST", "/v1/log_json", {"json": {"rows": [ROW]}}),
    ("POST", "/v1/snowflake", {"json": {"data": [[0, "gpt-4o", *[None] * 16]]}}),
    ("POST", "/", {"json": {"calls": [["gpt-4o", *[None] * 16]]}}),
    ("POST", "/v1/impact/bulk", {"content": json.dumps(ROW)}),
]


@pytest.mark.parametrize(("method", "path", "options"), ROUTES)
def test_every_path_that_takes_a_key_is_limited(
    tmp_path: Path, method: str, path: str, options: dict[str, object]
) -> None:
    with serving(tmp_path, {"requests_per_s": SLOW}) as service:
        first = service.request(method, path, **options)
        assert first.status_code in (200, 404) and "ratelimit" in first.headers
        second = service.request(method, path, **options)
        assert_limited(second)
        shape = {"errorMessage"} if path == "/" else {"code", "message"}
        assert second.json().keys() == shape


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        # Bulk is slowed down, a comparison has two rows: below.
        one
        for one in ROUTES
        if one[0] == "POST" and not one[1].endswith(("bulk", "compare"))
    ],
)
def test_rows_are_counted_on_every_path_that_estimates(
    tmp_path: Path, method: str, path: str, options: dict[str, object]
) -> None:
    with serving(tmp_path, {"rows_per_s": SLOW}) as service:
        assert service.request(method, path, **options).status_code == 200
        second = service.request(method, path, **options)
        assert_limited(second)
        assert second.headers["ratelimit-policy"] == '"rows";q=1;w=10000;qu="rows"'


def test_rows_and_requests_are_told_apart(tmp_path: Path) -> None:
    with serving(tmp_path, rate="10/h", row_rate="100/h", burst_seconds="3600") as service:
        response = service.impact(ROW, ROW, ROW)
        assert response.headers["ratelimit-policy"] == '"requests";q=10;w=3600, "rows";q=100;w=3600;qu="rows"'
        first, second = response.headers["ratelimit"].split(", ")
        assert first.startswith('"requests";r=9;t=') and second.startswith('"rows";r=97;t=')


def test_each_row_of_a_comparison_counts(tmp_path: Path) -> None:
    with serving(tmp_path, row_rate="3/h", burst_seconds="3600") as service:
        both = {"rows": [ROW, ROW]}
        assert service.request("POST", "/v1/compare", json=both).status_code == 200
        assert service.request("POST", "/v1/compare", json=both).status_code == 429


def test_rows_that_no_waiting_would_let_through_are_told_so(tmp_path: Path) -> None:
    with serving(tmp_path, row_rate="2/h", burst_seconds="3600") as service:
        response = service.impact(ROW, ROW, ROW)
        assert response.status_code == 413
        assert response.json()["code"] == "too_large"
        assert "at most 2 rows at once" in response.json()["message"]
        assert "retry-after" not in response.headers
        warehouse = service.request("POST", "/", json={"calls": [["gpt-4o", *[None] * 16]] * 3})
        assert warehouse.status_code == 413 and "at most 2 rows" in warehouse.json()["errorMessage"]
        # Nothing was charged for them.
        assert service.impact(ROW, ROW).status_code == 200


def test_large_bodies_beside_the_event_loop_are_counted_too(tmp_path: Path) -> None:
    with serving(tmp_path, row_rate="2/h", burst_seconds="3600", inline_body_bytes="0") as service:
        assert service.impact(ROW, ROW).status_code == 200
        assert_limited(service.impact(ROW))


def test_a_stream_is_slowed_down_and_answered_whole(tmp_path: Path) -> None:
    with serving(tmp_path, row_rate="40/s", burst_seconds="1") as service:
        begun = time.monotonic()
        lines = "\n".join([json.dumps(ROW)] * 100)
        response = service.request("POST", "/v1/impact/bulk", content=lines)
        assert len(response.text.splitlines()) == 100 and "error" not in response.text
        # A burst of 40 at once, the other 60 at 40 a second.
        assert time.monotonic() - begun >= 60 / 40 * 0.95


def test_an_arrow_stream_is_slowed_down_too(tmp_path: Path) -> None:
    with serving(tmp_path, row_rate="40/s", burst_seconds="1") as service:
        begun = time.monotonic()
        response = service.request(
            "POST", "/v1/impact/bulk", content=arrow(pa.Table.from_pylist([ROW] * 80)), headers=ARROW
        )
        assert pa.ipc.open_stream(response.content).read_all().num_rows == 80
        assert time.monotonic() - begun >= 40 / 40 * 0.95


def test_wrong_keys_and_missing_rights(tmp_path: Path) -> None:
    with serving(tmp_path, {"scopes": frozenset({"read"})}, rate="2/h", burst_seconds="3600") as service:
        assert service.get("/model", key="wd_wrong").status_code == 401
        # What a key may not do is counted like what it may, so that it cannot be tried without end.
        answers = [service.impact(ROW).status_code for _ in range(3)]
        assert answers == [403, 403, 429]


def test_a_disk_that_is_full_lets_requests_through_by_the_buckets_of_the_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path, rate="2/h", burst_seconds="3600") as service:
        (tmp_path / "limits").mkdir()  # no file can be opened here
        assert [service.get("/model").status_code for _ in range(3)] == [200, 200, 429]
    said = [one.getMessage() for one in caplog.records if "limits of keys" in one.getMessage()]
    assert len(said) == 1 and "each process keeps its own" in said[0]


def test_web_pages_may_read_the_headers(tmp_path: Path) -> None:
    with serving(tmp_path, cors_origins="https://app.example", rate="1/s") as service:
        response = service.get("/model", headers={"Origin": "https://app.example"})
        exposed = response.headers["access-control-expose-headers"]
        assert "ratelimit" in exposed and "retry-after" in exposed
