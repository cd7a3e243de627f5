"""What outlives a page: conversations, their turns, saved questions, feedback and an audit trail.

SQLite by default, one file that anybody can open. Replies and queries are opaque JSON text here: the
store keeps them and doesn't know what an answer is. Each call opens its own connection, so that the
many threads of a page share nothing but the file.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# One entry per version of the file: entry n takes it from ``user_version`` n to n + 1. Append only.
MIGRATIONS = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        owner TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    );
    CREATE INDEX conversations_by_owner ON conversations (owner, updated_at);
    CREATE TABLE turns (
        id INTEGER PRIMARY KEY,
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        question TEXT NOT NULL,
        status TEXT NOT NULL,
        reply TEXT NOT NULL,
        query TEXT NOT NULL,
        asked_at TEXT NOT NULL
    );
    CREATE INDEX turns_by_conversation ON turns (conversation, id);
    CREATE TABLE saved (
        id INTEGER PRIMARY KEY,
        owner TEXT NOT NULL,
        question TEXT NOT NULL,
        query TEXT NOT NULL,
        saved_at TEXT NOT NULL,
        UNIQUE (owner, question)
    );
    CREATE TABLE feedback (
        turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        good INTEGER NOT NULL,
        note TEXT NOT NULL,
        given_at TEXT NOT NULL
    );
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        happened_at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    """,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    title: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """``reply`` and ``query`` are JSON text; ``good`` is the reader's verdict, if one was given."""

    id: int
    question: str
    status: str
    reply: str
    query: str
    asked_at: datetime
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    question: str
    query: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail: who did what to what, and when."""

    happened_at: datetime
    actor: str
    action: str
    detail: str


def default_path() -> Path:
    """``$WENSHU_HOME/wenshu.db``, or ``.wenshu/wenshu.db`` where the program was started."""
    return Path(os.environ.get("WENSHU_HOME") or ".wenshu") / "wenshu.db"


def utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Every method reads or writes at once; ``owner`` keeps the conversations of people apart."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.path, self._clock = path, clock
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            migrate(db)

    # ── conversations ─────────────────────────────────────────────────────────────────────────

    def conversations(self, owner: str = "") -> tuple[Conversation, ...]:
        """The latest first."""
        rows = self._rows(
            "SELECT id, title, updated_at FROM conversations WHERE owner = ? "
            "ORDER BY updated_at DESC, rowid DESC",
            owner,
        )
        return tuple(Conversation(i, title, datetime.fromisoformat(at)) for i, title, at in rows)

    def start(self, title: str, owner: str = "") -> Conversation:
        now, key = self._clock(), secrets.token_urlsafe(8)
        with self._write() as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (key, title, owner, now.isoformat(), now.isoformat()),
            )
        return Conversation(key, title, now)

    def conversation(self, key: str, owner: str = "") -> Conversation | None:
        return next((c for c in self.conversations(owner) if c.id == key), None)

    def rename(self, key: str, title: str) -> None:
        with self._write() as db:
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, key))

    def delete(self, key: str) -> None:
        """The conversation with its turns and their feedback; the audit trail stays."""
        with self._write() as db:
            db.execute("DELETE FROM conversations WHERE id = ?", (key,))

    # ── turns ─────────────────────────────────────────────────────────────────────────────────

    def turns(self, conversation: str) -> tuple[Turn, ...]:
        """In the order they were asked."""
        rows = self._rows(
            "SELECT t.id, question, status, reply, query, asked_at, good FROM turns AS t "
            "LEFT JOIN feedback AS f ON f.turn = t.id WHERE conversation = ? ORDER BY t.id",
            conversation,
        )
        return tuple(
            Turn(
                key,
                question,
                status,
                reply,
                query,
                datetime.fromisoformat(at),
                None if good is None else bool(good),
            )
            for key, question, status, reply, query, at, good in rows
        )

    def add_turn(
        self, conversation: str, question: str, status: str, reply: str, query: str = ""
    ) -> Turn:
        """Raises sqlite3.IntegrityError when the conversation is gone."""
        now = self._clock()
        with self._write() as db:
            key = db.execute(
                "INSERT INTO turns (conversation, question, status, reply, query, asked_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (conversation, question, status, reply, query, now.isoformat()),
            ).lastrowid
            db.execute(
                "UPDATE conversations SET updated_at = ? WHERE id = ?",
                (now.isoformat(), conversation),
            )
        assert key is not None
        return Turn(key, question, status, reply, query, now)

    def judge(self, turn: int, good: bool | None, note: str = "") -> None:
        """The reader's thumb; None takes it back."""
        with self._write() as db:
            if good is None:
                db.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)",
                    (turn, good, note, self._clock().isoformat()),
                )

    # ── saved questions, audit ────────────────────────────────────────────────────────────────

    def saved(self, owner: str = "") -> tuple[Saved, ...]:
        rows = self._rows(
            "SELECT id, question, query FROM saved WHERE owner = ? ORDER BY id DESC", owner
        )
        return tuple(Saved(*row) for row in rows)

    def save(self, question: str, query: str = "", owner: str = "") -> None:
        """Saving the same words again keeps one entry, with the newer query."""
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO saved (owner, question, query, saved_at) VALUES (?, ?, ?, ?)",
                (owner, question, query, self._clock().isoformat()),
            )

    def unsave(self, question: str, owner: str = "") -> None:
        with self._write() as db:
            db.execute("DELETE FROM saved WHERE owner = ? AND question = ?", (owner, question))

    def record(self, action: str, detail: str, actor: str = "") -> None:
        with self._write() as db:
            db.execute(
                "INSERT INTO audit (happened_at, actor, action, detail) VALUES (?, ?, ?, ?)",
                (self._clock().isoformat(), actor, action, detail),
            )

    def trail(self, limit: int = 200) -> tuple[Event, ...]:
        """The latest ``limit`` events, the latest first."""
        rows = self._rows(
            "SELECT happened_at, actor, action, detail FROM audit ORDER BY id DESC LIMIT ?", limit
        )
        return tuple(Event(datetime.fromisoformat(at), *rest) for at, *rest in rows)

    # ── the file ──────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=10)
        db.execute("PRAGMA foreign_keys = ON")
        return db

    def _rows(self, sql: str, *values: str | int) -> list[Any]:
        with closing(self._connect()) as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as db, db:
            yield db


def migrate(db: sqlite3.Connection) -> None:
    """Bring the file to the newest version, one migration and one transaction at a time."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise RuntimeError(f"the store is of version {version}, newer than this program")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
