"""What a conversation remembers from one answer to the next. Pure functions over ``Context``."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.dialogue import Context
from assistant.reply import Answer
from semantic_layer.query import Query
from semantic_layer.result import ColumnRole

DEPTH = 20
SHOWN = 201  # one more than may be listed: so many may not be all


def advanced(context: Context, query: Query) -> Context:
    """``query`` is what the conversation is about now."""
    if context.query == query:
        return replace(context, shown=None)
    history = (*context.history, context.query) if context.query is not None else ()
    return Context(query, history[-DEPTH:])


def from_reply(context: Context, reply: Answer) -> Context:
    """As ``advanced``, with the members that the answer showed, for 这些 and 第二名."""
    moved = advanced(context, reply.query)
    result = reply.result
    for i, column in enumerate(result.columns):
        if column.role in (ColumnRole.DIMENSION, ColumnRole.KEY) and column.source:
            values = tuple(row[i] for row in result.rows[:SHOWN] if row[i] is not None)
            return replace(moved, shown=(column.source, values))
    return moved


def undone(context: Context) -> Context:
    """The conversation as it was one answer ago."""
    if not context.history:
        return Context()
    return Context(context.history[-1], context.history[:-1])
