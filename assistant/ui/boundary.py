"""Nothing that goes wrong inside a part of the page takes the page down or shows a traceback."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

log = logging.getLogger(__name__)
P = ParamSpec("P")
PLAIN = "这一块没有显示出来，原因已记下。刷新页面再试，或换个问法。"


def safely(draw: Callable[P, None]) -> Callable[P, None]:
    """Log what ``draw`` raises and say so in one quiet line; reruns and stops go through."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except (RerunException, StopException):
            raise
        except Exception:
            log.exception("%s failed", draw.__name__)
            st.html(f'<p class="quiet">{PLAIN}</p>')

    return drawn
