"""The SQL of paths: events cut into sessions by pauses, and the part of each session that is looked at.

Equal times are ordered by the number of the event where there is one, else by its name. Nothing here
says a word or knows what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics.contract import Facts, Params
from analytics.template import by_column
from semantic_layer.expressions import parse

ARROW = " → "
EDGES = 30
USUAL = 90  # days, where the question says no period
SEPARATOR = "\x1f"  # between the events of a path while it is one text; sorts before every letter
CERTAIN = 1_000_000  # more edges than any tree of five steps shows

# Every window has the same order, so the engine sorts once. ``visit`` numbers a visitor's sessions; it never
# falls, so "has it happened in this session?" is whether the latest ``visit`` with it is this one.
WALKED = """
WITH told AS (
  SELECT time, :visitor AS visitor, CAST(event AS VARCHAR) AS event, :by AS grp, :tie AS tie FROM facts
  WHERE time >= :start AND event IS NOT NULL AND event NOT IN (:exclude) AND :visitor IS NOT NULL
),
paused AS (
  SELECT *, LAG(event) OVER w AS prior, CASE WHEN time - LAG(time) OVER w <= to_seconds(:pause) THEN 0 ELSE 1 END AS opens
  FROM told WINDOW w AS (PARTITION BY visitor ORDER BY time, tie)
),
visited AS (
  SELECT visitor, time, tie, event, opens, CASE WHEN opens = 0 THEN event END AS onward, :group AS grp, :visit AS visit
  FROM paused WHERE opens = 1 OR event <> prior OR NOT :merge
),
"""
VISIT = "COUNT(CASE WHEN opens = 1 THEN 1 END) OVER (PARTITION BY visitor ORDER BY time, tie ROWS UNBOUNDED PRECEDING)"
OPENED = """LAST_VALUE(CASE WHEN opens = 1 THEN grp END IGNORE NULLS)
  OVER (PARTITION BY visitor ORDER BY time, tie ROWS UNBOUNDED PRECEDING)"""
SINCE = """SELECT * FROM (
    SELECT *, MAX(CASE WHEN event = :origin THEN visit END)
      OVER (PARTITION BY visitor ORDER BY time, tie ROWS UNBOUNDED PRECEDING) AS begun FROM visited
  ) WHERE begun = visit"""
UNTIL = """SELECT * FROM (
    SELECT *, MAX(CASE WHEN event = :goal THEN visit END)
      OVER (PARTITION BY visitor ORDER BY time, tie ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS done
    FROM {rows}
  ) WHERE done IS DISTINCT FROM visit"""
ALONG = """cut AS MATERIALIZED (
  SELECT visitor, grp, path FROM (
    SELECT visitor, grp, {path} AS path, {wanted} AS wanted
    FROM kept WINDOW w AS (PARTITION BY visitor ORDER BY time, tie)
  ) WHERE wanted
),
"""
OPENING = "LAG(visit) OVER w IS DISTINCT FROM visit"
REACHED = """MIN(CASE WHEN event = :goal THEN visit END)
  OVER (PARTITION BY visitor ORDER BY time, tie ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) = visit"""
# Edges and the most common paths are found among the different paths, which are few; then everybody is one
# number a page, whose bits are what they walked, so that people are counted in one pass over the sessions.
COUNTED = """
counted AS (SELECT grp, path, string_split(path, :separator) AS events, COUNT(*) AS sessions FROM cut GROUP BY 1, 2),
walks AS (
  SELECT grp, path, sessions, at + CASE WHEN :backwards THEN :steps - len(events) ELSE 0 END AS k,
         events[at] AS source, events[at + 1] AS target
  FROM (SELECT *, UNNEST(range(1, len(events))) AS at FROM counted WHERE NOT :grouped)
),
edges AS (
  SELECT k, source, target, SUM(sessions) AS sessions, SUM(sessions) / SUM(SUM(sessions)) OVER (PARTITION BY k, source) AS share
  FROM walks GROUP BY 1, 2, 3 QUALIFY SUM(sessions) >= :least
  ORDER BY 4 DESC, 1, 2, 3 LIMIT :among
),
paths AS (
  SELECT grp, path, sessions, sessions / SUM(sessions) OVER (PARTITION BY grp) AS share,
         SUM(sessions) OVER (PARTITION BY grp) AS everything,
         SUM(CASE WHEN len(events) = 1 THEN sessions ELSE 0 END) OVER () AS single
  FROM counted QUALIFY ROW_NUMBER() OVER (PARTITION BY grp ORDER BY sessions DESC, path) <= :paths
),
items AS (
  SELECT *, ROW_NUMBER() OVER (ORDER BY sessions DESC, k, grp, path, source, target) - 1 AS place FROM (
    SELECT grp, path, 0 AS k, '' AS source, '' AS target, sessions, share, everything, single FROM paths
    UNION ALL SELECT '', '', k, source, target, sessions, share, NULL, NULL FROM edges
  )
),
marks AS (
  SELECT grp, path, place // 60 AS page, bit_or(CAST(1 AS BIGINT) << (place % 60)) AS marked FROM (
    SELECT grp, path, place FROM items WHERE k = 0
    UNION ALL SELECT w.grp, w.path, i.place FROM walks AS w JOIN items AS i USING (k, source, target)
  ) GROUP BY 1, 2, 3
),
shapes AS (
  SELECT page, seen, COUNT(*) AS people FROM (
    SELECT c.visitor, m.page, bit_or(m.marked) AS seen FROM cut AS c JOIN marks AS m USING (grp, path) GROUP BY 1, 2
  ) GROUP BY 1, 2
)
SELECT i.place, i.k, i.grp, replace(i.path, :separator, :arrow) AS path, i.source, i.target, i.sessions, SUM(s.people) AS people,
       i.share, i.everything, i.single
