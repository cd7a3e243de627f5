"""One answer from top to bottom: reading, headline, chart, table, findings, and what to do with it."""

from __future__ import annotations

import streamlit as st

from assistant.answer import export
from assistant.answer.draw import figure
from assistant.reply import Answer
from assistant.ui import state
from assistant.ui.chips import draw_chips
from assistant.ui.crowds import save_button
from assistant.ui.marks import headline_html, plain_markdown, question_html, width
from assistant.ui.state import Shown
from assistant.ui.table import draw_table
from assistant.why import why_query
from semantic_layer.result import ColumnRole

CHART_CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": [
        "zoom",
        "pan",
        "select",
        "lasso",
        "zoomIn",
        "zoomOut",
        "autoScale",
        "resetScale",
    ],
}
CLEAR = "rgba(0,0,0,0)"  # the page is behind the chart, in both themes
BIG_HEADLINE = 36  # 汉字 that fit one line at 24 pixels
UNDRAWN = ("kpi", "table", "")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw_answer(shown: Shown, answer: Answer) -> None:
    draw_chips(shown, answer)
    size = "" if width(answer.headline) <= BIG_HEADLINE else " small"
    st.html(f'<p class="headline{size}">{headline_html(answer.headline, state.up_is_red())}</p>')
    charted = draw_chart(shown, answer)
    if not charted and worth_a_table(answer):
        draw_table(shown.turn, answer)
    told(answer)
    for i, advice in enumerate(answer.advice):
        draw_advice(f"{shown.turn}-{i}", advice.action, advice.because, advice.ask)
    actions(shown, answer, charted)


def told(answer: Answer) -> None:
    """Findings with their numbers but the one above, then in small what was taken for granted."""
    red = state.up_is_red()
    more = [text for text in answer.findings if text != answer.headline]
    lines = [f'<p class="finding">{headline_html(text, red)}</p>' for text in more]
    notes = dict.fromkeys((*answer.common.assumptions, *answer.result.notes))
    lines += [f'<p class="quiet">{question_html(note, ())}</p>' for note in notes]
    if lines:
        st.html("".join(lines))


def worth_a_table(answer: Answer) -> bool:
    """A single number needs no table, nor does nothing, under its headline."""
    measures = sum(c.role is ColumnRole.MEASURE for c in answer.result.columns)
    return len(answer.result.rows) > 1 or (bool(answer.result.rows) and measures != 1)


def draw_chart(shown: Shown, answer: Answer) -> bool:
    chart = answer.chart
    if chart is None or chart.mark in UNDRAWN or not answer.result.rows:
        return False
    drawing = figure(chart, answer.result, dark=state.dark(), up_is_red=state.up_is_red())
    drawing.update_layout(paper_bgcolor=CLEAR, plot_bgcolor=CLEAR)
    name = export.file_name(shown.question, "png").removesuffix(".png")
    config = {
        **CHART_CONFIG,
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name},
    }
    st.plotly_chart(drawing, theme=None, config=config, key=f"chart-{shown.turn}")
    if chart.note:
        st.html(f'<p class="quiet">{question_html(chart.note, ())}</p>')
    return True


def draw_advice(key: str, action: str, because: str, ask: str) -> None:
    """What to do and why in one line, and under its end the question that goes on from there."""
    with st.container(key=f"advice-row-{key}"):
        st.html(
            f'<p class="finding"><b>{question_html(action, ())}</b>　{headline_html(because, None)}</p>'
        )
        if ask:
            st.button(
                plain_markdown(ask),
                key=f"advice-{key}",
                type="tertiary",
                on_click=state.want,
                args=(ask,),
            )


# ── the small row ──────────────────────────────────────────────────────────────────────────────


def actions(shown: Shown, answer: Answer, charted: bool) -> None:
    key = shown.turn
    table_open = charted and bool(st.session_state.get(f"open-table-{key}"))
    with st.container(
        key=f"actions-{key}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        _further(key, answer)
        if charted:
            st.button(
                "收起明细" if table_open else "明细",
                key=f"table-{key}",
                type="tertiary",
                on_click=flip,
                args=(f"open-table-{key}",),
            )
        save_button(key, answer)
        if answer.result.rows:
            with st.popover("导出", type="tertiary", key=f"export-{key}"):
                downloads(shown, answer)
        if answer.sql:
            with st.popover("SQL", type="tertiary", key=f"sql-{key}"):
                st.code(answer.sql, language="sql", wrap_lines=True)
        if shown.question:
            kept = state.is_kept(shown.question)
            st.button(
                "取消常用" if kept else "设为常用",
                key=f"keep-{key}",
                type="tertiary",
                on_click=state.keep_question,
                args=(shown.question, not kept),
            )
        if answer.definitions:
            with st.popover("口径", type="tertiary", key=f"definition-{key}"):
                for name, definition in answer.definitions:
                    st.html(
                        f'<p class="finding"><b>{question_html(name, ())}</b><br>'
                        f"{question_html(definition, ())}</p>"
                    )
        st.html(
            f'<span class="quiet">耗时 {answer.common.timing.total:,.0f} ms</span>', width="content"
        )
        verdict = st.feedback(
            "thumbs", key=f"good-{key}", default=None if shown.good is None else int(shown.good)
        )
        judge(shown, verdict)
    if table_open:
        draw_table(key, answer)


def _further(key: int, answer: Answer) -> None:
    """What to ask next: why it changed, and other ways to look at it."""
    if (why := why_query(answer)) is not None:
        st.button(
            "为什么",
            key=f"why-{key}",
            type="tertiary",
            on_click=state.want,
            args=(f"为什么：{answer.understanding}", why),
        )
    if answer.next_questions:
        with st.popover("换个看法", type="tertiary", key=f"next-{key}"):
            for i, question in enumerate(answer.next_questions):
                st.button(
                    plain_markdown(question),
                    key=f"next-{key}-{i}",
                    type="tertiary",
                    on_click=state.want,
                    args=(question,),
                )


def flip(name: str) -> None:
    st.session_state[name] = not st.session_state.get(name, False)


def judge(shown: Shown, verdict: int | None) -> None:
    good = None if verdict is None else bool(verdict)
    if good != shown.good:
        state.store().judge(shown.turn, good)
        shown.good = good


def downloads(shown: Shown, answer: Answer) -> None:
    catalog = state.assistant().catalog
    about = (
        ("问题", shown.question),
        ("理解", answer.understanding),
        *answer.definitions,
        ("SQL", answer.sql),
    )

    def as_csv() -> bytes:
        return export.to_csv(answer.result, catalog)

    def as_xlsx() -> bytes:
        return export.to_xlsx(answer.result, answer.headline, about, catalog)

    for label, suffix, mime, content in (
        ("CSV", "csv", "text/csv", as_csv),
        ("Excel", "xlsx", EXCEL, as_xlsx),
    ):
        st.download_button(
            label,
            content,
            export.file_name(shown.question, suffix),
            mime,
            key=f"{suffix}-{shown.turn}",
            on_click="ignore",
            type="tertiary",
        )
    if answer.chart is not None and answer.chart.mark not in UNDRAWN:
        st.html('<p class="quiet">图片：指到图上，点右上角的相机</p>')
