"""``POST /v1/impact/bulk``: lines of JSON and Arrow streams, answered as single rows are, in order, in blocks."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from tests.conftest import Service

from wattdrop.catalog import load
from wattdrop.service.app import create_app
from wattdrop.service.settings import read_settings

ROWS = [
    {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500},
    {"model_id": "no-such-model-x"},
    {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "output_tokens": 10},
]
NDJSON = {"Content-Type": "application/x-ndjson"}
ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}


def lines_of(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def bulk(service: Service, content: bytes, headers: dict[str, str] = NDJSON, **options: Any) -> Any:
    return service.request("POST", "/v1/impact/bulk", content=content, headers=headers, **options)


def answered(response: Any) -> list[Any]:
    assert response.status_code == 200
    return [json.loads(line) for line in response.text.splitlines()]


def test_lines_are_answered_as_rows_are(service: Service) -> None:
    response = bulk(service, lines_of(ROWS))
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["x-wattdrop-method-version"]
    assert answered(response) == service.impact(*ROWS).json()["rows"]


def test_many_lines_keep_their_order(service: Service) -> None:
    rows = [{"model_id": "gpt-4o", "output_tokens": n} for n in range(1, 5001)]
    found = [row["total_impact"]["usage_energy_wh"] for row in answered(bulk(service, lines_of(rows)))]
    assert found == sorted(found)
    assert len(found) == 5000


def test_a_bad_line_is_answered_in_its_place(service: Service) -> None:
    body = (
        lines_of(ROWS[:1]) + b"{nonsense\n\n  \n5\n" + lines_of(ROWS[:1]).rstrip()
    )  # the last line may lack its end
    codes = [row.get("error", {}).get("code") for row in answered(bulk(service, body))]
    assert codes == [None, "invalid_json", "not_an_object", None]


def test_gzip(service: Service) -> None:
    body = gzip.compress(lines_of(ROWS))
    assert answered(bulk(service, body, {**NDJSON, "Content-Encoding": "gzip"})) == answered(
        bulk(service, lines_of(ROWS))
    )


def test_gzip_files_that_were_put_together(service: Service) -> None:
    """As ``cat monday.gz tuesday.gz`` makes them, also of a row each."""
    rows = ROWS * 400
    members = [gzip.compress(lines_of(rows[:900])), *(gzip.compress(lines_of([row])) for row in rows[900:])]
    whole = answered(bulk(service, b"".join(members), {**NDJSON, "Content-Encoding": "gzip"}))
    assert whole == answered(bulk(service, lines_of(rows)))


def test_what_follows_gzip_is_not_dropped(service: Service) -> None:
    body = gzip.compress(lines_of(ROWS)) + lines_of(ROWS)
    *_, last = answered(bulk(service, body, {**NDJSON, "Content-Encoding": "gzip"}))
    assert last["error"]["code"] == "invalid_encoding"


def test_a_broken_stream_ends_with_a_line_that_says_so(service: Service) -> None:
    body = gzip.compress(lines_of(ROWS))[:-12]
    *_, last = answered(bulk(service, body, {**NDJSON, "Content-Encoding": "gzip"}))
    assert last["error"]["code"] == "invalid_encoding"


def test_a_fault_of_ours_is_the_last_line_too(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("wattdrop.service.bulk_lines.estimate_checked", fail)
    (last,) = answered(bulk(service, lines_of(ROWS)))
    assert last["error"]["code"] == "internal_error"
    assert "secret" not in last["error"]["message"] and "secret detail" in caplog.text


def test_an_endless_line_is_refused(service: Service) -> None:
    *_, last = answered(bulk(service, b"x" * 2_000_000))
    assert last["error"]["code"] == "too_large"


def test_a_limit_of_bytes_holds_after_decompression(service: Service) -> None:
    settings = read_settings({"WATTDROP_DATA_DIR": "/nonexistent", "WATTDROP_MAX_BULK_BYTES": "100000"})
    limited = Service(create_app(load(), service.store, settings), service.key, service.keys, service.store)
    bomb = gzip.compress(b"\n" * 50_000_000)
    *_, last = answered(bulk(limited, bomb, {**NDJSON, "Content-Encoding": "gzip"}))
    assert last["error"]["code"] == "too_large"


def test_no_lines_no_answers(service: Service) -> None:
    assert answered(bulk(service, b"")) == []


@pytest.mark.parametrize(
    ("headers", "key", "status"),
    [
        ({"Content-Type": "text/csv"}, "", 415),
        ({**NDJSON, "Content-Encoding": "br"}, "", 415),
        (NDJSON, None, 401),
    ],
)
def test_what_is_not_read_here(
    service: Service, headers: dict[str, str], key: str | None, status: int
) -> None:
    assert bulk(service, b"", headers, key=key).status_code == status


# --- Arrow ----------------------------------------------------------------------------------------------------------


def arrow(*tables: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table)
    return sink.getvalue()


def test_an_arrow_stream_gets_result_columns(service: Service) -> None:
    table = pa.Table.from_pylist(
        [{**dict.fromkeys(("model_id", "node_id", "output_tokens")), **row} for row in ROWS]
    )
    response = bulk(service, arrow(table, table), ARROW)
    assert response.headers["content-type"] == ARROW["Content-Type"]
    found = pa.ipc.open_stream(response.content).read_all().to_pylist()
    assert len(found) == 6
    expected = service.impact(*ROWS).json()["rows"]
    assert [row["error_code"] for row in found[:3]] == [None, "unknown_model", None]
    assert found[2]["total_energy_wh"] == pytest.approx(expected[2]["total_impact"]["usage_energy_wh"])
    assert found[3:] == found[:3]


def test_an_empty_arrow_stream_has_the_schema_of_results(service: Service) -> None:
    empty = pa.schema([("model_id", pa.string())]).empty_table()
    names = pa.ipc.open_stream(bulk(service, arrow(empty), ARROW).content).schema.names
    assert "total_energy_wh" in names


def test_a_service_without_arrow_says_what_it_needs(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wattdrop.service.bulk_arrow.find_spec", lambda _: None)
    response = bulk(service, b"", ARROW)
    assert response.status_code == 415
    assert "wattdrop[bulk]" in response.json()["message"]


def _with_offsets_that_point_elsewhere() -> bytes:
    content = bytearray(arrow(pa.table({"model_id": ["gpt-4o"] * 1000, "output_tokens": [5] * 1000})))
    at = content.find(b"".join(number.to_bytes(4, "little") for number in (6, 12, 18)))
    content[at : at + 40] = b"\xff" * 40
    return bytes(content)


@pytest.mark.parametrize(
    "body",
    [
        b"not arrow",
        arrow(*[pa.table({"model_id": ["gpt-4o"] * 1000})] * 3)[:-3000],
        _with_offsets_that_point_elsewhere(),  # when they are used the process ends
        arrow(pa.table({"model_id": pa.array([b"\xff"]).view(pa.string())})),
        arrow(pa.table({"model_id": [["gpt-4o"]]})),
    ],
    ids=["no stream", "cut short", "wrong offsets", "no text", "lists"],
)
def test_a_body_that_is_no_arrow_stream_is_refused(service: Service, body: bytes) -> None:
    response = bulk(service, body, ARROW)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_arrow")


def test_columns_that_are_no_fields_are_refused_before_the_answer_begins(service: Service) -> None:
    response = bulk(service, arrow(pa.table({"foo": [1]})), ARROW)
    assert (response.status_code, response.json()["code"]) == (400, "unknown_field")
