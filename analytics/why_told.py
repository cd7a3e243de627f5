"""All that is known of one change, before it is said or tabled; every number printed is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics import words
from analytics.companions import Companion
from analytics.contributions import Part, Sides, Split, settled
from analytics.drill import Step
from analytics.factor_tree import Factor
from semantic_layer.catalog import Format
from semantic_layer.result import Column

BLANK = "未填写"


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one change. ``base`` is the change that the path is a share of; ``labels``
    what people call the dimensions."""

    column: Column
    sides: Sides
    names: tuple[str, str]
    before: float
    after: float
    ranked: tuple[Split, ...]
    path: tuple[Step, ...]
    base: float
    ratio: bool
    factors: tuple[Factor, ...]
    companions: tuple[Companion, ...]
    labels: Mapping[str, str]
    owner: str = ""
    notes: tuple[str, ...] = ()
    printed: list[float] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """2026-05 的销售额, 抖音的客单价."""
        gap = "" if self.sides.dimension else " "
        return f"{self.names[1]}{gap}的{self.column.label}"

    @property
    def other(self) -> str:
        """What it is held against, as it stands after 比."""
        return self.names[0] if self.sides.dimension else f" {self.names[0]} "

    @property
    def delta(self) -> float:
        return self.after - self.before

    @property
    def moved(self) -> bool:
        return settled(Split("", self.before, self.after, ()))

    def named(self, step: Step) -> str:
        """A part's name; a bare number with what it is: 应用版本 5.2."""
        name = str(step.part.value)
        bare = name.replace(".", "").isdigit()
        return f"{self.labels[step.split.dimension]} {name}" if bare else name

    def place(self) -> str:
        """The way down, on one line."""
        return " × ".join(map(self.named, self.path))

    def value(self, value: float | None) -> str:
        self.keep(value)
        return figure(value, self.column.format, self.column.unit)

    def change(self, value: float) -> str:
        """A difference without its sign; of rates in points."""
        self.keep(value)
        if self.column.format is Format.PERCENT:
            return words.points(abs(value)).lstrip("+")
        return figure(abs(value), self.column.format, self.column.unit)

    def share(self, value: float) -> str:
        self.keep(value)
        return words.percent(value)

    def keep(self, value: float | None) -> None:
        if value is not None:
            self.printed.extend((value, abs(value)))


def figure(value: float | None, form: Format, unit: str) -> str:
    """
    >>> figure(0.123, Format.PERCENT, ""), figure(7.0, Format.COUNT, "款"), figure(12345.0, Format.MONEY, "元")
    ('12.3%', '7 款', '1.2 万元')
    """
    match form:
        case Format.PERCENT:
            return words.percent(value)
        case Format.MONEY:
            return words.money(value, unit or "元")
        case Format.COUNT:
            return f"{words.count(value)} {unit}".strip()
        case _:
            return f"{words.number(value)} {unit}".strip()


def item(told: Told, split: Split, part: Part) -> str:
    return BLANK + told.labels[split.dimension] if part.value is None else str(part.value)
