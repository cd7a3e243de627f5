"""The page 洞察: at most eight cards, each a sentence, a small chart, why, what to do, and a way on."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

import streamlit as st

from assistant.answer.draw import figure
from assistant.insights import Card, Page
from assistant.service import Assistant
from assistant.ui import state
from assistant.ui.boundary import safely
from assistant.ui.marks import headline_html, question_html
from assistant.ui.work import POOL

log = logging.getLogger(__name__)
QUIET_SECONDS, PATIENT_SECONDS, LOOK_SECONDS = 0.3, 2.0, 0.1
CHART_HEIGHT, TICKS, DAYS = 160, 5, 7  # labels that fit beside and under a small chart
CLEAR = "rgba(0,0,0,0)"
STILL = {"displayModeBar": False, "responsive": True}
SEARCH = "insights-search"  # in the session: survives a rerun


@dataclass(slots=True)
class Search:
    """A search in a thread of its own; ``future`` holds the page, or None when it was cancelled."""

    future: Future[Page | None]
    cancel: threading.Event
    stage: str = ""
    share: float = 0.0
    started: float = field(default_factory=time.monotonic)


@safely
def insights_page() -> None:
    st.html('<p class="headline">洞察</p>')
    assistant = state.assistant()
    page = assistant.insights.known()
    if page is None:
        page = searched(assistant)
    if page is not None:
        draw(page)
    state.go_if_asked()


def searched(assistant: Assistant) -> Page | None:
    """Wait for the search with its stage, a bar and a way to stop; None when it was stopped."""
    search: Search = st.session_state.get(SEARCH) or begin(assistant)
    st.session_state[SEARCH] = search
    with st.container(key="waiting"):
        wait(search)
    if not search.future.done():
        return None
    st.session_state.pop(SEARCH, None)
    if search.future.exception() is not None:
        log.error("the search failed", exc_info=search.future.exception())
        st.html('<p class="quiet">这次没有算出来，原因已记下。刷新页面再试。</p>')
        return None
    page = search.future.result()
    if page is not None:
        st.rerun()
    st.html('<p class="quiet">已取消。</p>')
    st.button("重新找", key="insights-again")
    return None


def begin(assistant: Assistant) -> Search:
    search = Search(Future(), threading.Event())

    def report(stage: str, share: float) -> None:
        search.stage, search.share = stage, share

    search.future = POOL.submit(assistant.insights, report, search.cancel)
    return search


def wait(search: Search) -> None:
    line, bar, stop = st.empty(), st.empty(), st.empty()
    stage, patient = None, False
    while not search.future.done():
        seconds = time.monotonic() - search.started
        if seconds > QUIET_SECONDS and search.stage != stage:
            stage = search.stage
            line.html(f'<p class="stage">{question_html(stage or "开始", ())}</p>')
        if seconds > PATIENT_SECONDS:
            bar.progress(search.share)
            if not patient:
                patient = True
                stop.button("取消", key="insights-cancel", on_click=search.cancel.set)
        time.sleep(LOOK_SECONDS)


# ── what was found ─────────────────────────────────────────────────────────────────────────────


def draw(page: Page) -> None:
    st.html(f'<p class="quiet">{question_html(page.about, ())}</p>')
    if not page.cards:
        st.html(
            '<p class="finding">没有超出正常波动的变化。各指标和自己过去的起伏相比都在范围内，可以去 问数 看具体的数。</p>'
        )
        return
    with st.container(key="cards"):
        for i, card in enumerate(page.cards):
            with st.container(key=f"card-{i}", border=True):
                draw_card(i, card)


def draw_card(i: int, card: Card) -> None:
    red = state.up_is_red()
    st.html(
        f'<p class="kind">{question_html(card.kind, ())}</p>'
        f'<p class="headline small">{headline_html(card.sentence, red)}</p>'
    )
    told, drawn = st.columns([11, 9], gap="medium", vertical_alignment="top")
    with drawn:
        draw_chart(i, card)
    with told:
        lines = [f'<p class="finding">{headline_html(text, red)}</p>' for text in card.why]
        lines.append(f'<p class="finding todo"><b>{question_html(card.action, ())}</b></p>')
        lines.append(f'<p class="quiet">{question_html(card.because, ())}</p>')
        st.html("".join(lines))
        if card.ask:
            st.button(
                "接着看",
                key=f"card-go-{i}",
                on_click=state.ask_elsewhere,
                args=(card.ask, card.query),
            )


def draw_chart(i: int, card: Card) -> None:
    """The house chart without its title, as high as four lines of text."""
    if len(card.result.rows) < 2:
        return
    drawing = figure(card.chart, card.result, dark=state.dark(), up_is_red=state.up_is_red())
    drawing.update_layout(
        title_text="",
        height=CHART_HEIGHT,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin_t=28,
        margin_b=4,
        margin_l=40,  # the unit stands left of the axis
    )
    marks, texts = drawing.layout.yaxis.tickvals, drawing.layout.yaxis.ticktext
    if marks is not None and len(marks) > TICKS:
        drawing.update_yaxes(tickvals=marks[::2], ticktext=texts[::2])
    days, names = drawing.layout.xaxis.tickvals, drawing.layout.xaxis.ticktext
    if days is not None and names is not None and len(days) > DAYS:
        step = -(-len(days) // DAYS)
        drawing.update_xaxes(tickvals=days[::step], ticktext=names[::step])
    st.plotly_chart(drawing, theme=None, config=STILL, key=f"card-chart-{i}")
