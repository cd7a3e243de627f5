"""What the page remembers: the assistant, the store, this browser's conversation, what to ask next.

Streamlit runs the page from the top for every click; whatever must survive that lives here.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from assistant import Assistant, archive
from assistant.kept_groups import remembered
from assistant.reply import Reply
from assistant.store import Store, default_path
from assistant.ui.work import Work
from semantic_layer.query import Query

log = logging.getLogger(__name__)
PARAMETER = "c"  # the conversation, in the address of the page
TITLE_LENGTH = 18


@dataclass(slots=True)
class Shown:
    """One turn on the page. ``reply`` is None when the record is of a version that is gone."""

    turn: int
    question: str
    reply: Reply | None
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What the reader wants next: words to read, or a query that needs no reading."""

    question: str
    query: Query | None = None


@dataclass(slots=True)
class Session:
    """One browser tab."""

    conversation: str | None = None
    turns: list[Shown] = field(default_factory=list)
    wanted: Ask | None = None
    work: Work | None = None
    whole_history: bool = False


@st.cache_resource(show_spinner="正在打开数据")
def assistant() -> Assistant:
    """One for all browsers. ``WENSHU_MODEL`` and ``WENSHU_SOURCE`` name another model or other data
    than the demo's, as the arguments of ``Assistant.open``."""
    model = os.environ.get("WENSHU_MODEL") or None
    opened = Assistant.open(model, source=os.environ.get("WENSHU_SOURCE") or None)
    remembered(opened, store())
    opened.warm()
    return opened


@st.cache_resource(show_spinner=False)
def store() -> Store:
    return Store(default_path())


def session() -> Session:
    """This tab's session; a conversation in the address that is not the one shown is opened."""
    named = st.query_params.get(PARAMETER)
    if "session" not in st.session_state:
        st.session_state.session = Session()
        opened(st.session_state.session, named)
    mine: Session = st.session_state.session
    if named and named != mine.conversation:
        opened(mine, named)
    elif mine.conversation and not named:  # lost on the way from another page
        st.query_params[PARAMETER] = mine.conversation
    return mine


def opened(mine: Session, conversation: str | None) -> None:
    """Show another conversation, or a new one; one that was deleted is a new one."""
    known = conversation if conversation and store().conversation(conversation) else None
    mine.conversation, mine.wanted, mine.work, mine.whole_history = known, None, None, False
    mine.turns = [
        Shown(turn.id, turn.question, reply_of(turn.reply), turn.good)
        for turn in (store().turns(known) if known else ())
    ]
    if known:
        st.query_params[PARAMETER] = known
        recall(mine)
    else:
        st.query_params.pop(PARAMETER, None)


def reply_of(text: str) -> Reply | None:
    try:
        return archive.loads(text)
    except archive.Unreadable as mistake:
        log.warning("a stored reply is of another version: %s", mistake)
        return None


def recall(mine: Session) -> None:
    """Give the assistant back what this conversation was about, for 那华东呢 after a restart."""
    if mine.conversation is None:
        return
    assistant().forget(mine.conversation)
    for shown in mine.turns:
        if shown.reply is not None:
            assistant().recall(mine.conversation, shown.reply)


def want(question: str, query: Query | None = None) -> None:
    """Ask this in the next run; for the callbacks of buttons."""
    session().wanted = Ask(question, query)


def ask_elsewhere(question: str, query: Query | None = None) -> None:
    """From another page the answer is on the page 问数, in a conversation of its own."""
    mine = session()
    opened(mine, None)
    want(question, query)
    st.session_state.go = True


def go_if_asked() -> None:
    if st.session_state.pop("go", False):
        from assistant.ui import chat

        st.switch_page(st.Page(chat.page, url_path="ask", default=True))


def is_kept(question: str) -> bool:
    return any(kept.question == question for kept in store().saved())


def keep_question(question: str, kept: bool) -> None:
    """Saved questions are asked anew each time: 上个月 stays last month."""
    if kept:
        store().save(question)
    else:
        store().unsave(question)


def begin(mine: Session, question: str) -> str:
    """The conversation to answer in; the first question starts one and names it."""
    if mine.conversation is None:
        title = question if len(question) <= TITLE_LENGTH else question[:TITLE_LENGTH] + "…"
        mine.conversation = store().start(title).id
        st.query_params[PARAMETER] = mine.conversation
    return mine.conversation


def keeper(mine: Session, question: str) -> Callable[[Reply], None]:
    """What puts a reply into the store and on the page; for a thread that knows nothing of Streamlit."""
    kept_in, conversation = store(), begin(mine, question)

    def keep(reply: Reply) -> None:
        turn = kept_in.add_turn(
            conversation, question, reply.status, archive.dumps(reply), archive.query_text(reply)
        )
        if mine.conversation == conversation:  # the reader may have gone elsewhere
            mine.turns.append(Shown(turn.id, question, reply))

    return keep


def dark() -> bool:
    return st.context.theme.type == "dark"


def up_is_red() -> bool:
    return not st.session_state.get("green_up", False)
