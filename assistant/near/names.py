"""Names of the catalog that an unknown word may have meant: spelt or sounding alike, or shortened.

北上广 stands for the cities whose names begin so, where each character begins exactly one value of a
dimension. Knows the catalog, not the sentence.
"""

from __future__ import annotations

from collections import defaultdict

from rapidfuzz.distance import OSA

from assistant.language.fuzzy import TURNING, sound
from assistant.language.lexicon import Lexicon
from assistant.language.meaning import DimensionWord, MetricWord, ValueWord
from semantic_layer.catalog import Catalog, Kind

OTHER = TURNING | set("待去")  # a character that makes it another thing: 待支付 is not paid
FURTHEST = 6  # letters of sound by which two names differ at most
NEAR = 0.6  # similarity of letters or of sounds, from which on two names are near
LONGEST, MANY = 12, 50_000  # characters of a name; names that are compared
FEWEST_VALUES, MOST_VALUES = 3, 5  # of a shortened list


class Names:
    """Built on the first use."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._names: tuple[tuple[str, str], ...] | None = None  # name, its sound
        self._firsts: dict[str, dict[str, list[str]]] = {}

    def prepare(self) -> None:
        if self._names is not None:
            return
        words = (MetricWord, DimensionWord, ValueWord)
        named = (
            n
            for n, values in self.lexicon.names.items()
            if any(isinstance(v, words) for v in values)
        )
        kept = [n for n in named if 2 <= len(n) <= LONGEST and not n.isdigit()][:MANY]
        self._firsts = _firsts(self.lexicon.catalog)
        self._names = tuple((n, sound(n)) for n in kept)

    def near(self, word: str, most: int = 2) -> tuple[str, ...]:
        """The nearest names, best first; nothing where none is near."""
        self.prepare()
        assert self._names is not None
        word = word.lower()
        if not 2 <= len(word) <= LONGEST:
            return ()
        heard = sound(word)
        found = []
        for name, spoken in self._names:
            if abs(len(spoken) - len(heard)) > FURTHEST or (set(name) ^ set(word)) & OTHER:
                continue
            likeness = max(_alike(word, name, len(set(word) & set(name))), _sounding(heard, spoken))
            if likeness >= NEAR:
                found.append((-likeness, name))
        return tuple(name for _, name in sorted(found)[:most])

    def meant(self, word: str) -> tuple[str, ...]:
        """The values that a word of their first characters stands for: 北上广 → 北京, 上海, 广州."""
        self.prepare()
        if not FEWEST_VALUES <= len(word) <= MOST_VALUES or len(set(word)) < len(word):
            return ()
        for firsts in self._firsts.values():
            each = [firsts.get(c, []) for c in word]
            if all(len(values) == 1 for values in each):
                return tuple(values[0] for values in each)
        return ()


def _alike(word: str, name: str, shared: int) -> float:
    """Letters in common; two characters out of three are near, one out of two is chance."""
    if shared < 2:
        return 0.0
    return float(OSA.normalized_similarity(word, name))


def _sounding(heard: str, spoken: str) -> float:
    """Only almost equal sounds: every syllable is shared by dozens of characters."""
    likeness = float(OSA.normalized_similarity(heard, spoken, score_cutoff=0.85))
    return likeness if len(heard) > 3 else 0.0


def _firsts(catalog: Catalog) -> dict[str, dict[str, list[str]]]:
    """Dimension → first character → the values that begin with it; only where each is a short name."""
    out: dict[str, dict[str, list[str]]] = {}
    for name, values in catalog.values.items():
        if catalog.dimensions[name].kind is not Kind.TEXT or len(values) > 1000:
            continue
        firsts: dict[str, list[str]] = defaultdict(list)
        for value in values:
            if isinstance(value, str) and 2 <= len(value) <= 4:
                firsts[value[0]].append(value)
        out[name] = dict(firsts)
    return out
