"""Start the page or the HTTP interface; both stay in the foreground until they are stopped."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "app.py"
API_PORT = 8502


def page(port: int | None) -> int:
    """Hand this process over to Streamlit, which prints the address it serves."""
    command = [sys.executable, "-m", "streamlit", "run", PAGE.name]
    if port is not None:
        command += ["--server.port", str(port)]
    os.chdir(PAGE.parent)  # where .streamlit/config.toml stands
    os.execv(sys.executable, command)


def api(model: str, port: int | None) -> int:
    from assistant.http import serve

    serve(model, port or API_PORT)
    return 0
