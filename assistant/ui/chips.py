"""The reading in one quiet line of chips. A click on one changes it or takes it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import streamlit as st

from assistant import edits
from assistant.answer.wording import describe
from assistant.presets import periods
from assistant.reply import Answer, Chip
from assistant.ui import state
from assistant.ui.marks import plain_markdown
from assistant.ui.state import Shown
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    By,
    ByTime,
    CatalogQuery,
    DetailQuery,
    Grain,
    MetricQuery,
    Period,
    Query,
)

GRAINS = {
    "按日": Grain.DAY,
    "按周": Grain.WEEK,
    "按月": Grain.MONTH,
    "按季度": Grain.QUARTER,
    "按年": Grain.YEAR,
}
MOST_ROWS = 1000


def draw_chips(shown: Shown, answer: Answer) -> None:
    with st.container(key=f"chips-{shown.turn}", horizontal=True, gap="small"):
        for i, chip in enumerate(answer.chips):
            key = f"chip-{shown.turn}-{i}"
            label = f":gray[{plain_markdown(chip.label)}] {plain_markdown(chip.text)}"
            opened = st.popover(label, key=key, type="tertiary", on_change="rerun")
            if opened.open:
                with opened:
                    change(key, answer.query, chip)


def change(key: str, query: Query, chip: Chip) -> None:
    """What can be done with one piece of the query; asks the new query at once."""
    catalog = state.assistant().catalog
    match chip.slot, query:
        case "measure", MetricQuery() | AnalysisQuery():
            pick_metric(key, query, chip.path, catalog)
        case "period", MetricQuery() | DetailQuery() | AnalysisQuery():
            pick_period(key, query, chip.path, catalog)
        case "where", MetricQuery() | DetailQuery() | AnalysisQuery():
            pick_values(key, query, chip.path, catalog)
        case "group", MetricQuery():
            pick_group(key, query, chip.path, catalog)
        case "top", MetricQuery() | DetailQuery():
            pick_number(key, query)
        case _:
            pass
    if (smaller := edits.without(query, chip.slot, chip.path)) is not None:
        st.button("去掉", key=f"{key}-away", on_click=ask, args=(smaller,))
    elif isinstance(query, CatalogQuery) or chip.slot in ("form", "table", "analysis"):
        st.html('<p class="quiet">这一项由问法决定，换个问法就会变。</p>')


def ask(query: Query) -> None:
    """The changed query, in its own words."""
    state.want(describe(query, state.assistant().catalog).text, query)


def on_change(key: str, changed: Callable[[object], Query | None]) -> None:
    """A widget's callback: the value in it, made into the next query."""
    query = changed(st.session_state[key])
    if query is not None:
        ask(query)


def pick_metric(key: str, query: MetricQuery | AnalysisQuery, path: int, catalog: Catalog) -> None:
    names = list(catalog.metrics)
    st.selectbox(
        "换成",
        names,
        index=None,
        format_func=lambda name: catalog.metrics[name].label,
        placeholder="别的指标",
        key=f"{key}-metric",
        on_change=on_change,
        args=(f"{key}-metric", lambda name: name and edits.with_metric(query, path, str(name))),
    )


def pick_period(
    key: str, query: MetricQuery | DetailQuery | AnalysisQuery, path: int, catalog: Catalog
) -> None:
    today = state.assistant().today
    known = {period.label: period for period in periods(today)}

    def chosen(label: object) -> Query | None:
        return edits.with_period(query, path, known[str(label)]) if label else None

    def between(days: object) -> Query | None:
        if not isinstance(days, tuple) or len(days) != 2:
            return None
        first, last = days
        assert isinstance(first, date) and isinstance(last, date)
        return edits.with_period(query, path, Period(first, last + timedelta(days=1)))

    st.pills(
        "换成",
        list(known),
        key=f"{key}-preset",
        on_change=on_change,
        args=(f"{key}-preset", chosen),
    )
    old = query.scope.periods[path] if query.scope.periods else None
    st.date_input(
        "从哪天到哪天",
        [*shown_days(old, catalog)],
        min_value=catalog.since,
        key=f"{key}-days",
        format="YYYY-MM-DD",
        on_change=on_change,
        args=(f"{key}-days", between),
    )


def shown_days(period: Period | None, catalog: Catalog) -> list[date]:
    """Both ends included, as a date widget has them."""
    start = period.start if period else catalog.since
    end = period.end if period else None
    if not isinstance(start, date):
        return []
    last = end - timedelta(days=1) if end else catalog.until or start
    return [date(start.year, start.month, start.day), date(last.year, last.month, last.day)]


def pick_values(
    key: str, query: MetricQuery | DetailQuery | AnalysisQuery, path: int, catalog: Catalog
) -> None:
    where = edits.choosable(conjuncts(query.scope.where)[path])
    known = catalog.values.get(where.dimension, ()) if where else ()
    if where is None or not known:
        return
    now = [str(v) for v in where.values]
    chosen = st.multiselect(
        catalog.dimensions[where.dimension].label,
        list(dict.fromkeys((*now, *known))),
        default=now,
        key=f"{key}-values",
    )
    if set(chosen) != set(now):
        st.button(
            "按这些看",
            key=f"{key}-apply",
            type="primary",
            on_click=ask,
            args=(edits.with_values(query, path, tuple(chosen)),),
        )


def pick_group(key: str, query: MetricQuery, path: int, catalog: Catalog) -> None:
    old = query.group_by[path]
    if isinstance(old, ByTime):
        st.pills(
            "换成",
            list(GRAINS),
            key=f"{key}-grain",
            on_change=on_change,
            args=(
                f"{key}-grain",
                lambda label: label and edits.with_group(query, path, GRAINS[str(label)]),
            ),
        )
        return
    names = [
        d.name
        for d in catalog.dimensions.values()
        if d.kind in (Kind.TEXT, Kind.BOOL) and not d.sensitive
    ]
    now = old.dimension if isinstance(old, By) else None
    st.selectbox(
        "换成",
        [name for name in names if name != now],
        index=None,
        format_func=lambda name: catalog.dimensions[name].label,
        placeholder="别的维度",
        key=f"{key}-group",
        on_change=on_change,
        args=(f"{key}-group", lambda name: name and edits.with_group(query, path, str(name))),
    )


def pick_number(key: str, query: MetricQuery | DetailQuery) -> None:
    if query.top is None:
        return
    st.number_input(
        "取前几名",
        min_value=1,
        max_value=MOST_ROWS,
        value=query.top.n,
        step=1,
        key=f"{key}-n",
        on_change=on_change,
        args=(f"{key}-n", lambda n: edits.with_top(query, int(str(n)))),
    )
