"""A refusal made helpful: what was understood, and questions near to the one that was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import perf_counter

from assistant.language.dialogue import Context
from assistant.near.offers import Help, Offer, Offers
from assistant.reply import Refusal

NO_QUESTION = {"empty-question", "long-question", "injection", "chitchat"}  # near to nothing
NOT_THE_QUESTION = {  # asking something else is no way out
    "cancelled",
    "failed",
    "timeout",
    "model-mismatch",
    "group-needs-name",
    "name-taken",
}
HALF_READ = {
    "unread-words",
    "unknown-metric",
    "no-metric",
    "no-context",
    "beside-analysis",
    "not-supported-yet",
    "unknowable",
}


def helped(refusal: Refusal, offers: Offers, today: date, context: Context | None) -> Refusal:
    """The same refusal with ``next_questions`` that are read whole, listed in its help."""
    if refusal.code in NOT_THE_QUESTION:
        return refusal
    started = perf_counter()
    found = _found(refusal, offers, today, context)
    parts = []
    if found.understood and refusal.code in HALF_READ:
        parts.append(f"看懂了：{'、'.join(found.understood)}。")
    parts.append(refusal.help)
    questions = tuple(o.question for o in found.offers)
    if questions:
        parts.append(f"{'你想问的可能是' if found.near else '可以问'}：{'；'.join(questions)}。")
    timing = refusal.common.timing
    spent = timing.answer + (perf_counter() - started) * 1e3
    return replace(
        refusal,
        common=replace(refusal.common, timing=replace(timing, answer=spent)),
        help="".join(parts),
        next_questions=questions,
        leads=tuple(o.lead for o in found.offers),
        understanding=refusal.understanding or "、".join(found.understood),
    )


def _found(refusal: Refusal, offers: Offers, today: date, context: Context | None) -> Help:
    """What whoever refused proposes, else what is near, else examples."""
    question = refusal.common.question
    if proposed := [q for q in refusal.next_questions if offers.reads(q, today)]:
        return Help(tuple(Offer(q) for q in proposed))
    if refusal.code in NO_QUESTION or not question.strip():
        return offers.examples("", today)
    asked = None if refusal.code in HALF_READ else refusal.query
    return offers.near(question, today, context, asked)
