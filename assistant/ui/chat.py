"""The page 问数: the conversation so far, the question being answered, and the box to ask in."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import zip_longest

import streamlit as st

from assistant import Assistant
from assistant.problems import unlisted
from assistant.reply import Answer, Choice, Refusal, Reply
from assistant.ui import state, trail
from assistant.ui.answer import draw_answer
from assistant.ui.boundary import safely
from assistant.ui.marks import differing, plain_markdown, question_html
from assistant.ui.scroll import to_top
from assistant.ui.state import Ask, Session, Shown
from assistant.ui.work import POOL, Answering, Work, start
from semantic_layer.catalog import Catalog

RECENT = 8  # turns drawn in full; older ones wait behind a button
QUIET_SECONDS, PATIENT_SECONDS = 0.3, 2.0
LOOK_SECONDS = 0.03
LONGEST_SECONDS = 60.0  # what a full bar stands for
CHOICES, WAYS_OUT, SUGGESTED = 4, 3, 6


@safely
def page() -> None:
    """The box stands in the page and not in Streamlit's own bottom row, which scrolls to the end of
    every answer: the reader is to see its first line."""
    mine = state.session()
    talk, box = st.container(key="talk"), st.container(key="box")
    box.chat_input(
        "问一个关于数据的问题",
        key="question",
        max_chars=2000,
        submit_mode="disable",
        on_submit=typed,
    )
    with talk:
        conversation(mine)


@safely
def typed() -> None:
    """Begun in the callback: a run may be broken off by the next question before it comes to this one."""
    if said := str(st.session_state.question or "").strip():
        begin(state.session(), Ask(said))


def begin(mine: Session, wanted: Ask) -> None:
    """Answer in a thread; a question still under way gives way, and stands before this one."""
    earlier = mine.work
    if earlier is not None:
        earlier.cancel.set()
    keep, recorded = state.keeper(mine, wanted.question), state.store()

    def kept(reply: Reply) -> None:
        if earlier is not None:
            earlier.finished.wait(LONGEST_SECONDS)
        keep(reply)
        recorded.record(trail.ASK, trail.detail_of(wanted.question, reply))

    mine.work = start(wanted.question, answering(mine, wanted), kept)


def conversation(mine: Session) -> None:
    """What is above the box."""
    if not mine.turns and mine.wanted is None and mine.work is None:
        welcome(state.assistant().catalog)
        return
    if mine.wanted is not None:  # it is being answered while the history is drawn
        wanted, mine.wanted = mine.wanted, None
        begin(mine, wanted)
    history(mine)
    if mine.work is not None:
        follow(mine, mine.work)


def answering(mine: Session, wanted: Ask) -> Answering:
    """What the thread does; the session is looked up here, where Streamlit still knows it."""
    assistant, conversation = state.assistant(), mine.conversation

    def run(on_stage: Callable[[str], None], cancel: threading.Event) -> Reply:
        if wanted.query is not None:
            return assistant.run(wanted.query, wanted.question, conversation, on_stage, cancel)
        return assistant.ask(
            wanted.question, session=conversation, on_stage=on_stage, cancel=cancel
        )

    return run


def follow(mine: Session, work: Work) -> None:
    """Draw the question and wait for its reply; the next run draws it with the history."""
    with st.container(key="turn-now"):
        asked(work.question, None)
        to_top("turn-now", f"{work.started}")
        wait(work, st.container(key="waiting"))
    if mine.work is work:
        mine.work = None
    st.rerun()


def wait(work: Work, place: st.delta_generator.DeltaGenerator) -> None:
    """Nothing for a blink, then the stage, then a bar and a way to stop."""
    if work.finished.wait(QUIET_SECONDS):
        return
    line, bar, stop = place.empty(), place.empty(), place.empty()
    patient, stage = False, None
    while not work.finished.wait(LOOK_SECONDS):
        if work.stage != stage:
            stage = work.stage
            line.html(f'<p class="stage">{stage or "理解"}</p>')
        if work.seconds > PATIENT_SECONDS:
            bar.progress(min(work.seconds / LONGEST_SECONDS, 1.0))
            if not patient:
                patient = True
                stop.button("取消", key="cancel", on_click=work.cancel.set)
            time.sleep(LOOK_SECONDS * 5)


# ── the conversation ───────────────────────────────────────────────────────────────────────────


def history(mine: Session) -> None:
    older = len(mine.turns) - RECENT
    if older > 0 and not mine.whole_history:
        if st.button(f"更早的 {older} 条", type="tertiary", key="older"):
            mine.whole_history = True
            st.rerun()
        shown = mine.turns[-RECENT:]
    else:
        shown = mine.turns
    for turn in shown:
        with st.container(key=f"turn-{turn.turn}"):
            draw_turn(turn)
    if shown and mine.work is None:
        key = f"turn-{shown[-1].turn}"
        to_top(key, key)


@st.fragment
def draw_turn(shown: Shown) -> None:
    """A click inside a turn redraws that turn alone, unless it asked something."""
    if state.session().wanted is not None:
        st.rerun()
    turn(shown)


@safely
def turn(shown: Shown) -> None:
    asked(shown.question, shown.reply)
    match shown.reply:
        case Answer() as answer:
            draw_answer(shown, answer)
        case Choice() as choice:
            choose(shown, choice)
        case Refusal() as refusal:
            refuse(shown, refusal)
        case None:
            st.html('<p class="quiet">这条回答是旧版本留下的，显示不了。</p>')
            st.button(
                "重新问一次", key=f"again-{shown.turn}", on_click=state.want, args=(shown.question,)
            )


def asked(question: str, reply: Reply | None) -> None:
    unread = reply.common.unread if reply is not None else ()
    st.html(f'<p class="asked">{question_html(question, unread)}</p>')
    if unread and not isinstance(reply, Refusal):
        words = "、".join(f"「{word.text}」" for word in unread)
        st.html(f'<p class="quiet">没有用上{question_html(words, ())}</p>')


def choose(shown: Shown, choice: Choice) -> None:
    about = f"「{choice.about}」" if choice.about else "这句话"
    st.html(f'<p class="headline small">{question_html(about, ())}有几种理解，选一个</p>')
    options = choice.options[:CHOICES]
    for i, (option, label) in enumerate(
        zip(options, differing([o.text for o in options]), strict=True)
    ):
        st.button(
            label,
            key=f"choice-{shown.turn}-{i}",
            on_click=state.want,
            args=(option.text.rstrip("。"), option.query),
        )


def refuse(shown: Shown, refusal: Refusal) -> None:
    st.html(f'<p class="headline small">{question_html(refusal.message, ())}</p>')
    help_text, caption = unlisted(refusal.help, refusal.next_questions)
    if help_text:
        st.html(f'<p class="finding">{question_html(help_text, ())}</p>')
    if caption:
        st.html(f'<p class="quiet">{caption}</p>')
    with st.container(horizontal=True, gap="small"):
        for i, (question, label) in enumerate(refusal.offers[:WAYS_OUT]):
            st.button(
                plain_markdown(label),
                key=f"way-{shown.turn}-{i}",
                on_click=state.want,
                args=(question,),
            )


# ── the empty page ─────────────────────────────────────────────────────────────────────────────


def grouped(examples: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """
    >>> grouped([("看数", "甲"), ("对比", "丙"), ("看数", "乙")])
    {'看数': ['甲', '乙'], '对比': ['丙']}
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for group, question in examples:
        groups[group].append(question)
    return dict(groups)


