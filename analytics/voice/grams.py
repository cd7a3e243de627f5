"""Text as character n-grams in whole numbers: one, two or three characters packed into 64 bits.

What the trainer counts is what the scorer looks up, because both call ``grams``. Knows nothing of
words, weights or labels.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
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


def grams(texts: Sequence[str]) -> tuple[Array, Array]:
    """(text number, n-gram) pairs with repetitions, n-grams as uint64; empty texts have none."""
    units = [normal(t).encode("utf-16-le", "ignore") for t in texts]
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
    pair = np.unique(row[there] * len(vocabulary) + at[there])
    return pair // len(vocabulary), pair % len(vocabulary)
