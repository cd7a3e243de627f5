"""What phrase rules make of words and cues: filters, thresholds, groups, ranks, things asked for.

A phrase keeps every name that its words may stand for; which one is meant depends on the rest of the
sentence and is settled in ``options.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from semantic_layer.query import ByBucket, Condition, Form, Grain, Measure, Op, Scalar


@dataclass(frozen=True, slots=True)
class Values:
    """Values of one dimension, joined by 和, 或 or commas; ``options`` one per possible dimension."""

    options: tuple[tuple[str, tuple[Scalar, ...]], ...]
    negated: bool = False
    versus: bool = False  # joined by 比 or 对比
    alternative: bool = False  # joined by 或
    both: bool = False  # joined by 和: the things named, for comparatives


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number or a pair to compare with: 大于100, 50到100之间; equal only where the unit tells the column."""

    op: Op
    values: tuple[float, ...]
    percent: bool = False
    bare: bool = False  # two numbers with nothing said about them: 11.1-11.11
    unit: str = ""  # 岁, 星, 元: may tell which column is compared


@dataclass(frozen=True, slots=True)
class Condition_:
    """A finished row condition; ``options`` one per way to take its words."""

    options: tuple[Condition, ...]
    claim: bool = False  # asked whether it holds: 有没有超过500万


@dataclass(frozen=True, slots=True)
class Said:
    """Words that a text must or must not contain, its column unsaid: 提到噪音."""

    op: Op
    content: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its aggregate or unit said: 订单金额的P90, 日均销售额."""

    options: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """按X, 各X, 每个X; ``each`` tells 每/各 (may enclose a top-n) from 按."""

    names: tuple[str, ...] = ()
    grain: Grain | None = None
    each: bool = False
    bucket: ByBucket | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """哪个X, 哪些X, 多少个X: the thing asked for."""

    names: tuple[str, ...] = ()  # dimensions
    tables: tuple[str, ...] = ()
    grain: Grain | None = None
    form: Form = Form.WHICH
    plural: bool = False
    n: int = 0  # how many of them: 哪三个


@dataclass(frozen=True, slots=True)
class Ranked:
    n: int
    descending: bool | None = None
    fraction: float | None = None
    offset: int = 0
    ties: bool = False
    change: str | None = None
    quality: bool = False
    both: bool = False
    hint: str = ""
    explicit: bool = True  # a number was said
    comparative: bool = False
    counter: str = ""  # 5家: the measure word, which may be all that tells of what


@dataclass(frozen=True, slots=True)
class Verb:
    """Did, or did not, something: 买过, 没下单, 从未购买."""

    names: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """How far from a target (``op`` None), or reached, missed or passed; no names: the only target."""

    names: tuple[str, ...] = ()
    op: Op | None = None
    claim: bool = False  # asked whether it holds: 完成目标了吗


@dataclass(frozen=True, slots=True)
class LastDone:
    """最近一次下单, 第一次购买的时间: when the deed was last, or first, done."""

    names: tuple[str, ...]
    last: bool = True


@dataclass(frozen=True, slots=True)
class Tally:
    """三列, 两个指标: how many things were listed, said again."""

    n: int
