"""The store keeps what was said to it, through a reload, a second thread and a newer version."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.store import MIGRATIONS, Store, default_path


class Clock:
    """A second later at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "wenshu.db"


@pytest.fixture
def store(path: Path) -> Store:
    return Store(path, Clock())


def test_a_conversation_survives_a_reload(store: Store, path: Path) -> None:
    talk = store.start("上个月的销售额")
    first = store.add_turn(talk.id, "上个月的销售额", "answer", '{"a": 1}', '{"q": 1}')
    store.add_turn(talk.id, "那华东呢", "choice", "{}")
    store.judge(first.id, True)
    again = Store(path)
    assert [(t.question, t.status, t.good) for t in again.turns(talk.id)] == [
        ("上个月的销售额", "answer", True),
        ("那华东呢", "choice", None),
    ]
    assert again.turns(talk.id)[0].reply == '{"a": 1}'
    assert again.turns(talk.id)[0].query == '{"q": 1}'


def test_the_latest_conversation_comes_first(store: Store) -> None:
    old, new = store.start("甲"), store.start("乙")
    assert [c.title for c in store.conversations()] == ["乙", "甲"]
    store.add_turn(old.id, "再问", "answer", "{}")
    assert [c.id for c in store.conversations()] == [old.id, new.id]


def test_people_see_their_own_conversations(store: Store) -> None:
    mine = store.start("我的", owner="li")
    store.start("他的", owner="wang")
    assert [c.title for c in store.conversations("li")] == ["我的"]
    assert store.conversation(mine.id, "wang") is None
    assert store.conversation(mine.id, "li") == store.conversations("li")[0]


def test_renaming_and_deleting(store: Store, path: Path) -> None:
    talk = store.start("旧名")
    turn = store.add_turn(talk.id, "问", "answer", "{}")
    store.judge(turn.id, False)
    store.rename(talk.id, "新名")
    assert [c.title for c in store.conversations()] == ["新名"]
    store.delete(talk.id)
    assert store.conversations() == () and store.turns(talk.id) == ()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM feedback").fetchone() == (0,)


def test_a_turn_needs_its_conversation(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.add_turn("gone", "问", "answer", "{}")


def test_a_verdict_can_be_taken_back(store: Store) -> None:
    talk = store.start("甲")
    turn = store.add_turn(talk.id, "问", "answer", "{}")
    for verdict in (True, False, None):
        store.judge(turn.id, verdict)
        assert store.turns(talk.id)[0].good is verdict


def test_saving_the_same_question_twice_keeps_one(store: Store) -> None:
    store.save("本月销售额", "1")
    store.save("本月退款率")
    store.save("本月销售额", "2")
    assert [(s.question, s.query) for s in store.saved()] == [
        ("本月销售额", "2"),
        ("本月退款率", ""),
    ]
    store.unsave("本月销售额")
    assert [s.question for s in store.saved()] == ["本月退款率"]


def test_the_audit_trail_outlives_what_it_tells_of(store: Store) -> None:
    talk = store.start("甲")
    store.record("ask", "本月销售额", actor="li")
    store.record("delete", talk.id, actor="li")
    store.delete(talk.id)
    assert [(e.actor, e.action) for e in store.trail()] == [("li", "delete"), ("li", "ask")]
    assert [e.action for e in store.trail(limit=1)] == ["delete"]


def test_many_threads_write_at_once(store: Store) -> None:
    talk = store.start("甲")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: store.add_turn(talk.id, f"第{i}问", "answer", "{}"), range(40)))
    assert sorted(t.question for t in store.turns(talk.id)) == sorted(f"第{i}问" for i in range(40))


def test_the_file_knows_its_version(path: Path) -> None:
    Store(path)
    Store(path)  # opening again migrates nothing
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(RuntimeError, match="newer"):
        Store(path)


def test_the_default_place_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WENSHU_HOME", raising=False)
    assert default_path() == Path(".wenshu/wenshu.db")
    monkeypatch.setenv("WENSHU_HOME", str(tmp_path))
    assert default_path() == tmp_path / "wenshu.db"
