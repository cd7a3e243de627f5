"""The page in a real browser: asking, changing a chip, choosing, refusing, coming back, taking away.

One Streamlit server over a small database; every test starts in a new browser context and fails on
any error in the browser's console or the server's log.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant import Assistant
from assistant.corpus import CORPUS, load
from assistant.reply import Answer, Choice
from assistant.store import Store
from assistant.ui.trail import row_of
from data.generate import build

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "semantic_layer" / "models" / "retail"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PLENTY = 20_000  # milliseconds
REGIONS = "上个月各大区的销售额"


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    log: Path
    database: Path
    home: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("page")
    database, log = folder / "retail.duckdb", folder / "server.log"
    build(database, scale=0.02)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "WENSHU_HOME": str(folder),
        "WENSHU_MODEL": str(MODEL),
        "WENSHU_SOURCE": str(database),
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            address = f"http://localhost:{port}"
            wait_for(address, server)
            yield Served(address, log, database, folder)
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("the page's server stopped")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the page's server did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next((found for name in names if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def assistant(served: Served) -> Assistant:
    """The same data without a page: what the page must show."""
    return Assistant.open(MODEL, source=served.database)


@pytest.fixture
def page(served: Served, browser: Browser) -> Iterator[Page]:
    yield from opened(served, browser, "light")


@pytest.fixture
def dark_page(served: Served, browser: Browser) -> Iterator[Page]:
    yield from opened(served, browser, "dark")


def opened(served: Served, browser: Browser, scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        locale="zh-CN",
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(PLENTY)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    logged = served.log.stat().st_size
    tab.goto(served.address)
    expect(tab.get_by_test_id("stChatInput")).to_be_visible(timeout=PLENTY)
    yield tab
    text = tab.inner_text("body")
    context.close()
    with served.log.open(encoding="utf-8") as log:
        log.seek(logged)
        written = log.read()
    assert not complaints, "\n".join(complaints)
    assert "Traceback" not in text and "Traceback" not in written, written


def ask(page: Page, question: str) -> None:
    """Type a question and wait until its answer is there."""
    before = page.locator("[class*='st-key-turn-']:not(.st-key-turn-now)").count()
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("[class*='st-key-turn-']:not(.st-key-turn-now)")).to_have_count(
        before + 1, timeout=PLENTY
    )
    settled(page)


def settled(page: Page) -> None:
    """The script has run to its end, and the turn under way has become one of the history."""
    expect(page.locator(".st-key-turn-now")).to_have_count(0, timeout=PLENTY)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PLENTY
    )


def last(page: Page) -> str:
    """The CSS of the newest turn."""
    turns = page.locator("[class*='st-key-turn-']")
    names = [str(turns.nth(i).get_attribute("class")) for i in range(turns.count())]
    keys = [m[0] for name in names if (m := re.search(r"st-key-turn-\d+", name))]
    return f".{keys[-1]}"


def plain(text: str) -> str:
    """Headlines compared without spaces and arrows, which are the typesetter's."""
    return re.sub(r"[\s▲▼]", "", text)


# ── asking ─────────────────────────────────────────────────────────────────────────────────────


def test_the_empty_page_offers_questions_that_answer(page: Page) -> None:
    expect(page.locator(".st-key-welcome")).to_contain_text("2026-06-23")
    offered = page.locator(".st-key-welcome button")
    expect(offered.first).to_be_visible(timeout=PLENTY)
    assert 3 <= offered.count() <= 6
    question = offered.first.inner_text()
    offered.first.click()
    expect(page.locator(".asked").first).to_have_text(question)
    expect(page.locator(".headline").first).to_be_visible()
    settled(page)
    assert page.locator("[class*='st-key-chips-'] button").count() > 0


