"""A question in its own thread: it ends with a reply whatever happens, and can be told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from assistant.reply import Common, Refusal, Reply
from assistant.ui.work import start

Stage = Callable[[str], None]
SECONDS = 10


def test_the_reply_comes_with_its_last_stage() -> None:
    reply = Refusal(Common("问"), "no-metric", "没看出指标。")

    def answering(on_stage: Stage, cancel: threading.Event) -> Reply:
        on_stage("理解")
        on_stage("查询")
        return reply

    kept: list[Reply] = []
    work = start("问", answering, kept.append)
    assert work.finished.wait(SECONDS)
    assert work.reply is reply and work.stage == "查询"
    assert kept == [reply]


def test_what_goes_wrong_is_logged_and_told_plainly(caplog: pytest.LogCaptureFixture) -> None:
    def answering(on_stage: Stage, cancel: threading.Event) -> Reply:
        raise RuntimeError("secret detail")

    kept: list[Reply] = []
    with caplog.at_level(logging.ERROR):
        work = start("问", answering, kept.append)
        assert work.finished.wait(SECONDS)
    assert isinstance(work.reply, Refusal)
    assert kept == [work.reply]
    assert work.reply.code == "failed" and "secret" not in work.reply.message + work.reply.help
    assert "secret detail" in caplog.text


def test_work_can_be_told_to_stop() -> None:
    def answering(on_stage: Stage, cancel: threading.Event) -> Reply:
        stopped = cancel.wait(SECONDS)
        return Refusal(Common("问"), "cancelled" if stopped else "timeout", "已取消。")

    kept: list[Reply] = []
    work = start("问", answering, kept.append)
    assert not work.finished.wait(0.05)
    work.cancel.set()
    assert work.finished.wait(SECONDS)
    assert isinstance(work.reply, Refusal) and work.reply.code == "cancelled"
    assert kept == [work.reply]


def test_a_store_that_fails_does_not_hang_the_page(caplog: pytest.LogCaptureFixture) -> None:
    def full(reply: Reply) -> None:
        raise OSError("disk full")

    with caplog.at_level(logging.ERROR):
        work = start("问", lambda on_stage, cancel: Refusal(Common("问"), "x", "y"), full)
        assert work.finished.wait(SECONDS)
    assert "disk full" in caplog.text
