"""What the figures of a draft are held against: two members side by side, other periods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.language.draft import Draft
from assistant.language.meaning import Cue
from semantic_layer.query import (
    CompareKind,
    Comparison,
    Contrast,
    Form,
    HavingChange,
    Op,
    Ref,
    Where,
)


def contrast_for(draft: Draft) -> Contrast | None:
    """Two members side by side, when their difference is what is asked."""
    than = Cue.THAN in draft.cues and draft.form is None
    gap = Cue.GAP in draft.cues or (than and bool({Cue.MORE, Cue.LESS} & draft.cues))
    gap = gap and not draft.compare  # 甲和乙比4月多多少: held against a period, not each other
    for v in draft.values:
        dimension, items = v.options[0]
        if len(items) == 2 and not v.negated and (v.versus or gap) and not draft.ranked:
            return Contrast(dimension, items[0], items[1], absolute=not v.versus)
    if gap and not draft.ranked:
        for c in draft.where:
            if isinstance(c, Where) and c.op is Op.IN and len(c.values) == 2:
                left, right = c.values
                if not isinstance(left, Ref) and not isinstance(right, Ref):
                    return Contrast(c.dimension, left, right, absolute=not than)
    return None


def comparisons(draft: Draft) -> Iterator[tuple[tuple[Comparison, ...], tuple[str, ...]]]:
    """The comparisons said; a change with no comparison named is read both ways."""
    between = Cue.THAN in draft.cues and any(
        isinstance(c, Where) and c.op is Op.IN for c in draft.where
    )  # 抖音比天猫高: two members, not two periods
    if between and not draft.compare:
        yield (), ()
        return
    if draft.form is Form.YES_NO and draft.asserted and not draft.having and not draft.compare:
        yield (Comparison(CompareKind.PREVIOUS_PERIOD),), ("没有说和什么比，和上一期比",)
        return
    wants = draft.change is not None or (
        draft.ranked is not None and draft.ranked.change is not None
    )
    if draft.compare:
        shown = draft.compare
        if draft.change == "difference":
            shown = tuple(replace(c, shows=("value", "difference", "rate")) for c in shown)
        yield shown, ()
        return
    if (
        not wants
        or draft.streak
        or draft.form is Form.TREND
        or any(isinstance(h, HavingChange) for h in draft.having)
    ):
        yield (), ()
        return
    shows = ("value", "difference", "rate") if draft.change == "difference" else ("value", "rate")
    for kind in (CompareKind.PREVIOUS_PERIOD, CompareKind.YEAR_OVER_YEAR):
        yield (Comparison(kind, shows=shows),), ()
