"""The pages 指标 and 数据: what can be asked about, and how fresh it is."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from assistant.answer.definitions import formula_of
from assistant.ui import state
from assistant.ui.boundary import safely
from assistant.ui.marks import question_html
from semantic_layer.catalog import Catalog, Format, Kind, Metric

KINDS = {
    Kind.TEXT: "文字",
    Kind.NUMBER: "数值",
    Kind.TIME: "时间",
    Kind.BOOL: "是否",
    Kind.KEY: "编号",
}


@safely
def metrics_page() -> None:
    catalog = state.assistant().catalog
    st.html('<p class="headline">指标</p>')
    wanted = st.text_input(
        "找指标", key="find", placeholder="名字、别名或口径里的字", label_visibility="collapsed"
    ).strip()
    order = {name: i for i, name in enumerate(catalog.primary)}
    metrics = sorted(catalog.metrics.values(), key=lambda m: order.get(m.name, len(order)))
    found = [m for m in metrics if matches(wanted, m)]
    listed = st.container(key="list")
    if not found:
        st.html('<p class="quiet">没有找到，换个字试试。</p>')
    for metric in found:
        with listed.expander(
            f"**{metric.label}**　:gray[{unit_of(metric)}]", key=f"metric-{metric.name}"
        ):
            lines = [
                ("口径", metric.definition),
                ("算法", formula_of(metric, catalog)),
                ("别名", "、".join((*metric.synonyms, metric.name))),
                ("负责", metric.owner),
            ]
            st.html("".join(line(name, text) for name, text in lines if text))
            question = f"{metric.label}是多少"
            st.button(
                question, key=f"ask-{metric.name}", on_click=state.ask_elsewhere, args=(question,)
            )
    state.go_if_asked()


def matches(wanted: str, metric: Metric) -> bool:
    texts = (metric.label, metric.name, metric.definition, *metric.synonyms)
    return any(wanted.casefold() in text.casefold() for text in texts)


def unit_of(metric: Metric) -> str:
    return metric.unit or ("%" if metric.format is Format.PERCENT else "")


def line(name: str, text: str) -> str:
    return f'<p class="finding"><span class="quiet">{name}</span>　{question_html(text, ())}</p>'


@safely
def data_page() -> None:
    catalog = state.assistant().catalog
    st.html('<p class="headline">数据</p>' + f'<p class="quiet">{freshness(catalog)}</p>')
    listed = st.container(key="list")
    for table in catalog.tables.values():
        columns = [d for d in catalog.dimensions.values() if d.table == table.name]
        with listed.expander(
            f"**{table.label}**　:gray[{table.name} · {len(columns)} 个维度]",
            key=f"table-{table.name}",
        ):
            if table.description:
                st.html(f'<p class="finding">{question_html(table.description, ())}</p>')
            st.dataframe(
                frame(
                    ("维度", "类型", "别名", "说明"),
                    (
                        (d.label, KINDS[d.kind], "、".join(d.synonyms), d.description)
                        for d in columns
                    ),
                ),
                hide_index=True,
            )


def frame(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(heads))


def freshness(catalog: Catalog) -> str:
    if catalog.until is None:
        return question_html(catalog.label, ())
    since = f"{catalog.since:%Y-%m-%d} 至 " if catalog.since else "截至 "
    return f"{question_html(catalog.label, ())}，{since}{catalog.until:%Y-%m-%d}"
