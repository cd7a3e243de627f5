"""Why a well-formed query cannot be answered by this model: a code and the names involved.

The words that people read live in ``assistant/problems.py``; this layer speaks no Chinese sentences.
"""

from __future__ import annotations


class Unanswerable(Exception):
    """``code`` is a key of ``assistant.problems.MESSAGES``; ``details`` fill its placeholders.

    >>> Unanswerable("dimension-unreachable", metric="roi", dimension="city").details["metric"]
    'roi'
    """

    def __init__(self, code: str, suggestions: tuple[str, ...] = (), **details: str) -> None:
        self.code, self.suggestions, self.details = code, suggestions, details
        super().__init__(f"{code} {details}")
