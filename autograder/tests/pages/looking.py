"""Look at a page in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PHONE, DESKTOP = (320, 640), (1280, 900)
WIDTHS = (320, 375, 768, 1280)
LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]


def opened(
    browser: Browser, file: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light"
) -> tuple[Page, list[str]]:
    """The page, and what it did that it should not: dialogs, requests, messages in the console."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    trouble: list[str] = []
    page.on("dialog", lambda dialog: (trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: request.url != file.as_uri() and trouble.append(f"request: {request.url}"))
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.goto(file.as_uri())
    return page, trouble


def violations(page: Page) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {json.dumps([node['html'] for node in one['nodes']])}" for one in found]


def overflows(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def too_wide_at(page: Page) -> list[int]:
    """The widths of windows, and of paper, in which the page would have to be scrolled sideways."""
    found = []
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [width] * overflows(page)
    return found


def cut_off(page: Page) -> list[str]:
    """What is wider than its box and neither scrolls by the keyboard nor shows that there is more."""
    return list(
        page.evaluate(
            """[...document.querySelectorAll("body *")].filter(e => {
              const look = getComputedStyle(e);
              return e.clientWidth && e.scrollWidth > e.clientWidth + 1 && look.overflowX !== "visible"
                && !(e.tabIndex === 0 && look.backgroundImage.includes("gradient"));
            }).map(e => e.outerHTML.slice(0, 200))"""
        )
    )
