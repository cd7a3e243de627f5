"""Text as character n-grams in whole numbers: one, two or three characters packed into 64 bits.

What the trainer counts is what the scorer looks up, because both call ``grams``. Knows nothing of
words, weights or labels.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.voice import phrases

Array = NDArray[Any]
SPARED, LACKING = "\ue000", "\ue001"
LONGEST = 3  # 16 bits each: what lies outside the basic plane counts as two
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


def normal(text: str) -> str:
    """Full width and half width, case, numbers and spaces made one.

    >>> normal("ＯＫ，  等了120分钟&hellip;")
    'ok, 等了0分钟...'
    """
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFKC", text).lower()
    return _SPACE.sub(" ", _DIGITS.sub("0", text)).strip()


def marked(text: str) -> str:
    """A normal text in which a fault that is not there, or a merit that is not, is one letter.

    不 and 没 speak of faults far more often than not, so a model of letters cannot know that 不卡 is
    praise: what is denied is folded with its denial.

    >>> marked("没有异味,但不好吃") == f"{SPARED},但{LACKING}"
    True
    """
    faultless, meritless, none_at_all = _denials()
    text = none_at_all.sub(SPARED, text)
    return meritless.sub(LACKING, faultless.sub(SPARED, text))


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    nouns, verbs, merits = (
        "|".join(sorted(map(re.escape, set(words.split())), key=lambda w: (-len(w), w)))
        for words in (phrases.FAULT_NOUNS, phrases.FAULT_VERBS, phrases.MERITS)
    )
    never = "(?:(?:一点儿?|丝毫|完全|从来|根本|并)?[也都]?(?:不会|不怎么|不太|不是很|不容易|不再|不)|(?:从来)?(?:没有|没)(?:让人|让我)?)"
    without = "(?:(?:没有|没)(?:一点|任何|什么|发现|有)?|毫?无)"
    short = "(?:(?:一点儿?|完全|根本|并)?[也都]?(?:不够|不怎么|不太|不是很|不)|没有?(?:以前|之前|想象中?的?|宣传的?|说的)?(?:那么)?)"
    return (
        re.compile(f"{without}(?:{nouns})|{never}(?:{verbs})"),
        re.compile(f"(?<!好){short}(?:{merits})(?!意思)"),
        re.compile(f"一点儿?(?:{nouns})[都也]没有?|(?:{nouns})[都也]没有"),
    )


def grams(texts: Sequence[str]) -> tuple[Array, Array]:
    """(text number, n-gram) pairs with repetitions, n-grams as uint64; empty texts have none."""
    units = [marked(normal(t)).encode("utf-16-le", "ignore") for t in texts]
    lengths = np.array([len(u) // 2 for u in units], dtype=np.int64)
    letters = np.frombuffer(b"".join(units), dtype="<u2").astype(np.uint64)
    row = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))  # letters to the end
    rows, keys = [], []
    key = np.zeros(len(letters), dtype=np.uint64)
    for n in range(LONGEST):
        ahead = np.zeros_like(letters)
        ahead[: len(letters) - n] = letters[n:]
        key = key | ahead << np.uint64(16 * n)
        whole = left > n
        rows.append(row[whole])
        keys.append(key[whole])
    return np.concatenate(rows), np.concatenate(keys)


def known(texts: Sequence[str], vocabulary: Array) -> tuple[Array, Array]:
    """(text number, place in the sorted ``vocabulary``), each pair once, by text."""
    row, key = grams(texts)
    at = np.searchsorted(vocabulary, key)
    at[at == len(vocabulary)] = 0
    there = vocabulary[at] == key
    pair = np.sort(row[there] * len(vocabulary) + at[there])  # np.unique takes four times as long
    first = np.ones(len(pair), dtype=bool)
    first[1:] = pair[1:] != pair[:-1]
    pair = pair[first]
    return pair // len(vocabulary), pair % len(vocabulary)