def test_an_answer_says_what_the_assistant_says(page: Page, assistant: Assistant) -> None:
    ask(page, REGIONS)
    reply = assistant.ask(REGIONS)
    assert isinstance(reply, Answer)
    turn = last(page)
    assert plain(page.inner_text(f"{turn} .headline")) == plain(reply.headline)
    shown = [
        plain(t) for t in page.locator(f"{turn} [class*='st-key-chips-'] button").all_inner_texts()
    ]
    assert shown == [plain(chip.label + chip.text) for chip in reply.chips]
    expect(page.locator(f"{turn} .js-plotly-plot")).to_be_visible()
    for finding in reply.findings:
        assert plain(finding) in plain(page.inner_text(turn))
    for action in ("导出", "SQL", "口径"):
        expect(page.locator(f"{turn} [class*='st-key-actions-']")).to_contain_text(action)


def test_an_answer_is_read_from_its_first_line(page: Page) -> None:
    """Long answers, one after the other: the question stands on top of the window, above the box, and
    what the headline says is not said again below."""
    for question in ("RFM", "上个月华南的销售额为什么跌了"):
        ask(page, question)
        turn = page.locator(last(page))
        page.wait_for_timeout(500)
        top = turn.locator(".asked").bounding_box()
        assert top is not None and 0 <= top["y"] < 120
        headline = plain(turn.locator(".headline").inner_text())
        assert headline not in [plain(t) for t in turn.locator(".finding").all_inner_texts()]
    page.mouse.move(800, 400)
    page.mouse.wheel(0, -3000)  # the reader goes back, and nothing pulls the page down again
    page.wait_for_timeout(500)
    first = page.locator(".asked").first.bounding_box()
    box = page.get_by_test_id("stChatInput").bounding_box()
    assert first is not None and 0 <= first["y"] < 200
    assert box is not None and 700 < box["y"] < 900


def test_the_table_opens_under_its_chart(page: Page) -> None:
    ask(page, REGIONS)
    turn = last(page)
    assert page.locator(f"{turn} [data-testid='stDataFrame']").count() == 0
    page.locator(f"{turn} [class*='st-key-actions-'] button", has_text="明细").click()
    expect(page.locator(f"{turn} [data-testid='stDataFrame']")).to_be_visible()


def test_a_chip_changes_the_question(page: Page) -> None:
    ask(page, REGIONS)
    first = last(page)
    page.locator(f"{first} [class*='st-key-chips-'] button", has_text="时间").click()
    page.get_by_test_id("stPopoverBody").get_by_text("上季度", exact=True).click()
    expect(page.locator(".asked")).to_have_count(2)
    settled(page)
    assert "2026-01-01 至 2026-03-31" in page.inner_text(f"{last(page)} [class*='st-key-chips-']")
    page.locator(f"{last(page)} [class*='st-key-chips-'] button", has_text="分组").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="去掉").click()
    expect(page.locator(".asked")).to_have_count(3)
    settled(page)
    assert "分组" not in page.inner_text(f"{last(page)} [class*='st-key-chips-']")


def test_words_not_used_are_marked_in_the_question(page: Page, assistant: Assistant) -> None:
    question = "上个月的销售额噢嘛呢吽"
    reply = assistant.ask(question)
    assert reply.common.unread
    ask(page, question)
    marked = page.locator(f"{last(page)} .asked .unread").all_inner_texts()
    assert marked == [word.text for word in reply.common.unread]


def an_ambiguous_question(assistant: Assistant) -> tuple[str, Choice]:
    """The first sentence of the corpus that is answered with a choice."""
    for example in load(CORPUS / "sentences"):
        if assistant.read(example.question).status == "choice":
            reply = assistant.ask(example.question)
            if isinstance(reply, Choice):
                return example.question, reply
    raise AssertionError("no sentence of the corpus has two readings any more")


