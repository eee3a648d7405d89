"""The usage page in a real browser: a full demo, down to one request, budgets, files, and every state of a ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import PATIENCE_S, Running, running

from wattdrop.catalog import load
from wattdrop.service.demo import answered
from wattdrop.service.demo_requests import requests_of
from wattdrop.service.settings import read_settings, store_of
from wattdrop.store import LedgerColumns, Store
from wattdrop.store.texts import Texts

pytestmark = pytest.mark.browser

MANY = 100_000
AT_ONCE = 5000


class Stocked:
    """A server with customers of its own: one without requests, one with very many."""

    def __init__(self, server: Running, store: Store) -> None:
        self.server = server
        self.store = store

    def key(self, name: str, *scopes: Any) -> str:
        """A key of a new customer."""
        customer = self.store.customers.create(name).id
        return self.store.keys.create(name, customer, frozenset(scopes or ("impact", "read")))

    def key_of_many(self) -> str:
        """The same, with the same requests again and again, on other days and under other names."""
        customer = self.store.customers.create("many").id
        today = datetime.now(UTC).date()
        requests = list(requests_of(today - timedelta(days=1), times=3))[:AT_ONCE]
        block = answered(requests, load(), customer)
        for number in range(MANY // AT_ONCE):
            day = f"{today - timedelta(days=4 * number)}"
            columns = {
                **block.columns,
                "request_id": [f"{number}-{name}" for name in block["request_id"]],
                "day": Texts.same(day, AT_ONCE),
                "at": [f"{day}{moment[10:]}" for moment in block["at"]],
            }
            self.store.ledger.add_columns(LedgerColumns(columns, block.batches, block.parts))
        return self.store.keys.create("many", customer, frozenset({"read"}))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    folder = tmp_path_factory.mktemp("usage")
    with running(folder) as server:
        store = store_of(read_settings({"WATTDROP_DATA_DIR": str(folder)}))
        yield Stocked(server, store)
        store.close()


def at(browser_visitor: Visitor, stocked: Stocked, key: str, path: str = "/usage") -> Visitor:
    """The page of another server, with a key of it."""
    visitor = Visitor(browser_visitor.page.context.new_page(), stocked.server).open("/usage")
    visitor.page.get_by_label("API key").fill(key)
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="Forget the key").wait_for()
    return visitor.open(path)


def demo_usage(server: Running, query: str) -> Any:
    return httpx.get(f"{server.url}/v1/usage?demo=true&{query}", timeout=PATIENCE_S).json()


def days_of(visitor: Visitor) -> tuple[str, str]:
    return visitor.page.get_by_label("From").input_value(), visitor.page.get_by_label(
        "To", exact=True
    ).input_value()


# --- the demo ---


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_one_click_shows_a_full_dashboard(
    browser: Browser, server: Running, colours: Any, width: int
) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/usage")
    page = visitor.page
    page.get_by_role("link", name="Show me demo data").click()
    page.get_by_role("heading", name="Carbon by project").wait_for()
    expect(page.get_by_label("API key")).to_have_count(0)
    expect(page.get_by_label("Demo data")).to_contain_text("These requests are made up")
    first, last = days_of(visitor)
    total = demo_usage(server, f"from={first}&to={last}")["total"]
    expect(visitor.metric("Carbon").locator(".big strong")).to_have_text(
        f"{total['usage_emissions_gco2e']['value'] / 1000:#.3g}"
    )
    expect(page.locator(".counts dd").first).to_have_text(f"{total['rows']:,}")
    for label in ("Carbon by day, stacked by project", "Carbon by project, the largest first"):
        page.locator(f"svg[role=img][aria-label^='{label}']").wait_for()
    assert page.locator(".ranks tbody tr").count() >= 5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_amounts_and_shares_stand_beside_each_other_on_a_phone(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 900})
    page = Visitor(context.new_page(), server).open("/usage?demo=true").page
    page.locator(".ranks tbody tr").first.wait_for()
    over = page.locator(".ranks tbody tr").evaluate_all(
        """rows => rows.filter(row => row.querySelector("small").getBoundingClientRect().right
             > row.children[2].getBoundingClientRect().left).map(row => row.innerText)"""
    )
    assert over == []
    context.close()


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en-GB", r"\d+ \w+ \d{4}, \d\d:\d\d:\d\d"), ("en-US", r"\w+ \d+, \d{4}, \d+:\d\d:\d\d\s[AP]M")],
)
def test_moments_are_written_as_the_readers_country_does(
    browser: Browser, server: Running, locale: str, written: str
) -> None:
    context = browser.new_context(locale=locale)
    page = Visitor(context.new_page(), server).open("/usage?demo=true").page
    expect(page.locator(".requests tbody th button").first).to_have_text(re.compile(written))
    context.close()


def test_from_months_to_one_request_and_back(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true&days=90&per=month").page
    page.get_by_text("As a table").click()
    month = (date.today().replace(day=1) - timedelta(days=1)).strftime("%B %Y")
    page.get_by_role("button", name=month).click()
    page.get_by_role("heading", name="Carbon by day").wait_for()
    assert days_of(visitor)[0].endswith("-01")
    page.locator("section[aria-labelledby=trend] details[open] tbody button").nth(9).click()
    page.wait_for_function(
        "new URL(location).searchParams.get('from') === new URL(location).searchParams.get('to')"
    )
    trace = page.locator(".requests tbody tr td:last-child button").first
    named = trace.get_attribute("title")
    trace.click()
    page.get_by_role("heading", name=f"Trace {named}").wait_for()
    page.locator(".requests tbody th button").first.click()
    page.get_by_role("heading", name="Step by step").wait_for()
    assert visitor.findings() == []
    page.get_by_text("Power of the machine").click()
    expect(page.locator("details[open] .formula").first).to_be_visible()
    page.locator("details[open] .inputs .cite").first.click()
    expect(page.locator(".sources li:target")).to_be_visible()  # the list unfolds
    page.go_back()
    page.go_back()
    page.get_by_role("heading", name=f"Trace {named}").wait_for()
    assert visitor.findings() == []
    page.go_back()
    page.go_back()
    page.get_by_role("heading", name="Carbon by day").wait_for()
    assert visitor.complaints == []


def test_a_bar_leads_into_its_days(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true&days=90&per=week").page
    page.locator("svg .period").nth(5).click()
    page.get_by_role("heading", name="Carbon by day").wait_for()
    first, last = map(date.fromisoformat, days_of(visitor))
    assert (first.weekday(), (last - first).days) == (0, 6)


def test_a_group_filters_everything_until_its_chip_is_removed(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true").page
    page.locator(".ranks").get_by_role("button", name="support-chat").click()
    chip = page.get_by_role("button", name="Remove the filter Project: support-chat")
    chip.wait_for()
    assert "project=support-chat" in page.url
    first, last = days_of(visitor)
    rows = demo_usage(visitor.server, f"from={first}&to={last}&project=support-chat")["total"]["rows"]
    expect(page.locator(".counts dd").first).to_have_text(f"{rows:,}")
    page.get_by_label("Split by").select_option("client")
    page.get_by_role("heading", name="Carbon by client").wait_for()
    chip.click()
    expect(chip).to_have_count(0)
    assert "project=" not in page.url


def test_failed_requests_are_found(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true&days=90").page
    page.locator(".counts button").click()
    page.get_by_role("heading", name="Requests that could not be computed").wait_for()
    expect(page.locator(".requests .bad").first).to_have_text("unknown_model")
    page.locator(".requests tbody th button").first.click()
    expect(page.locator(".problem")).to_contain_text("a-model-that-nobody-knows")


def test_a_budget_says_how_much_is_used_and_when_it_is_reached(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true&budget_per=days&days=last_month").page
    first, last = days_of(visitor)
    used = (
        demo_usage(visitor.server, f"from={first}&to={last}")["total"]["usage_emissions_gco2e"]["value"]
        / 1000
    )
    budget = page.get_by_label("Budget", exact=True)
    budget.fill(f"{used / 2:.6f}")
    status = page.locator("section[aria-labelledby=budget] [role=status]")
    expect(status).to_contain_text("200% of the budget is used")
    expect(status).to_contain_text("it was reached on")
    budget.fill(f"{used * 4:.6f}")
    expect(status).to_contain_text("it was kept")
    page.locator("section[aria-labelledby=budget] svg[role=img]").wait_for()
    page.get_by_label("For", exact=True).select_option("month")
    expect(status).to_contain_text("25% of the budget is used")
    assert "budget_carbon=" in page.url and "budget_per" not in page.url
    page.get_by_role("radio", name="This month").check(force=True)
    expect(page.locator("section[aria-labelledby=budget]")).to_contain_text("plain extrapolation")
    assert visitor.findings() == []


def test_files_hold_what_is_shown(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true&days=7").page
    begins = {
        "Groups as CSV": b"day,project,rows",
        "Groups as Excel": b"PK",
        "Requests as CSV": b"customer_id,request_id",
    }
    for name, start in begins.items():
        with page.expect_download() as awaited:
            page.get_by_role("button", name=name).click()
        assert awaited.value.path().read_bytes().startswith(start)
        assert awaited.value.suggested_filename.startswith("wattdrop-demo-20")
    page.locator("svg[role=img] .period").first.wait_for()
    for form, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as awaited:
            page.get_by_role("button", name=f"Save as {form}: Carbon by day").click()
        assert awaited.value.suggested_filename == f"wattdrop-demo-trend.{form.lower()}"
        assert awaited.value.path().read_bytes().startswith(start)
    assert visitor.complaints == []


def test_a_keyboard_is_enough_for_the_dashboard(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true").page
    page.get_by_role("heading", name="Carbon by project").wait_for()
    page.get_by_role("radio", name="30 days").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('days=90')")
    page.get_by_role("heading", name="Carbon by week").wait_for()
    page.locator("section[aria-labelledby=trend] summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Carbon by day").wait_for()
    assert "from=" in page.url


def test_it_fits_the_narrowest_phone_in_french(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/usage?demo=true&budget_carbon=1")
    visitor.page.get_by_role("heading", name="Carbone par projet").wait_for()
    visitor.page.locator("section[aria-labelledby=budget] svg[role=img]").wait_for()
    visitor.page.locator(".requests tbody tr").first.wait_for()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visitor.findings() == []
    context.close()


# --- a ledger's states ---


def test_an_empty_ledger_says_how_to_fill_it(visitor: Visitor, stocked: Stocked) -> None:
    own = at(visitor, stocked, stocked.key("empty"))
    expect(own.page.get_by_role("heading", name="No requests yet")).to_be_visible()
    expect(own.page.locator(".code code")).to_contain_text("/v1/impact")
    assert own.findings() == []
    own.page.get_by_role("link", name="Show me demo data").click()
    own.page.get_by_role("heading", name="Carbon by project").wait_for()
    own.page.get_by_role("link", name="Leave the demo").click()
    expect(own.page.get_by_role("heading", name="No requests yet")).to_be_visible()
    assert own.complaints == []


def test_a_key_that_may_not_read_is_told_which_one_may(visitor: Visitor, stocked: Stocked) -> None:
    own = at(visitor, stocked, stocked.key("sender", "impact"))
    expect(own.page.get_by_role("heading", name="This key may not read usage")).to_be_visible()
    expect(own.page.get_by_text("--scopes impact,read")).to_be_visible()
    assert own.findings() == []


def test_a_ledger_that_is_off_is_said(visitor: Visitor, tmp_path: Path) -> None:
    with running(tmp_path, WATTDROP_LEDGER="off") as server:
        own = Visitor(visitor.page.context.new_page(), server).open("/usage").sign_in()
        expect(own.page.get_by_role("heading", name="Nothing is stored")).to_be_visible()
        assert own.findings() == []


def test_a_service_that_is_gone_is_said_on_the_usage_page(visitor: Visitor) -> None:
    page = visitor.open("/usage?demo=true").page
    page.get_by_role("heading", name="Carbon by project").wait_for()
    page.route("**/v1/usage**", lambda route: route.abort())
    page.get_by_text("7 days", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("does not answer")
    page.unroute("**/v1/usage**")
    page.get_by_text("90 days", exact=True).click()
    page.get_by_role("heading", name="Carbon by week").wait_for()


def test_a_hundred_thousand_requests_are_summed_and_listed_by_pages(
    visitor: Visitor, stocked: Stocked
) -> None:
    own = at(visitor, stocked, stocked.key_of_many(), "/usage?days=90")
    page = own.page
    expect(page.locator(".counts dd").first).to_have_text(f"{MANY:,}")
    page.get_by_role("heading", name="Carbon by project").wait_for()
    rows = page.locator(".requests tbody tr")
    expect(rows).to_have_count(10)
    first = rows.first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(rows.first).not_to_have_text(first)
    expect(rows).to_have_count(10)
    page.locator(".ranks tbody button").first.click()
    page.get_by_role("button", name="Remove the filter").wait_for()
    page.get_by_label("Order").select_option("largest")
    expect(rows).to_have_count(10)
    assert len(json.dumps(page.content())) < 400_000
    assert own.complaints == []
    page.goto(f"{own.server.url}/usage?from=2020-01-01&to=2020-01-31")
    page.get_by_role("heading", name="Nothing on these days").wait_for()
    page.get_by_role("button", name="Show all days").click()
    expect(page.locator(".counts dd").first).to_have_text(f"{MANY:,}")