def in_turn(examples: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """One of each group, then a second of each, and so on.

    >>> list(in_turn([("看数", "甲"), ("看数", "乙"), ("对比", "丙")]))
    [('看数', '甲'), ('对比', '丙'), ('看数', '乙')]
    """
    groups = grouped(examples)
    for row in zip_longest(*groups.values()):
        yield from ((g, q) for g, q in zip(groups, row, strict=True) if q is not None)


@st.cache_resource(show_spinner=False)
def suggestions() -> Future[dict[str, list[str]]]:
    """Found once, in the background: the page is there before they are."""
    return POOL.submit(answered, state.assistant())


def answered(assistant: Assistant) -> dict[str, list[str]]:
    """Six questions by group that this assistant answers today: it was asked."""
    good: list[tuple[str, str]] = []
    for group, question in in_turn(assistant.catalog.examples):
        reply = assistant.ask(question)
        if isinstance(reply, Answer) and not reply.common.unread:
            good.append((group, question))
        if len(good) == SUGGESTED:
            break
    order = list(grouped(assistant.catalog.examples))
    return grouped(sorted(good, key=lambda pair: order.index(pair[0])))


def welcome(catalog: Catalog) -> None:
    """What data this is, through which day, and questions that really answer."""
    until = f"，截至 {catalog.until:%Y-%m-%d}" if catalog.until else ""
    about = catalog.description or catalog.label
    found = suggestions()
    with st.container(key="welcome"):
        st.html(
            '<p class="headline">想看什么数，直接问</p>'
            f'<p class="quiet">{question_html(about + until, ())}</p>'
        )
        for group, questions in found.result().items():
            with st.container(
                key=f"examples-{group}", horizontal=True, vertical_alignment="center"
            ):
                st.html(f'<span class="group">{question_html(group, ())}</span>', width="content")
                for question in questions:
                    st.button(
                        plain_markdown(question),
                        key=f"example-{question}",
                        on_click=state.want,
                        args=(question,),
                    )
