"""Could a word that was not understood change the answer? Nouns, names and numbers could.

jieba's part-of-speech dictionary decides; it is loaded on the first unread word, because most
sentences have none.
"""

from __future__ import annotations

import re
from functools import lru_cache

LIGHT_FLAGS = (
    "d",
    "u",
    "p",
    "c",
    "y",
    "e",
    "o",
    "r",
    "w",
    "k",
    "h",
    "q",
    "zg",
    "z",
    "v",
    "a",
    "ad",
    "vd",
    "uj",
    "ul",
    "uv",
    "ud",
    "uz",
    "ug",
)
WORDY = re.compile(r"[0-9a-zA-Z一-鿿]")


STRICT = ("v", "a", "ad", "vd", "z")  # light only where a model's words for doing are unknown


# than what? what is asked to be judged? However light the dictionary calls them
NARROWING = ("其他", "其它", "其余", "别的", "正常", "异常")


@lru_cache(maxsize=4096)
def heavy(text: str, strict: bool = True) -> bool:
    """True when dropping ``text`` would be dropping something said.

    ``strict`` for models that somebody wrote: there a verb or an adjective that nobody declared may
    narrow the question (刷单, 开票) and counts as well.
    """
    if not WORDY.search(text):
        return False
    import jieba.posseg as tagger

    words = [(w.word, w.flag) for w in tagger.cut(text)]
    if len(words) > 1 and all(len(w) == 1 for w, _ in words) and words[-1][1].startswith("n"):
        return True  # 快手: a name that no dictionary has
    return any(_heavy(word, flag, strict) for word, flag in words if WORDY.search(word))


def _heavy(word: str, flag: str, strict: bool) -> bool:
    if word in NARROWING or (strict and flag in STRICT):
        return True
    if flag in LIGHT_FLAGS:
        return False
    if flag == "vn" or flag == "an":
        return len(word) > 1
    return len(word) > 1 or flag in ("m", "eng", "x") or flag.startswith(("nr", "ns"))
