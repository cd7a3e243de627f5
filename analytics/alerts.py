"""Products whose bad reviews have become more than their own past explains: by stars, over all reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import Facts
from analytics.reviews import MARKS, Reviews, read
from analytics.template import fill
from analytics.voice.aspects import OTHER

DAYS = 90  # the window where the question has no period of its own
PAST = 365  # days before it: a product's own baseline
LEAST = 15  # reviews in the window and before
RISE = 0.1  # of the bad share
Z = 4.0  # one product in tens of thousands by chance
READ = 400  # reviews of the product that rings loudest

RATES = """
SELECT product, ANY_VALUE(name) AS name, COUNT(*) FILTER (now) AS n, COUNT(*) FILTER (now AND bad) AS blamed,
       COUNT(*) FILTER (NOT now) AS past, COUNT(*) FILTER (NOT now AND bad) AS past_blamed
FROM (SELECT product, :name AS name, CAST(time AS DATE) >= :since AS now, rating <= :bad AS bad
      FROM facts WHERE rating IS NOT NULL AND CAST(time AS DATE) >= :before)
WHERE product IS NOT NULL GROUP BY 1 HAVING n >= :least AND past >= :least
"""
SAID = """
SELECT text, rating, '' AS grp, COUNT(*) OVER () AS everything
FROM facts WHERE product = :product AND rating <= :bad AND CAST(time AS DATE) >= :since AND text IS NOT NULL
ORDER BY hash(text, time), text LIMIT :read
"""


@dataclass(frozen=True, slots=True)
class Alert:
    """``topics`` are what the bad reviews of the window are about, with one of them quoted."""

    product: str
    since: date
    rate: float
    past_rate: float
    blamed: int
    topics: tuple[str, ...] = ()
    quote: str = ""

    @property
    def numbers(self) -> Mapping[str, Any]:
        return {"rate": self.rate, "past_rate": self.past_rate, "blamed": self.blamed}


def alerts(facts: Facts, top: float) -> list[Alert]:
    """Loudest first; only the loudest is read."""
    if not facts.has("text", "time", "rating", "product"):
        return []
    named = facts.has("text", "time", "rating", "product", "product_name")
    roles = ("text", "time", "rating", "product", *(("product_name",) if named else ()))
    whole = facts.since <= facts.first
    since = facts.until - timedelta(days=DAYS - 1) if whole else facts.since
    rows = {"facts": facts.select(*roles, span="until")}
    bad = MARKS[1] * top
    found = facts.run(
        fill(
            RATES,
            rows,
            name=exp.column("product_name")
            if named
            else exp.cast(exp.column("product"), "VARCHAR"),
            since=since,
            before=since - timedelta(days=PAST),
            bad=bad,
            least=LEAST,
        )
    )
    rung = sorted(
        ((z, r) for r in found if (z := _rise(r)) >= Z), key=lambda p: (-p[0], str(p[1]["name"]))
    )
    said = [_alert(r, since) for _, r in rung]
    if rung:
        texts = facts.run(
            fill(SAID, rows, product=rung[0][1]["product"], bad=bad, since=since, read=READ)
        )
        own = dict(facts.anatomy.catalog.aspects)
        said[0] = _read(rung[0][1], since, read(texts, top, own) if texts else None)
    return said


def _rise(r: Mapping[str, Any]) -> float:
    """z of two shares, 0 where the rise is small; the baseline is drawn to a half review."""
    rate, past = r["blamed"] / r["n"], (r["past_blamed"] + 0.5) / (r["past"] + 1)
    if rate - past < RISE:
        return 0.0
    pooled = (r["blamed"] + r["past_blamed"] + 0.5) / (r["n"] + r["past"] + 1)
    return float((rate - past) / sqrt(pooled * (1 - pooled) * (1 / r["n"] + 1 / r["past"])))


def _alert(
    r: Mapping[str, Any], since: date, topics: tuple[str, ...] = (), quote: str = ""
) -> Alert:
    return Alert(
        str(r["name"]),
        since,
        r["blamed"] / r["n"],
        r["past_blamed"] / r["past"],
        r["blamed"],
        topics,
        quote,
    )


def _read(r: Mapping[str, Any], since: date, said: Reviews | None) -> Alert:
    from analytics.reviews import aspects

    lines = [x for x in aspects(said) if x.name != OTHER and x.blamed] if said else []
    return _alert(r, since, tuple(x.name for x in lines[:2]), lines[0].complaint if lines else "")


def sentence(alert: Alert) -> str:
    about = f"，集中在{'、'.join(alert.topics)}：「{alert.quote}」" if alert.topics else ""
    return (
        f"{alert.product} 的差评率从 {words.percent(alert.past_rate)} 升到 {words.percent(alert.rate)}"
        f"（{alert.since.isoformat()} 以来 {words.count(alert.blamed)} 条）{about}"
    )
