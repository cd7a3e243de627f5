"""A question being answered in a thread of its own, so that the page can say how far it is and stop it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from assistant.problems import problem
from assistant.reply import Common, Refusal, Reply

log = logging.getLogger(__name__)
POOL = ThreadPoolExecutor(max_workers=8, thread_name_prefix="ask")


# What is done in the thread: it reports its stages and stops soon after the event is set.
Answering = Callable[[Callable[[str], None], threading.Event], Reply]


@dataclass(slots=True)
class Work:
    """``reply`` is set last; ``started`` is a monotonic time in seconds."""

    question: str
    stage: str = ""
    reply: Reply | None = None
    started: float = field(default_factory=time.monotonic)
    cancel: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def start(question: str, answering: Answering, keep: Callable[[Reply], None]) -> Work:
    """``keep`` is called in the thread too, once, before the work counts as finished: whatever the
    reader clicks meanwhile, the reply is kept, and never twice."""
    work = Work(question)

    def report(stage: str) -> None:
        work.stage = stage

    def run() -> None:
        try:
            try:
                work.reply = answering(report, work.cancel)
            except Exception:
                log.exception("answering failed: %s", question)
                work.reply = broken(question)
            keep(work.reply)
        except Exception:
            log.exception("keeping the reply failed: %s", question)
        finally:
            work.finished.set()

    POOL.submit(run)
    return work


def broken(question: str) -> Refusal:
    message, help_text = problem("failed")
    return Refusal(Common(question), "failed", message, help_text)