FROM items AS i JOIN shapes AS s ON s.page = i.place // 60 AND (s.seen >> (i.place % 60)) & 1 = 1
GROUP BY ALL HAVING i.k = 0 OR SUM(s.people) >= :least
"""


def cut_of(kind: str, steps: int) -> str:
    """The CTEs up to ``cut``: a row a session, with the part of it that is looked at as one text."""
    ahead = [_there("LEAD", i) for i in range(steps)]
    path, wanted = _joined(ahead), OPENING
    if not kind:  # whole sessions need no number: an onward step is NULL where the next one begins
        path, wanted = _joined([_onward(i) for i in range(steps)]), "opens = 1"
    if kind == "before":
        back = [_there("LAG", i) for i in reversed(range(steps))]
        path, wanted = _joined(back), "event = :goal"
    if kind == "between":
        short = _joined([*ahead[:-2], "'…'", ":goal"])
        path = f"CASE WHEN LEAD(visit, {steps}) OVER w = visit THEN {short} ELSE {path} END"
        wanted = f"{OPENING} AND {REACHED}"
    kept = {
        "": "SELECT * FROM visited",
        "after": SINCE,
        "before": UNTIL.format(rows="visited"),
        "between": UNTIL.format(rows=f"({SINCE})"),
    }[kind]
    return WALKED + f"kept AS ({kept}),\n" + ALONG.format(path=path, wanted=wanted)


def _there(way: str, n: int) -> str:
    """The event ``n`` rows on (LEAD) or back (LAG), NULL where that is another session."""
    return f"CASE WHEN {way}(visit, {n}) OVER w = visit THEN {way}(event, {n}) OVER w END"


def _onward(n: int) -> str:
    """The event ``n`` rows on, NULL where a session opens on the way; the row's own for 0."""
    way = [f"LEAD(onward, {i}) OVER w" for i in range(1, n + 1)]
    known = " AND ".join(f"{step} IS NOT NULL" for step in way)
    return f"CASE WHEN {known} THEN {way[-1]} END" if way else "event"


def _joined(events: Sequence[str]) -> str:
    return f"concat_ws(:separator, {', '.join(events)})"


def holes_of(
    facts: Facts, params: Params, origin: str, goal: str
) -> tuple[date, dict[str, Any], dict[str, Any]]:
    """The first day, the relations and what the templates ask for."""
    who = "visitor" if facts.has("event", "time", "visitor") else "user"
    order = ("event_id",) if facts.has("event", "time", "event_id") else ()
    start = facts.since
    if not facts.asked:
        start = max(start, facts.until - timedelta(days=USUAL - 1))
    rows = {"facts": facts.select("event", "time", who, *order, *facts.by)}
    holes: dict[str, Any] = {
        "visitor": exp.column(who, quoted=True),
        "tie": exp.column(order[0] if order else "event", quoted=True),
        "by": by_column(facts.by) if facts.by else "",
        "group": parse(OPENED) if facts.by else "",
        "visit": parse(VISIT) if origin or goal else 0,
        "start": start,
        "exclude": tuple(params["exclude"]) or ("",),
        "pause": int(float(params["pause"]) * 60),
        "merge": params["repeats"] == "merge",
        "steps": int(params["steps"]),
        "origin": origin,
        "goal": goal,
        "grouped": bool(facts.by),
        "separator": SEPARATOR,
        "arrow": ARROW,
    }
    return start, rows, holes
