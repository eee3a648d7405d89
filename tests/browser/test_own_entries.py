"""Entries of one's own in the catalog, in a real browser: described, changed, deleted, and what the API refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

from wattdrop.schema.objects import REQUIRED, DatacenterGiven, GpuGiven, ModelGiven, NodeGiven

pytestmark = pytest.mark.browser

CHIP = {
    "id": "page_chip", "name": "Page chip", "max_power_w": 400, "performance_ratio_to_h200": 0.5,
    "embodied_emissions_kgco2e": 120, "embodied_water_mlh2o": 500000, "ols_intercept": 0, "ols_coefficient_gpu_count": 0,
}  # fmt: skip


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    """The API beside the page; what a test made with the page is gone afterwards."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}) as client:
        yield client
        for path in ("/node/page-box", "/gpu/page_chip", "/model/house_whisper"):
            client.delete(path)


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_a_model_like_another_is_described_changed_and_deleted(
    browser: Browser, server: Running, api: httpx.Client, width: int, colours: Any
) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/").sign_in()
    page = visitor.open("/catalog?kind=models&id=whisper_large_v3").page
    expect(page.get_by_text("for everybody, read only")).to_be_visible()
    page.get_by_role("button", name="Make one like it").click()
    expect(page.get_by_label("Id *")).to_be_focused()
    expect(page.get_by_role("combobox", name="Like the model")).to_have_value("whisper_large_v3")
    assert visitor.findings() == []
    page.get_by_label("Id *").fill("house_whisper")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="house_whisper")).to_be_focused()
    row = {"input_audio_seconds": 60}
    rows = [{"model_id": name, **row} for name in ("house_whisper", "whisper_large_v3")]
    ours, theirs = api.post("/v1/impact?store=false", json={"rows": rows}).json()["rows"]
    assert ours["inference_impact"]["usage_energy_wh"] == theirs["inference_impact"]["usage_energy_wh"]

    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_label("Id *")).not_to_be_editable()
    page.get_by_label("Parameters", exact=True).fill("1.6")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Weights of the whole checkpoint")).to_contain_text("1.6 billion")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("Parameters", exact=True).fill("")
    expect(page.get_by_text("“1.6” stays")).to_be_visible()  # the API unsets nothing
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    page.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete house_whisper?")
    assert visitor.findings() == []
    asked.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.get_by_role("button", name="Delete").click()
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Choose an entry of the list")).to_be_visible()
    assert api.get("/model/house_whisper").status_code == 404
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_what_the_api_refuses_stands_at_its_field(visitor: Visitor, api: httpx.Client) -> None:
    page = visitor.open("/").sign_in().open("/catalog?kind=nodes").page
    page.get_by_role("button", name="Describe one").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Id *")).to_be_focused()
    expect(page.locator("#edit-id-error")).to_contain_text("id")
    page.get_by_label("Id *").fill("page-box")
    accelerator = page.get_by_role("combobox", name="Accelerator *")
    accelerator.fill("nonesuch")  # a name that no list has is sent as it is
    page.get_by_label("Number of accelerators *").fill("4")
    page.get_by_label("Number of processors *").fill("two")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#edit-cpu_count-error")).to_contain_text("expected a whole number")
    page.get_by_label("Number of processors *").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#edit-gpu_id-error")).to_contain_text("nonesuch")
    assert visitor.findings() == []
    accelerator.fill("h100 sxm")
    page.get_by_role("option", name="NVIDIA H100 SXM5 80GB").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # chooses
    page.keyboard.press("Enter")  # sends
    expect(page.get_by_role("heading", name="page-box")).to_be_visible()


def test_the_forms_have_every_field_that_the_api_takes(visitor: Visitor) -> None:
    given = {"models": ModelGiven, "gpus": GpuGiven, "nodes": NodeGiven, "datacenters": DatacenterGiven}
    fields = visitor.open("/").page.evaluate(
        """async () => {
          const { FIELDS, allOf } = await import("/web/page/catalog/fields.js");
          return Object.fromEntries(Object.keys(FIELDS).map((kind) => [kind, allOf(kind)]));
        }"""
    )
    assert fields.keys() == given.keys()
    for kind, body in given.items():
        shown = {"location" if one["name"] in ("lat", "lng") else one["name"] for one in fields[kind]}
        assert shown == set(body.__struct_fields__)
        assert {one["name"] for one in fields[kind] if one.get("needed")} == set(REQUIRED[body])


def test_own_ones_come_first_and_are_listed_alone(visitor: Visitor, api: httpx.Client) -> None:
    api.post("/gpu", json=CHIP)
    page = visitor.open("/").sign_in().open("/catalog?kind=gpus").page
    entries = page.locator(".entries button")
    expect(entries.first).to_contain_text("Page chip")
    expect(entries.first).to_contain_text("yours")
    expect(entries.nth(1)).not_to_contain_text("yours")
    page.get_by_label("Only mine").check()
    expect(entries).to_have_count(1)
    assert page.url.endswith("/catalog?kind=gpus&mine=true")


def test_one_that_is_used_is_not_deleted_and_it_says_by_what(visitor: Visitor, api: httpx.Client) -> None:
    api.post("/gpu", json=CHIP)
    api.post("/node", json={"id": "page-box", "gpu_id": "page_chip", "gpu_count": 4, "cpu_count": 2})
    page = visitor.open("/").sign_in().open("/catalog?kind=gpus&id=page_chip").page
    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog")
    asked.get_by_role("button", name="Delete").click()
    expect(asked.get_by_role("alert")).to_contain_text("page_chip is used by page-box")


def test_a_key_that_may_not_write_is_told_so(visitor: Visitor, api: httpx.Client) -> None:
    made = api.post("/v1/keys", json={"name": "reads", "scopes": ["impact", "read"]}).json()
    page = visitor.open("/catalog").page
    page.get_by_label("API key").fill(made["key"])
    page.keyboard.press("Enter")
    expect(page.get_by_text("enter a key with the scope write")).to_be_visible()
    expect(page.get_by_role("button", name="Describe one")).to_be_hidden()
    page.locator(".entries button").first.click()
    expect(page.get_by_text("for everybody, read only")).to_be_visible()
    expect(page.get_by_role("button", name="Make one like it")).to_be_hidden()


def test_a_key_that_ends_while_one_writes_is_asked_for_anew(visitor: Visitor, api: httpx.Client) -> None:
    made = api.post("/v1/keys", json={"name": "ends", "scopes": ["read", "write"]}).json()
    page = visitor.open("/catalog?kind=nodes").page
    page.get_by_label("API key").fill(made["key"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Describe one").click()
    api.delete(f"/v1/keys/{made['id']}")
    page.get_by_label("Id *").fill("page-box")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("API key")).to_be_visible()
