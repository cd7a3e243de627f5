"""The page 问过什么: who asked what and when, which query answered it, and how many rows it gave.

Each reply leaves one line in the store's audit trail, which stays when its conversation is deleted.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from assistant.reply import Answer, Choice, Refusal, Reply
from assistant.store import Event
from assistant.ui import state
from assistant.ui.boundary import safely

ASK = "ask"
LATEST = 500
NOBODY = "本机"  # where nobody signs in
OUTCOMES = {"answer": "答了", "choice": "请他选", "problem": "没答"}
ROW_PIXELS, MOST_ROWS_HIGH = 32, 18


def detail_of(question: str, reply: Reply) -> str:
    """One line of the trail, as the JSON that ``row_of`` reads."""
    told: dict[str, Any] = {"rows": None, "sql": "", "understanding": ""}
    match reply:
        case Answer(result=result):
            told |= {"rows": result.total or len(result.rows), "sql": reply.sql}
            told["understanding"] = reply.understanding
        case Refusal():
            told["understanding"] = reply.understanding
        case Choice():
            pass
    told |= {"question": question, "status": reply.status}
    return json.dumps(told, ensure_ascii=False)


def row_of(event: Event) -> dict[str, Any]:
    told = json.loads(event.detail)
    return {
        "时间": f"{event.happened_at.astimezone():%Y-%m-%d %H:%M:%S}",
        "谁": event.actor or NOBODY,
        "问题": told["question"],
        "结果": OUTCOMES.get(told["status"], told["status"]),
        "行数": told["rows"],
        "理解": told["understanding"],
        "SQL": told["sql"],
    }


@safely
def trail_page() -> None:
    st.html('<p class="headline">问过什么</p>')
    events = [event for event in state.store().trail(LATEST) if event.action == ASK]
    if not events:
        st.html('<p class="quiet">还没有人问过。</p>')
        return
    said = f"最近 {len(events):,} 次提问。删了对话，这里还在。"
    st.html(f'<p class="quiet">{said}</p>')
    table = pd.DataFrame([row_of(event) for event in events])
    table["行数"] = table["行数"].astype("Int64")
    st.dataframe(
        table,
        hide_index=True,
        height=(min(len(table), MOST_ROWS_HIGH) + 1) * ROW_PIXELS + 3,
        row_height=ROW_PIXELS,
        column_config={
            "问题": st.column_config.Column(width="medium"),
            "理解": st.column_config.Column(width="medium"),
            "SQL": st.column_config.Column(width="large"),
        },
    )
