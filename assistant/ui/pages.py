"""The frame: pages and conversations on the left, one column in the middle."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from assistant.ui import browse, chat, crowds, insights, state, trail
from assistant.ui.boundary import safely
from assistant.ui.marks import plain_markdown

STYLE = Path(__file__).with_name("style.css")
MOST_CONVERSATIONS = 30


def show() -> None:
    """Run once per interaction, from the top."""
    st.set_page_config(page_title="问数", layout="centered", initial_sidebar_state="auto")
    st.html(STYLE)
    pages = [
        st.Page(chat.page, title="问数", url_path="ask", default=True),
        st.Page(insights.insights_page, title="洞察", url_path="insights"),
        st.Page(crowds.crowds_page, title="人群", url_path="crowds"),
        st.Page(browse.metrics_page, title="指标", url_path="metrics"),
        st.Page(browse.data_page, title="数据", url_path="data"),
        st.Page(trail.trail_page, title="问过什么", url_path="trail"),
    ]
    here = st.navigation(pages)
    with st.sidebar:
        conversations(pages[0])
        favourites(pages[0])
        preferences()
    here.run()


@safely
def conversations(ask_page: st.Page) -> None:
    mine = state.session()
    if st.button("新对话", key="new", width="stretch"):
        state.opened(mine, None)
        st.switch_page(ask_page)
    for talk in state.store().conversations()[:MOST_CONVERSATIONS]:
        now = talk.id == mine.conversation
        with st.container(
            key=f"talk-{'now' if now else 'other'}-{talk.id}", horizontal=True, gap=None
        ):
            if st.button(
                plain_markdown(talk.title), key=f"open-{talk.id}", type="tertiary", width="stretch"
            ):
                state.opened(mine, talk.id)
                st.switch_page(ask_page)
            with st.popover("⋯", key=f"more-{talk.id}", type="tertiary"):
                title = st.text_input("改名", talk.title, key=f"name-{talk.id}", max_chars=60)
                if title.strip() and title.strip() != talk.title:
                    state.store().rename(talk.id, title.strip())
                    st.rerun()
                if st.button("删除", key=f"delete-{talk.id}"):
                    state.store().delete(talk.id)
                    if now:
                        state.opened(mine, None)
                    st.rerun()


@safely
def favourites(ask_page: st.Page) -> None:
    kept = state.store().saved()
    if not kept:
        return
    st.html('<p class="quiet">常用问题</p>')
    for i, question in enumerate(kept):
        if st.button(
            plain_markdown(question.question), key=f"kept-{i}", type="tertiary", width="stretch"
        ):
            state.want(question.question)
            st.switch_page(ask_page)


def preferences() -> None:
    with st.container(key="preferences"):
        st.toggle("绿涨红跌", key="green_up", help="默认红涨绿跌")
