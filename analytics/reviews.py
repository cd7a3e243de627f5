"""A sample of reviews, read: who is praised and blamed, by aspect or by group, with a quotation each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from analytics.voice import polarity
from analytics.voice.aspects import OTHER, SEEDS, Finder, learnt
from analytics.voice.opinions import UNSURE, Opinion, mocking, opinions

SURE = 0.8  # P(praise) of a text that contradicts a bad mark; 1 - SURE of one that contradicts a good one
QUOTED = (5, 36)  # letters of a quotation
LEAST = 3  # opinions, to be an aspect of its own
MARKS = (0.75, 0.45)  # of the highest mark: from here on good, up to here bad


@dataclass(frozen=True, slots=True)
class Reviews:
    """One entry a review, and the opinions in all of them."""

    texts: Sequence[str]
    stars: Sequence[int]  # 1 good, -1 bad, 0 neither or unknown
    groups: Sequence[str]
    likely: Sequence[float]  # P(praise)
    opinions: Sequence[Opinion]
    everything: int  # reviews that there are

    def mood(self, number: int) -> int:
        """Of a review: its text's, and where that is undecided its stars'."""
        low, high = UNSURE
        p = self.likely[number]
        return self.stars[number] if low <= p <= high else 1 if p > high else -1

    def moods(self) -> Counter[int]:
        return Counter(self.mood(i) for i in range(len(self.texts)))

    def conflicts(self) -> dict[str, int]:
        """Good marks with a bad text, bad marks with a good text, and texts in a mocking tone."""
        pairs = list(zip(self.stars, self.likely, strict=True))
        return {
            "good_mark_bad_text": sum(s > 0 and p <= 1 - SURE for s, p in pairs),
            "bad_mark_good_text": sum(s < 0 and p >= SURE for s, p in pairs),
            "mocking": sum(map(mocking, self.texts)),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """An aspect or a group: opinions of either mood, and one of each in the reviewers' words."""

    name: str
    blamed: int
    praised: int
    complaint: str
    praise: str
    topic: str = ""  # of a group: what is complained about most

    @property
    def rate(self) -> float | None:
        said = self.blamed + self.praised
        return self.blamed / said if said else None


def read(
    found: Sequence[Mapping[str, Any]],
    top: float | None,
    named: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Reviews:
    """Rows of text, rating, grp and everything. ``top``: the highest mark there is. ``named``: the
    business's own aspects, whose words go before those that any shop knows."""
    texts = [str(r["text"]) for r in found]
    stars = [_star(r["rating"], top) for r in found]
    first = opinions(texts, Finder(SEEDS, named), stars)
    nameless = [o for o in first if o.aspect == OTHER]
    more = learnt(
        [o.clause for o in nameless if o.mood < 0], [o.clause for o in nameless if o.mood > 0]
    )
    finder = Finder(more) if more else None
    said = [_named(o, finder) if finder and o.aspect == OTHER else o for o in first]
    return Reviews(
        texts,
        stars,
        [r["grp"] or "" for r in found],
        [float(p) for p in polarity(texts)],
        said,
        int(found[0]["everything"]),
    )


def _named(opinion: Opinion, finder: Finder) -> Opinion:
    if (found := finder.find(opinion.clause)) is None:
        return opinion
    return replace(opinion, aspect=found[0], word=found[1])


def _star(rating: float | None, top: float | None) -> int:
    if rating is None or not top:
        return 0
    good, bad = MARKS
    share = float(rating) / top
    return 1 if share >= good else -1 if share <= bad else 0


def aspects(reviews: Reviews) -> list[Line]:
    """One line an aspect, the most complained about first, what has no aspect last."""
    by: dict[str, list[Opinion]] = defaultdict(list)
    for opinion in reviews.opinions:
        if opinion.mood:
            by[opinion.aspect].append(opinion)
    lines = [line(n, said) for n, said in by.items() if len(said) >= LEAST]
    return sorted(lines, key=lambda x: (x.name == OTHER, -x.blamed, -x.praised, x.name))


def groups(reviews: Reviews) -> list[Line]:
    """One line a group: reviews of either mood, its main topic and its complaint."""
    moods: dict[str, Counter[int]] = defaultdict(Counter)
    said: dict[str, list[Opinion]] = defaultdict(list)
    for number, group in enumerate(reviews.groups):
        moods[group][reviews.mood(number)] += 1
    for opinion in reviews.opinions:
        said[reviews.groups[opinion.review]].append(opinion)
    lines = []
    for group, counted in moods.items():
        blame = [o for o in said[group] if o.mood < 0]
        topics = Counter(o.aspect for o in blame if o.aspect != OTHER)
        topic = min(topics, key=lambda t: (-topics[t], t), default="")
        about = line(group, [o for o in said[group] if not topic or o.aspect == topic])
        lines.append(replace(about, blamed=counted[-1], praised=counted[1], topic=topic))
    return lines


def line(name: str, said: Sequence[Opinion]) -> Line:
    blame = [o for o in said if o.mood < 0]
    praise = [o for o in said if o.mood > 0]
    return Line(name, len(blame), len(praise), quotation(blame), quotation(praise))


def quotation(said: Iterable[Opinion]) -> str:
    """The clause said most often; among those the clearest, neither a word nor a story."""
    short, long = QUOTED
    counted = Counter((o.clause, o.likely) for o in said)
    fit = {key: n for key, n in counted.items() if short <= len(key[0]) <= long} or counted
    best = min(fit, key=lambda k: (-fit[k], -abs(k[1] - 0.5), k[0]), default=("", 0.5))
    return best[0]
