"""The conversations of one assistant, each by its name, the oldest forgotten first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from assistant.language.dialogue import Context

MOST = 500


@dataclass(slots=True)
class Session:
    """What was asked so far, and the SQL of the last answer."""

    context: Context
    sql: str = ""


class Sessions:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, name: str | None) -> Session | None:
        """The conversation of that name, begun where it is new; None without a name."""
        if name is None:
            return None
        with self._lock:
            found = self._known.get(name)
            if found is None:
                found = self._known[name] = Session(Context())
            self._known.move_to_end(name)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            return found

    def keep(self, name: str, session: Session) -> None:
        with self._lock:
            self._known[name] = session

    def forget(self, name: str) -> None:
        with self._lock:
            self._known.pop(name, None)