def test_a_choice_is_asked_with_buttons(page: Page, assistant: Assistant) -> None:
    question, reply = an_ambiguous_question(assistant)
    ask(page, question)
    buttons = page.locator(f"{last(page)} [class*='st-key-choice-'] button")
    assert [plain(t) for t in buttons.all_inner_texts()] == [plain(o.text) for o in reply.options]
    assert page.locator(f"{last(page)} [class*='st-key-choice-'] strong").count() > 0
    buttons.first.click()
    expect(page.locator(".asked")).to_have_count(2)
    settled(page)
    expected = assistant.run(reply.options[0].query)
    assert not isinstance(expected, Choice)
    said = expected.headline if isinstance(expected, Answer) else expected.message
    assert plain(page.inner_text(f"{last(page)} .headline")) == plain(said)


def test_a_problem_shows_the_way_out(page: Page) -> None:
    ask(page, "玄学指数是多少")
    turn = last(page)
    expect(page.locator(f"{turn} .headline")).to_contain_text("玄学")
    ways = page.locator(f"{turn} [class*='st-key-way-'] button")
    assert 1 <= ways.count() <= 3
    question = ways.first.inner_text()
    ways.first.click()
    expect(page.locator(".asked")).to_have_count(2)
    settled(page)
    assert page.locator(f"{last(page)} .asked").inner_text() == question
    expect(page.locator(f"{last(page)} [class*='st-key-chips-']")).to_be_visible()


def test_questions_in_quick_succession_are_all_answered(page: Page) -> None:
    questions = ["上个月的订单数", REGIONS, "上个月的退款率"]
    box = page.get_by_test_id("stChatInputTextArea")
    for question in questions:
        box.fill(question)
        box.press("Enter")
    expect(page.locator(".headline")).to_have_count(len(questions), timeout=PLENTY)
    settled(page)
    expect(page.locator(".asked")).to_have_text(questions)


def test_what_is_typed_stays_text(page: Page) -> None:
    ask(page, "<img src=x onerror=alert(1)>**销售额**")
    assert (
        page.locator(f"{last(page)} .asked").inner_text()
        == "<img src=x onerror=alert(1)>**销售额**"
    )
    assert page.locator(f"{last(page)} img").count() == 0


# ── staying and leaving ────────────────────────────────────────────────────────────────────────


def test_history_and_context_survive_a_reload(page: Page) -> None:
    ask(page, "上个月的销售额")
    ask(page, REGIONS)
    before = page.locator(".headline").all_inner_texts()
    assert re.search(r"[?&]c=[\w-]+", page.url)
    page.reload()
    expect(page.locator(".headline")).to_have_count(2, timeout=PLENTY)
    assert page.locator(".headline").all_inner_texts() == before
    settled(page)
    ask(page, "只看华东")
    assert "华东" in page.inner_text(f"{last(page)} [class*='st-key-chips-']")


def test_conversations_are_listed_renamed_and_deleted(page: Page) -> None:
    ask(page, "上个月的订单数")
    mine = page.locator("[class*='st-key-talk-now-']")
    expect(mine).to_contain_text("上个月的订单数")
    mine.hover()
    mine.locator("[class*='st-key-more-'] button").click()
    name = page.get_by_label("改名")
    name.fill("五月复盘")
    name.press("Enter")
    expect(page.locator("[class*='st-key-talk-now-']")).to_contain_text("五月复盘")
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".st-key-welcome")).to_be_visible()
    other = page.locator("[class*='st-key-talk-other-']", has_text="五月复盘")
    other.locator("[class*='st-key-open-'] button").click()
    expect(page.locator(".asked")).to_have_text(["上个月的订单数"])
    settled(page)
    mine = page.locator("[class*='st-key-talk-now-']")
    mine.hover()
    mine.locator("[class*='st-key-more-'] button").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="删除").click()
    expect(page.locator("[data-testid='stSidebar']")).not_to_contain_text("五月复盘")
    expect(page.locator(".st-key-welcome")).to_be_visible()


