"""The page for administrators in a real browser: a key is made, used, found among many, and ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running, running

from wattdrop.service.settings import read_settings, store_of

pytestmark = pytest.mark.browser


class Administered:
    """A server with a thousand keys, and a few of other rights."""

    def __init__(self, server: Running, keys: dict[str, str]) -> None:
        self.server = server
        self.keys = keys


@pytest.fixture(scope="module")
def administered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administered]:
    folder = tmp_path_factory.mktemp("admin")
    with closing(store_of(read_settings({"WATTDROP_DATA_DIR": str(folder)}))) as store:
        acme = store.customers.create("acme").id
        ann = store.customers.create_user(acme, "ann").id
        for number in range(1000):
            store.keys.create(f"machine {number}", acme, frozenset({"impact"}))
        store.keys.create("of ann", acme, user_id=ann)
        bob = store.customers.create_user(acme, "bob")
        store.keys.create("of bob", acme, user_id=bob.id)
        store.customers.disable_user(bob)
        store.keys.create("over", expires=datetime.now(UTC) - timedelta(days=1))
        keys = {
            "admin": store.keys.create("root"),
            "other admin": store.keys.create("second root"),
            "few rights": store.keys.create("provisioning", scopes=frozenset({"admin", "read"})),
            "reader": store.keys.create("reader", scopes=frozenset({"read"})),
        }
    with running(folder) as server:
        yield Administered(server, keys)


def enter(visitor: Visitor, key: str, path: str = "/admin") -> Visitor:
    visitor.open(path).page.get_by_label("API key").fill(key)
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="Forget the key").wait_for()
    return visitor


@pytest.fixture
def admin(context: Any, administered: Administered) -> Visitor:
    return Visitor(context.new_page(), administered.server)


def scopes_of(server: Running, key: str) -> Any:
    answer = httpx.get(f"{server.url}/v1/key", headers={"Authorization": f"Bearer {key}"})
    return answer.json().get("scopes", answer.status_code)


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_a_key_is_made_shown_once_and_revoked(
    browser: Browser, administered: Administered, width: int, colours: Any
) -> None:
    server = administered.server
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = enter(Visitor(context.new_page(), server), administered.keys["admin"])
    page = visitor.page
    expect(page.get_by_text(re.compile(r"1,00\d found"))).to_be_visible()
    assert visitor.findings() == []
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog", name="Make a key")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill(f"dashboard {width}")
    dialog.get_by_role("combobox", name="Customer").fill("acm")
    dialog.get_by_role("option", name="acme").click()
    dialog.get_by_label("Requests at most").fill("600/min")
    assert visitor.findings() == []
    dialog.get_by_role("button", name="Make a key").click()
    made = page.get_by_role("dialog", name=f"The key “dashboard {width}”")
    key = made.get_by_label("API key").input_value()
    assert scopes_of(server, key) == ["impact", "read"]
    assert visitor.findings() == []
    page.keyboard.press("Escape")
    expect(made.get_by_role("alert")).to_contain_text("it is not shown again")
    made.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("status").first).to_have_text(f"“dashboard {width}” is made.")
    row = page.get_by_role("row", name=f"dashboard {width}")
    expect(row).to_contain_text("acme")
    expect(row).to_contain_text("10/s requests")
    kept = "[document.documentElement.outerHTML, document.cookie, location.href, {...localStorage}, history.state]"
    assert key[10:] not in str(page.evaluate(kept))
    assert not any(key[10:] in line for line in server.lines)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name=f"Revoke dashboard {width}").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status").first).to_have_text(f"“dashboard {width}” is revoked.")
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_focused()
    assert scopes_of(server, key) == 401
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_one_of_a_thousand_is_found(admin: Visitor, administered: Administered) -> None:
    page = enter(admin, administered.keys["admin"]).page
    rows = page.locator(".people tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(re.compile(r"26 to 50 of 1,00\d"))).to_be_visible()
    page.get_by_label("Search in names and users").fill("machine 777")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("machine 777")
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Search in names and users").fill("nobody's")
    expect(page.get_by_text("Nothing is like this.")).to_be_visible()
    assert admin.findings() == []
    page.get_by_label("Search in names and users").fill("")
    page.get_by_label("State").select_option("ended")
    expect(page.get_by_role("row", name="over")).to_contain_text("ended")
    expect(page.get_by_role("row", name="of bob")).to_contain_text("with its user")
    expect(page.get_by_role("button", name="Revoke over")).to_have_count(0)


def test_the_pages_own_key_is_not_revoked_by_accident(admin: Visitor, administered: Administered) -> None:
    page = enter(admin, administered.keys["other admin"], "/admin?search=second").page
    expect(page.get_by_role("row", name="second root")).to_contain_text("this page’s")
    page.get_by_role("button", name="Revoke second root").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This is the key that this page uses.")
    expect(dialog.get_by_role("button", name="Revoke")).to_be_disabled()
    assert admin.findings() == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Revoke second root")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("I have another key").check()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_label("API key")).to_be_visible()


def test_what_is_wrong_stands_at_its_field(admin: Visitor, administered: Administered) -> None:
    page = enter(admin, administered.keys["few rights"]).page
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("impact")).to_be_disabled()
    expect(dialog.get_by_label("impact")).to_have_accessible_name(re.compile("your own key lacks it"))
    dialog.get_by_role("button", name="Make a key").click()
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Name")).to_have_accessible_description(re.compile("expected 1 to 100"))
    dialog.get_by_label("Name").fill("x")
    dialog.get_by_label("Rows at most").fill("fast")
    dialog.get_by_role("button", name="Make a key").click()
    expect(dialog.get_by_label("Rows at most")).to_be_focused()
    expect(dialog.get_by_label("Rows at most")).to_have_accessible_description(re.compile("such as 10/s"))
    assert admin.findings() == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_customers_and_users_are_made_and_ended(admin: Visitor, administered: Administered) -> None:
    page = enter(admin, administered.keys["admin"], "/admin?list=customers").page
    page.get_by_role("button", name="Make a customer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("acme")
    dialog.get_by_role("button", name="Make a customer").click()
    expect(dialog.get_by_label("Name")).to_have_accessible_description(
        re.compile("there is a customer 'acme'")
    )
    dialog.get_by_label("Name").fill("globex")
    dialog.get_by_role("button", name="Make a customer").click()
    expect(page.get_by_role("status").first).to_have_text("“globex” is made.")
    page.get_by_role("button", name="Users of globex").click()
    expect(page.get_by_text("Nothing is like this.")).to_be_visible()
    page.get_by_role("button", name="Make a user").click()
    expect(dialog.get_by_role("combobox", name="Customer")).to_have_value("globex")
    dialog.get_by_label("Name").fill("hank")
    dialog.get_by_role("button", name="Make a user").click()
    page.get_by_role("button", name="Disable hank").click()
    dialog.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("row", name="hank")).to_contain_text("disabled")
    assert page.url.endswith("/admin?list=users&customer=globex")
    assert admin.findings() == []


def test_who_may_not_is_told_what_to_do(admin: Visitor, administered: Administered) -> None:
    page = admin.open("/admin").page
    expect(page.get_by_text("Enter a key with the scope admin above.")).to_be_visible()
    assert admin.findings() == []
    enter(admin, administered.keys["reader"])
    expect(page.get_by_text("It lacks the scope admin; it has: read.")).to_be_visible()
    expect(page.locator("code")).to_contain_text("--scopes admin")
    assert admin.findings() == []
    admin.open("/catalog")
    expect(page.get_by_role("link", name="Catalog")).to_be_visible()
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)


def test_it_fits_the_narrowest_phone_in_french(browser: Browser, administered: Administered) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), administered.server).open("/admin")
    visitor.page.get_by_label("Clé d’API").fill(administered.keys["admin"])
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".people tbody tr")).to_have_count(25)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    visitor.page.get_by_role("button", name="Créer une clé").click()
    expect(visitor.page.get_by_role("dialog")).to_contain_text("Droits")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
