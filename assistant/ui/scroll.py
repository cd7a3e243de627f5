"""Where the page stands: a new question, and a conversation that is opened, with its first line on top.

Streamlit has no call for it, so this is the one script of the page. Charts above come in late and
push things down; it follows them for a moment, and leaves off as soon as the reader moves.
"""

from __future__ import annotations

import streamlit as st

MOMENT = 1500  # milliseconds
SCRIPT = """<script>
(() => {
  // %(once)s
  const from = performance.now(), still = new AbortController();
  const stop = () => still.abort();
  for (const moved of ["wheel", "touchstart", "keydown", "pointerdown"])
    addEventListener(moved, stop, { signal: still.signal, passive: true });
  const stand = () => {
    if (still.signal.aborted) return;
    const turn = document.querySelector(".%(key)s");
    if (turn) turn.scrollIntoView({ block: "start" });
    if (performance.now() - from < %(moment)d) setTimeout(stand, 100);
    else stop();
  };
  stand();
})();
</script>"""


def to_top(key: str, once: str) -> None:
    """Bring the container ``key`` to the top of the window; again only when ``once`` changes."""
    words = {"key": f"st-key-{key}", "once": once, "moment": MOMENT}
    st.html(SCRIPT % words, unsafe_allow_javascript=True)
