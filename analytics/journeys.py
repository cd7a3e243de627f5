"""The SQL of paths: events cut into sessions by pauses, and the part of each session that is looked at.

Equal times are ordered by the number of the event where there is one, else by its name. Nothing here
says a word or knows what is asked.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics.contract import Facts, Params
from analytics.template import by_column

ARROW = " → "
EDGES = 30
USUAL = 90  # days, where the question says no period

WALKED = """
WITH told AS (
  SELECT time, :visitor AS visitor, CAST(event AS VARCHAR) AS event, :by AS grp, :tie AS tie FROM facts
  WHERE time >= :start AND event IS NOT NULL AND event NOT IN (:exclude)
),
paused AS (
  SELECT *, CASE WHEN time - LAG(time) OVER w <= to_seconds(:pause) THEN 0 ELSE 1 END AS opens
  FROM told WHERE visitor IS NOT NULL WINDOW w AS (PARTITION BY visitor ORDER BY time, tie)
),
visited AS (
  SELECT *, SUM(opens) OVER (PARTITION BY visitor ORDER BY time, tie ROWS UNBOUNDED PRECEDING) AS visit FROM paused
),
listed AS (
  SELECT visitor, visit, arg_min(grp, time) AS grp, list(event ORDER BY time, tie) AS events FROM visited GROUP BY 1, 2
),
merged AS (
  SELECT visitor, grp, CASE WHEN :merge
    THEN list_filter(events, lambda e, i: i = 1 OR e <> events[i - 1]) ELSE events END AS events FROM listed
),
"""
CUTS = {
    "": "cut AS (SELECT visitor, grp, list_slice(events, 1, :steps) AS path, len(events) AS full_length FROM merged)",
    "after": (
        "cut AS (SELECT visitor, grp, list_slice(events, at, at + :steps - 1) AS path, len(events) - at + 1 AS full_length "
        "FROM (SELECT *, list_position(events, :origin) AS at FROM merged) WHERE at > 0)"
    ),
    "before": (
        "cut AS (SELECT visitor, grp, list_slice(events, greatest(1, at - :steps + 1), at) AS path, at AS full_length "
        "FROM (SELECT *, list_position(events, :goal) AS at FROM merged) WHERE at > 0)"
    ),
    "between": (
        "cut AS (SELECT visitor, grp, CASE WHEN len(whole) > :steps THEN list_concat(list_concat(list_slice(whole, 1, :steps - 2), ['…']), [:goal]) "
        "ELSE whole END AS path, len(whole) AS full_length "
        "FROM (SELECT visitor, grp, list_slice(rest, 1, list_position(rest, :goal)) AS whole "
        "FROM (SELECT visitor, grp, list_slice(events, list_position(events, :origin), len(events)) AS rest FROM merged "
        "WHERE list_position(events, :origin) > 0) WHERE list_position(rest, :goal) > 1))"
    ),
}
EDGED = """
SELECT k, source, target, COUNT(*) AS sessions, COUNT(DISTINCT visitor) AS people,
       COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY k, source) AS share, ANY_VALUE(everything) AS everything
FROM (
  SELECT visitor, k, path[k] AS source, path[k + 1] AS target, everything
  FROM (SELECT *, COUNT(*) OVER () AS everything, UNNEST(range(1, len(path))) AS k FROM (
    SELECT visitor, CASE WHEN :backwards THEN list_concat(list_resize(CAST([] AS VARCHAR[]), :steps - len(path)), path) ELSE path END AS path
    FROM cut))
) WHERE source IS NOT NULL AND target IS NOT NULL
GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT visitor) >= :least
ORDER BY sessions DESC, k, source, target LIMIT :edges
"""
WHOLE = """
SELECT CASE WHEN :grouped THEN grp END AS grp, array_to_string(path, :arrow) AS path, COUNT(*) AS sessions,
       COUNT(DISTINCT visitor) AS people, COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY CASE WHEN :grouped THEN grp END) AS share,
       SUM(COUNT(*)) OVER (PARTITION BY CASE WHEN :grouped THEN grp END) AS everything,
       SUM(SUM(CASE WHEN full_length = 1 THEN 1 ELSE 0 END)) OVER () AS single
FROM cut GROUP BY 1, path
QUALIFY (ROW_NUMBER() OVER (PARTITION BY CASE WHEN :grouped THEN grp END ORDER BY COUNT(*) DESC, path)) <= :paths
ORDER BY everything DESC, grp, sessions DESC, path
"""


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
        "by": by_column(facts.by),
        "start": start,
        "exclude": tuple(params["exclude"]) or ("",),
        "pause": int(float(params["pause"]) * 60),
        "merge": params["repeats"] == "merge",
        "steps": int(params["steps"]),
        "origin": origin,
        "goal": goal,
    }
    return start, rows, holes
