"""A real server and a real browser: pages of tests notice everything that a reader must never see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.service.processes import PATIENCE_S, Running, running
from tools.browser import MISSING, find

NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


expect.set_options(timeout=PATIENCE_S * 1000)  # a busy machine is no failure
AXE = Path(__file__).parent / "vendor" / "axe.js"

#: What axe-core finds: the rule and the elements.
FINDINGS = """
async () => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly });
  const shown = (nodes) => nodes.map((one) => one.html.slice(0, 160)).join(" | ");
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${shown(nodes)}`);
}
"""


class Tab:
    """A tab, and what went wrong in it."""

    def __init__(self, page: Page, server: Running) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_S * 1000)
        page.add_init_script(NOTE_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.server.url + "/", "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def violations(self) -> list[str]:
        """What the page's policy forbade."""
        found: list[str] = self.page.evaluate("window.violations")
        return found


class Visitor(Tab):
    """A tab on the page."""

    def open(self, path: str) -> Visitor:
        self.page.goto(self.server.url + path)
        self.page.wait_for_selector("main h1")
        return self

    def sign_in(self) -> Visitor:
        self.page.get_by_label("API key").fill(self.server.key)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("button", name="Forget the key").wait_for()
        return self

    def metric(self, name: str) -> Any:
        return self.page.locator("article", has=self.page.get_by_role("heading", name=name, exact=True))

    def findings(self) -> list[str]:
        """What axe-core has against the page as it is now. It comes as a file, so the policy need not be loosened."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found: list[str] = self.page.evaluate(FINDINGS)
        return found


class Reader(Tab):
    """A tab on the page of the API."""

    def __init__(self, page: Page, server: Running) -> None:
        super().__init__(page, server)
        page.goto(server.url + "/docs")
        page.wait_for_selector(".opblock")

    def authorise(self, key: str) -> None:
        """Enter a key as a person does."""
        self.page.click(".scheme-container button.authorize")
        self.page.get_by_label("API key").fill(key)
        self.page.locator(".modal-ux button.authorize").first.click()
        self.page.click(".modal-ux button.btn-done")

    def open(self, operation: str) -> Any:
        """Unfold an operation, given as ``Tag-operationId``."""
        block = self.page.locator(f"#operations-{operation}")
        block.locator(".opblock-summary-control").click()
        block.locator(".opblock-body").wait_for()
        return block


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("page")) as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]  # also as root, also in a container
        started = playwright.chromium.launch(executable_path=path, args=options)
        yield started
        started.close()


@pytest.fixture
def reader(browser: Browser, server: Running) -> Iterator[Reader]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield Reader(page, server)
    page.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def visitor(context: BrowserContext, server: Running) -> Visitor:
    return Visitor(context.new_page(), server)
