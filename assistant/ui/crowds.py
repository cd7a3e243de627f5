"""Groups of people with a name: kept in the store, known to the assistant, listed on a page of their own."""

from __future__ import annotations

import streamlit as st

from assistant.answer.conditions import nested_text
from assistant.groups import Saved
from assistant.kept_groups import OWNER
from assistant.reply import Answer
from assistant.service import Assistant
from assistant.ui import state
from assistant.ui.boundary import safely
from assistant.ui.marks import question_html
from semantic_layer.query import AnalysisQuery

LONGEST = 20


def save_button(key: int, answer: Answer) -> None:
    """存成人群, under an answer that lists people."""
    if not isinstance(answer.query, AnalysisQuery) or not answer.query.people:
        return
    with (
        st.popover("存成人群", type="tertiary", key=f"group-{key}"),
        st.form(f"group-form-{key}", border=False),
    ):
        name = st.text_input("名字", max_chars=LONGEST, placeholder="例如 六月待唤醒").strip()
        if st.form_submit_button("存") and name:
            state.want(f"存成人群，叫{name}")
            st.rerun()


@safely
def crowds_page() -> None:
    st.html('<p class="headline">人群</p>')
    assistant = state.assistant()
    if not assistant.groups:
        st.html(
            '<p class="quiet">还没有存过。先问出一份名单，例如 重要挽留客户名单，再说：存成人群，叫六月待唤醒。</p>'
        )
        return
    for group in reversed(assistant.groups):
        draw(assistant, group)
    state.go_if_asked()


def draw(assistant: Assistant, group: Saved) -> None:
    meaning = group.members.query
    text = nested_text(meaning, assistant.catalog)
    with st.container(key=f"crowd-{group.name}"):
        st.html(
            f'<p class="finding"><b>{question_html(group.name, ())}</b>　'
            f'<span class="quiet">{question_html(text, ())}</span></p>'
        )
        with st.container(horizontal=True, gap="small"):
            for question in (f"{group.name}有多少人", f"{group.name}的画像", f"{group.name}的RFM"):
                st.button(
                    question,
                    key=f"crowd-{question}",
                    type="tertiary",
                    on_click=state.ask_elsewhere,
                    args=(question,),
                )
            if st.button("删除", key=f"crowd-delete-{group.name}", type="tertiary"):
                state.store().unsave(group.name, OWNER)
                assistant.unlearn(group.name)
                st.rerun()
