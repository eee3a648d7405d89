"""Takes the pictures of the web page that the README shows; run it after a change that can be seen, and look at them.

.venv/bin/python -m tools.screenshots
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.service.processes import Running, running
from tools.browser import MISSING, find

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SHOTS = {
    "calculator.png": (
        "light",
        "/?model_id=gpt-4o&input_tokens=1000&output_tokens=500&country=FR",
        ".stages",
    ),
    "usage.png": ("dark", "/usage?demo=true&days=90", ".requests"),
}


def signed_in(browser: Browser, server: Running, colours: str) -> Page:
    """A page in which a key was entered."""
    page = browser.new_page(viewport={"width": 1280, "height": 1170}, color_scheme=colours, locale="en-GB")  # type: ignore[arg-type]
    page.goto(server.url)
    page.get_by_label("API key").fill(server.key)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Forget the key").wait_for()
    return page


def main() -> None:
    """Every picture."""
    path = find()
    assert path is not None, MISSING
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, (colours, address, awaited) in SHOTS.items():
            page = signed_in(browser, server, colours)
            page.goto(server.url + address)
            page.wait_for_selector(awaited)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / name)
        browser.close()


if __name__ == "__main__":
    main()
