"""The page: `streamlit run app.py`. Everything it does lives in ``assistant/ui``."""

from __future__ import annotations

from assistant.ui.pages import show

show()
