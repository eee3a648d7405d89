"""The import page in a real browser: files of every kind in, totals, errors by line and results out."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Route, expect
from tests.browser.conftest import Visitor
from tests.bulk.test_presets import SAMPLES
from tests.service.processes import Running

import wattdrop

pytestmark = pytest.mark.browser

ROWS = [
    {"model": "gpt-4o" if n % 3 else "llama_v31_8b", "prompt_tokens": 100 + n, "completion_tokens": 50 + n}
    for n in range(500)
]


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_lines(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def as_parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, **options)
    return sink.getvalue()


def drop(visitor: Visitor, content: bytes, name: str) -> None:
    """Choose a file, and wait until the page says what it is."""
    file: Any = {"name": name, "mimeType": "", "buffer": content}
    visitor.page.locator("main input[type=file]").set_input_files([file])
    visitor.page.locator(".columns, main > .problem").first.wait_for()


def estimate(visitor: Visitor) -> Visitor:
    visitor.page.get_by_role("button", name="Estimate this file").click()
    expect(visitor.page.get_by_role("status").filter(has_text="All rows are estimated.")).to_be_attached()
    return visitor


def saved(visitor: Visitor, button: str) -> bytes:
    with visitor.page.expect_download() as awaited:
        visitor.page.get_by_role("button", name=button).click()
    return Path(awaited.value.path()).read_bytes()


def energy(rows: list[dict[str, Any]]) -> str:
    """The total as the page writes it."""
    named = {
        "model": "model_id",
        "pue": "pue",
        "prompt_tokens": "input_tokens",
        "completion_tokens": "output_tokens",
    }
    total = wattdrop.estimate([{named[key]: value for key, value in row.items()} for row in rows]).total(
        "energy_wh"
    )
    return f"{total / 1000:#.3g} kWh" if total >= 100 else f"{total:#.3g} Wh"


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_parquet_file_to_totals(browser: Browser, server: Running, colours: Any, width: int) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/import").sign_in()
    assert visitor.findings() == []
    drop(visitor, as_parquet(ROWS), "usage.parquet")
    expect(visitor.page.get_by_label("prompt_tokens is taken as")).to_have_value("input_tokens")
    assert visitor.findings() == []
    estimate(visitor)
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))
    expect(visitor.page.get_by_role("row", name="gpt_4o")).to_contain_text("333 rows")
    visitor.page.wait_for_selector("#models ~ .chart svg")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", as_csv(ROWS)),
        ("a.csv.gz", gzip.compress(as_csv(ROWS))),
        ("a.tsv", as_csv(ROWS, "\t").replace(b"\r\n", b"\r")),
        ("a.jsonl", as_lines(ROWS)),
        ("a.jsonl.gz", gzip.compress(as_lines(ROWS))),
        ("a.json", json.dumps(ROWS, indent=2).encode()),
        ("utf-16.csv", as_csv(ROWS).decode().encode("utf-16")),
        ("zstd.parquet", as_parquet(ROWS, compression="zstd", row_group_size=120)),
        ("gzip.parquet", as_parquet(ROWS, compression="gzip", data_page_version="2.0")),
        ("lz4.parquet", as_parquet(ROWS, compression="lz4")),
        ("a.csv.zst", pa.compress(as_csv(ROWS), "zstd", asbytes=True)),
        ("a name that lies.xlsx", as_csv(ROWS)),
    ],
)
def test_every_form_gives_the_same(visitor: Visitor, name: str, content: bytes) -> None:
    drop(visitor.open("/import").sign_in(), content, name)
    estimate(visitor)
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))
    assert (visitor.violations(), visitor.complaints) == ([], [])


def test_errors_are_told_by_line_and_results_stand_beside_the_columns(visitor: Visitor) -> None:
    lines = [
        "model,note,tokens_out",
        "gpt-4o,fine,10",
        'gpt-4o,"two',
        'lines",10',
        "nope-9b,,10",
        "nope-9b,,20",
        "gpt-4o,,many",
        "gpt-4o,too,10,much",
        "",
        "gpt-4o,=1+1,10",
        'gpt-4o,"never closed,10',
    ]
    drop(visitor.open("/import").sign_in(), "\n".join(lines).encode(), "log.csv")
    estimate(visitor)
    expect(visitor.page.locator("#failed")).to_have_text("Rows that could not be estimated: 5")
    reasons = visitor.page.locator(".reasons li")
    expect(reasons).to_have_count(4)
    expect(reasons.first).to_contain_text("unknown model 'nope-9b'")
    expect(reasons.first).to_contain_text("Lines 5, 6")
    expect(visitor.page.locator(".reasons")).to_contain_text("the line has 4 cells, the head names 3")
    expect(visitor.page.locator(".reasons")).to_contain_text("a quotation mark is opened and never closed")
    assert visitor.findings() == []
    errors = list(csv.DictReader(io.StringIO(saved(visitor, "Save all errors").decode())))
    assert [(one["line"], one["error_code"], one["error_field"]) for one in errors] == [
        ("5", "unknown_model", "model_id"),
        ("6", "unknown_model", "model_id"),
        ("7", "wrong_type", "output_tokens"),
        ("8", "cells", ""),
        ("11", "quote", ""),
    ]
    results = list(csv.DictReader(io.StringIO(saved(visitor, "Save results as CSV").decode())))
    assert [one["line"] for one in results] == ["2", "3", "5", "6", "7", "8", "10", "11"]
    expected = wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 10}]).rows[0].metrics()
    assert float(results[0]["total_energy_wh"]) == expected.usage_energy_wh
    assert results[1]["note"] == "two\nlines"
    assert results[2]["error_code"] == "unknown_model"
    assert results[6]["note"] == "'=1+1"  # a spreadsheet would compute it
    kept = [json.loads(line) for line in saved(visitor, "Save as JSON lines").splitlines()]
    assert kept[0]["total_water_ml"] == expected.usage_water_ml
    assert kept[6]["note"] == "=1+1"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("usage.xlsx", b"PK\x03\x04" + b"x" * 100, "choose File, Save as, “CSV UTF-8”"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "old Excel workbook"),
        ("logs.zip", b"PK\x03\x04" + b"x" * 100, "Unpack it"),
        ("a.arrow", b"ARROW1\0\0", "wattdrop estimate FILE"),
        ("photo.jpg", b"\xff\xd8\xff\0\0\0", "no text and no Parquet"),
        ("empty.csv", b"", "The file is empty"),
        ("blank.csv", b"\n\n \n", "The file is empty"),
        ("head.csv", b"model,prompt_tokens\n", "holds no rows"),
        ("none.json", b"[]", "No object was found"),
        ("half.csv.gz", gzip.compress(as_csv(ROWS))[:-900], "broken, or ends too early"),
        ("half.parquet", as_parquet(ROWS)[:-40], "The Parquet file is broken"),
        ("brotli.parquet", as_parquet(ROWS, compression="brotli"), "compressed by BROTLI"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(
    visitor: Visitor, name: str, content: bytes, says: str
) -> None:
    drop(visitor.open("/import"), content, name)
    problem = visitor.page.get_by_role("alert")
    expect(problem).to_contain_text(f"{name} cannot be read")
    expect(problem).to_contain_text(says)
    expect(visitor.page.get_by_text("Drop a file anywhere")).to_be_visible()
    assert visitor.violations() == []


def test_a_line_that_is_cut_off_is_told_and_the_others_are_estimated(visitor: Visitor) -> None:
    drop(visitor.open("/import").sign_in(), as_lines(ROWS[:10])[:-20] + b"", "cut.jsonl")
    estimate(visitor)
    expect(visitor.page.locator(".reasons li")).to_contain_text("not JSON, or ends too early")
    expect(visitor.page.locator(".reasons li")).to_contain_text("Line 10")
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS[:9]))


def test_excel_of_another_country_is_understood(visitor: Visitor) -> None:
    text = "\r\n".join(["Modèle;Jetons entrée;Latency ms;Équipe", "gpt-4o;1 000;1.234,5;Été", ""])
    drop(visitor.open("/import").sign_in(), text.encode("windows-1252"), "export.csv")
    page = visitor.page
    expect(page.get_by_text("windows-1252")).to_be_visible()
    expect(page.get_by_text("read with a decimal comma")).to_be_visible()
    expect(page.get_by_label("Modèle is taken as")).to_have_value("model_id")
    expect(page.get_by_label("Jetons entrée is taken as")).to_have_value("input_tokens")
    with page.expect_request("**/v1/impact/bulk*") as sent:
        estimate(visitor)
    assert json.loads(sent.value.post_data or "") == {
        "Modèle": "gpt-4o",
        "Jetons entrée": "1000",
        "Latency ms": "1234.5",
    }
    assert "Été" in saved(visitor, "Save results as CSV").decode()


def test_a_count_that_could_be_two_is_refused_and_the_reason_says_both(visitor: Visitor) -> None:
    text = "model;completion_tokens;pue\r\ngpt-4o;1.000;1.250\r\ngpt-4o;500;1.250\r\n"
    drop(visitor.open("/import").sign_in(), text.encode(), "export.csv")
    estimate(visitor)
    expect(visitor.page.locator(".reasons li")).to_contain_text("1.000 (1000 or 1?)")
    expect(visitor.metric("Energy").locator(".big")).to_have_text(
        energy([{"model": "gpt-4o", "completion_tokens": 500, "pue": 1.25}])
    )


@pytest.mark.parametrize("mark", [";", ","])
def test_the_line_that_tells_excel_what_separates_is_none_of_names(visitor: Visitor, mark: str) -> None:
    drop(visitor.open("/import").sign_in(), f"sep={mark}\r\n".encode() + as_csv(ROWS, mark), "excel.csv")
    estimate(visitor)
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))


def test_a_byte_order_mark_is_no_part_of_the_first_name(visitor: Visitor) -> None:
    drop(visitor.open("/import").sign_in(), b"\xef\xbb\xbf" + as_csv(ROWS), "bom.csv")
    estimate(visitor)
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))


def test_columns_are_corrected_and_nothing_runs_without_a_model(visitor: Visitor) -> None:
    content = b"who,thing,prompt_tokens,country\nann,gpt-4o,100,France\n"
    drop(visitor.open("/import").sign_in(), content, "a.csv")
    page = visitor.page
    start = page.get_by_role("button", name="Estimate this file")
    expect(page.get_by_role("alert")).to_contain_text("No column says which model ran.")
    expect(start).to_be_disabled()
    assert visitor.findings() == []
    page.get_by_label("thing is taken as").select_option("model_id")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("country is taken as").select_option("")
    expect(page.get_by_text("No place: where the service usually runs.")).to_be_visible()
    with page.expect_request("**/v1/impact/bulk*") as sent:
        estimate(visitor)
    assert json.loads(sent.value.post_data or "") == {"thing": "gpt-4o", "prompt_tokens": "100"}
    expect(page.locator("code").filter(has_text="wattdrop estimate a.csv")).to_contain_text(
        "--map model_id=thing"
    )
    page.get_by_role("button", name="Change columns").click()
    expect(page.get_by_label("thing is taken as")).to_be_enabled()


def test_an_export_is_recognised_and_prompts_never_leave_the_browser(visitor: Visitor) -> None:
    record, row = SAMPLES["litellm"]
    content = as_lines([record, record | {"cache_hit": True}])
    drop(visitor.open("/import").sign_in(), content, "litellm.jsonl")
    page = visitor.page
    expect(page.get_by_label("Read as")).to_have_value("litellm")
    expect(page.get_by_role("row", name="cache_hit")).to_contain_text("which do not count")
    with page.expect_request("**/v1/impact/bulk*") as sent:
        estimate(visitor)
    assert "secret" not in (sent.value.post_data or "")
    expect(page.get_by_text("1 rows stand for no inference")).to_be_visible()
    total = wattdrop.estimate([row]).total("energy_wh")
    expect(visitor.metric("Energy").locator(".big")).to_have_text(f"{total:#.3g} Wh")
    assert b"secret" not in saved(visitor, "Save as JSON lines")


def test_pages_of_openai_are_taken_apart(visitor: Visitor) -> None:
    record, row = SAMPLES["openai-usage"]
    drop(visitor.open("/import").sign_in(), json.dumps(record, indent=1).encode(), "usage.json")
    expect(visitor.page.get_by_label("Read as")).to_have_value("openai-usage")
    estimate(visitor)
    total = wattdrop.estimate([row]).total("energy_wh")
    expect(visitor.metric("Energy").locator(".big")).to_have_text(f"{total:#.3g} Wh")


def test_stored_rows_are_stored_once_at_their_own_time(visitor: Visitor) -> None:
    days = ("2025-03-01", "2025-03-02", "2025-03-03")
    rows = [{"model": "gpt-4o", "time": f"{day}T10:00:00Z", "project": "import-once"} for day in days]
    visitor.open("/import").sign_in()
    for name in ("first.csv", "the same again.csv"):
        drop(visitor, as_csv(rows), name)
        visitor.page.get_by_label("Store the rows in the ledger").check()
        estimate(visitor)
        visitor.page.get_by_role("button", name="Another file").click()

    def stored(**asked: str) -> int:
        query = {"project": "import-once", "from": "2025-03-01", "to": "2025-03-31", **asked}
        headers = {"Authorization": f"Bearer {visitor.server.key}"}
        answer = httpx.get(f"{visitor.server.url}/v1/usage", params=query, headers=headers)
        rows: int = answer.json()["total"]["rows"]
        return rows

    visitor.page.wait_for_timeout(100)
    for _ in range(100):
        if stored() == 3:
            break
        visitor.page.wait_for_timeout(100)
    assert (stored(), stored(to="2025-03-01")) == (3, 1)


def test_limits_and_lost_connections_are_waited_for_and_told(visitor: Visitor) -> None:
    drop(visitor.open("/import").sign_in(), as_csv(ROWS), "a.csv")
    left = ["limit", "gone"]

    def answer(route: Route) -> None:
        match left.pop(0) if left else "":
            case "limit":
                body = json.dumps({"code": "rate_limited", "message": "slower"})
                route.fulfill(status=429, headers={"Retry-After": "1"}, body=body)
            case "gone":
                route.abort()
            case _:
                route.continue_()

    visitor.page.route("**/v1/impact/bulk*", answer)
    visitor.page.get_by_role("button", name="Estimate this file").click()
    expect(visitor.page.get_by_text("The key’s limit is reached. Goes on in 1 s.")).to_be_visible()
    expect(visitor.page.get_by_text("The service does not answer.")).to_be_visible()
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))
    assert left == []


def test_it_is_stopped_and_goes_on(visitor: Visitor) -> None:
    drop(visitor.open("/import").sign_in(), as_csv(ROWS * 10), "a.csv")
    held: list[Route] = []
    visitor.page.route("**/v1/impact/bulk*", lambda route: route.continue_() if held else held.append(route))
    visitor.page.get_by_role("button", name="Estimate this file").click()
    visitor.page.get_by_role("button", name="Stop").click()
    go_on = visitor.page.get_by_role("button", name="Go on")
    go_on.wait_for()
    held[0].continue_()  # the piece on its way counts
    expect(visitor.page.locator(".pace")).to_contain_text("2,000 rows")
    assert visitor.findings() == []
    go_on.click()
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS * 10))


def test_a_key_that_ends_in_between_is_asked_for_and_nothing_is_lost(visitor: Visitor) -> None:
    drop(visitor.open("/import").sign_in(), as_csv(ROWS), "a.csv")
    visitor.page.context.clear_cookies()
    visitor.page.get_by_role("button", name="Estimate this file").click()
    expect(visitor.page.get_by_role("button", name="Go on")).to_be_disabled()
    visitor.sign_in().page.get_by_role("button", name="Go on").click()
    expect(visitor.metric("Energy").locator(".big")).to_have_text(energy(ROWS))


def test_the_example_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.open("/import").sign_in()
    page = visitor.page
    page.locator("main input[type=file]").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Try an example")).to_be_focused()
    page.keyboard.press("Enter")
    start = page.get_by_role("button", name="Estimate this file")
    expect(start).to_be_enabled()
    start.press("Enter")
    expect(page.locator("#failed")).to_have_text("Rows that could not be estimated: 4")
    assert (visitor.violations(), visitor.complaints) == ([], [])


def test_a_file_is_dropped_with_the_mouse(visitor: Visitor) -> None:
    visitor.open("/import").sign_in()
    page = visitor.page
    transfer = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.csv')); return data; }",
        as_csv(ROWS).decode(),
    )
    page.dispatch_event("main h1", "dragover", {"dataTransfer": transfer})
    expect(page.locator(".drop.over")).to_be_visible()
    page.dispatch_event("main h1", "drop", {"dataTransfer": transfer})
    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()


def test_in_french_on_the_narrowest_phone(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/import")
    page = visitor.page
    page.get_by_label("Clé d’API").fill(server.key)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Oublier la clé").wait_for()
    page.get_by_role("button", name="Essayer un exemple").click()
    page.get_by_role("button", name="Estimer ce fichier").click()
    page.wait_for_selector("#models ~ .chart svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visitor.findings() == []
    context.close()


def test_a_hundred_thousand_rows_leave_the_page_alive(visitor: Visitor) -> None:
    rows = {"model": ["gpt-4o", "llama_v31_8b"] * 50_000, "output_tokens": list(range(100_000))}
    sink = io.BytesIO()
    pq.write_table(pa.table(rows), sink)
    drop(visitor.open("/import").sign_in(), sink.getvalue(), "large.parquet")
    page = visitor.page
    page.get_by_role("button", name="Estimate this file").click()
    expect(page.get_by_text("rows/s")).to_be_visible()
    page.evaluate("window.beats = 0; setInterval(() => { window.beats += 1; }, 10)")
    expect(visitor.metric("Energy")).to_be_visible()  # totals come while it runs
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    before = page.evaluate("window.beats")
    expect(page.locator(".pace")).to_contain_text("100,000 rows", timeout=120_000)
    assert page.evaluate("window.beats") > before + 20  # timers ran in between
    assert (visitor.violations(), visitor.complaints) == ([], [])
