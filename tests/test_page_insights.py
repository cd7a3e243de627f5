"""The page 洞察 in a real browser: it searches, draws its cards, and a card goes on in the chat."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.test_page import PLENTY, Served, browser, wait_for

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROOT = Path(__file__).parent.parent
DATA = ROOT / "data" / "retail.duckdb"
SEARCHED = 120_000  # milliseconds, beside other work


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole demo: a small one has too little in it for a finding."""
    if not DATA.exists():
        pytest.skip("the demo data is not built: python -m data.generate")
    home = tmp_path_factory.mktemp("insights")
    log = home / "server.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("w", encoding="utf-8") as out:
        environment = os.environ | {"WENSHU_HOME": str(home)}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            address = f"http://localhost:{port}"
            wait_for(address, server)
            yield Served(address, log, DATA, home)
        finally:
            server.terminate()
            server.wait(timeout=20)


def test_cards_are_found_and_go_on_in_the_chat(demo: Served, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PLENTY)
    page = context.new_page()
    page.goto(demo.address)
    page.get_by_role("link", name="洞察").click()

    cards = page.locator(".st-key-cards .headline")
    planted = cards.filter(has_text="Android 5.2")
    expect(planted).to_be_visible(timeout=SEARCHED)
    texts = cards.all_inner_texts()
    assert 1 <= len(texts) <= 8
    expect(page.locator(".st-key-cards .js-plotly-plot").first).to_be_visible()

    page.reload()
    expect(planted).to_be_visible(timeout=PLENTY)  # remembered: no second search

    at = next(i for i, text in enumerate(texts) if "Android 5.2" in text)
    page.locator(f".st-key-card-go-{at} button").click()
    expect(page.locator(".asked").first).to_contain_text("Android 5.2", timeout=PLENTY)
    expect(page.locator(".headline").first).to_be_visible(timeout=PLENTY)
    context.close()
    assert "Traceback" not in demo.log.read_text(encoding="utf-8")