def test_the_rows_can_be_taken_away(page: Page, assistant: Assistant, tmp_path: Path) -> None:
    ask(page, REGIONS)
    reply = assistant.ask(REGIONS)
    assert isinstance(reply, Answer)
    page.locator(f"{last(page)} [class*='st-key-actions-'] button", has_text="导出").click()
    with page.expect_download() as csv:
        page.get_by_role("button", name="CSV").click()
    lines = Path(csv.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(reply.result.rows) + 1
    assert lines[1].startswith(str(reply.result.rows[0][0]))
    with page.expect_download() as excel:
        page.get_by_role("button", name="Excel").click()
    book = openpyxl.load_workbook(BytesIO(Path(excel.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    names = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {row[0] for row in reply.result.rows} <= names


def test_a_thumb_is_kept(page: Page, served: Served) -> None:
    ask(page, "上个月的订单数")
    page.locator(f"{last(page)} [data-testid='stFeedbackButton']").first.click()
    store, conversation = Store(served.home / "wenshu.db"), page.url.split("c=")[1]
    deadline = time.monotonic() + PLENTY / 1000
    while store.turns(conversation)[0].good is None and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert store.turns(conversation)[0].good is True
    page.reload()
    expect(page.get_by_test_id("stFeedbackButtonActive")).to_have_count(1, timeout=PLENTY)


# ── other pages, themes and widths ─────────────────────────────────────────────────────────────


def test_the_metric_page_finds_and_asks(page: Page, assistant: Assistant) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text("指标").click()
    rows = page.get_by_test_id("stExpander")
    expect(rows).to_have_count(len(assistant.catalog.metrics), timeout=PLENTY)
    box = page.get_by_label("找指标")
    box.fill("退款率")
    box.press("Enter")
    expect(rows.first).to_contain_text("退款率")
    settled(page)
    rows.first.locator("summary").click()
    expect(rows.first).to_contain_text("口径")
    rows.first.get_by_role("button", name=re.compile("退款率")).click()
    expect(page.locator(".asked")).to_have_count(1)
    settled(page)
    expect(page.locator("[class*='st-key-chips-']")).to_contain_text("退款率")


def test_the_data_page_says_how_fresh_it_is(page: Page, assistant: Assistant) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text("数据").click()
    expect(page.locator(".quiet").first).to_contain_text("2026-06-23")
    expect(page.get_by_test_id("stExpander")).to_have_count(len(assistant.catalog.tables))
    settled(page)


def test_what_was_asked_is_listed_even_after_its_conversation(page: Page, served: Served) -> None:
    ask(page, "上个月的订单数")
    ask(page, "玄学指数是多少")
    store, conversation = Store(served.home / "wenshu.db"), page.url.split("c=")[1]
    store.delete(conversation)
    rows = [row_of(event) for event in store.trail(2)]
    assert [(r["问题"], r["结果"], r["行数"]) for r in rows] == [
        ("玄学指数是多少", "没答", None),
        ("上个月的订单数", "答了", 1),
    ]
    assert "订单数" in rows[1]["理解"] and "order_count" in rows[1]["SQL"]
    page.get_by_test_id("stSidebarNav").get_by_text("问过什么").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.locator(".quiet").first).to_contain_text("次提问")
    settled(page)


def test_on_a_phone_the_conversation_is_in_sight(served: Served, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 420, "height": 800})
    phone = context.new_page()
    phone.goto(served.address)
    expect(phone.locator(".st-key-welcome")).to_be_visible(timeout=PLENTY)
    expect(phone.get_by_test_id("stSidebar")).not_to_be_in_viewport()
    context.close()


def test_the_dark_theme_is_dark(dark_page: Page) -> None:
    ask(dark_page, REGIONS)
    colour = dark_page.evaluate(
        "getComputedStyle(document.querySelector('.stApp')).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert max(colour[:3]) < 60
    text = dark_page.evaluate(
        "getComputedStyle(document.querySelector('.headline')).color.match(/\\d+/g).map(Number)"
    )
    assert min(text[:3]) > 180


@pytest.mark.parametrize("width", [1024, 390])
def test_nothing_hangs_over_the_edge(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    ask(page, REGIONS)
    over = page.evaluate(
        "[...document.querySelectorAll('.stMainBlockContainer *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.offsetParent)"
        ".map(e => e.className).slice(0, 5)"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), over
