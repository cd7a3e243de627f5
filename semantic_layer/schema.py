"""The YAML, one to one. pydantic lives here and nowhere else; ``build.py`` makes a Catalog of it.

A model is a folder of files with this one schema: every key is optional in a single file, lists of
several files are joined. What one line means to a person is taught in ``docs/modelling.md``.
List items may be None only because the loader blanks broken ones to keep the positions of the rest.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from semantic_layer.catalog import Direction, Format, Kind
from semantic_layer.query import Agg, Grain

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[date, Field(strict=False)]
AnyAgg = Annotated[Agg, Field(strict=False)]
AnyFormat = Annotated[Format, Field(strict=False)]
AnyKind = Annotated[Kind, Field(strict=False)]
AnyDirection = Annotated[Direction, Field(strict=False)]
Compare = Literal[">=", ">", "=", "<", "<=", "!="]
Span = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$")]
YearlySpan = Annotated[str, Field(pattern=r"^\d{2}-\d{2}\.\.\d{2}-\d{2}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DimensionYaml(Strict):
    name: Name
    label: Text
    expr: str | None = None  # left out: the column of the same name
    kind: AnyKind = Kind.TEXT
    synonyms: list[Text] = []
    unit: str = ""
    format: AnyFormat = Format.NUMBER
    lexicon: Literal["values", "none"] = "none"
    values: dict[str, list[Text]] = {}
    order: list[Text] = []
    scale: Literal["rising", "falling"] | None = None
    parent: Name | None = None
    names: Name | None = None
    instead: list[Name] = []
    explains: bool = True
    agg: AnyAgg | None = None
    grain: Annotated[Grain, Field(strict=False)] | None = None
    sensitive: bool = False
    description: str = ""


class JoinYaml(Strict):
    to: Name
    on: Text | dict[str, Text]  # one column of both sides, or {left: right}


class TableYaml(Strict):
    name: Name
    label: Text
    source: str = ""
    sql: str = ""
    key: Text | list[Text] = []
    entity: str = ""
    classifier: Text = "条"
    synonyms: list[Text] = []
    time: Name | None = None
    names: Name | None = None
    display: list[Name] = []
    where: str = ""
    description: str = ""
    joins: list[JoinYaml | None] = []
    dimensions: list[DimensionYaml | None] = []


class AggregateYaml(Strict):
    type: Literal["aggregate"]
    table: Name
    agg: AnyAgg
    expr: str = ""
    where: str = ""
    time: Name | None = None
    snapshot: bool = False
    at: Annotated[float, Field(gt=0, lt=1)] | None = None


class RatioYaml(Strict):
    type: Literal["ratio"]
    numerator: Name
    denominator: Name


class DerivedYaml(Strict):
    type: Literal["derived"]
    expr: Text


class CountGroupsYaml(Strict):
    type: Literal["count_groups"]
    table: Name
    per: Text
    agg: AnyAgg
    expr: Text
    op: Compare
    value: float
    where: str = ""
    time: Name | None = None


class RunningTotalYaml(Strict):
    type: Literal["running_total"]
    metric: Name


CalcYaml = AggregateYaml | RatioYaml | DerivedYaml | CountGroupsYaml | RunningTotalYaml


class MetricYaml(Strict):
    name: Name
    label: Text
    calc: Annotated[CalcYaml, Field(discriminator="type")]
    unit: str = ""
    format: AnyFormat = Format.NUMBER
    synonyms: list[Text] = []
    direction: AnyDirection = Direction.UP
    definition: str = ""
    owner: str = ""
    finer: Name | None = None
    verbs: list[Text] = []
    target: Name | None = None
    factors: list[Name] = []
    drivers: list[Name] = []
    default_period: str = ""


class TermYaml(Strict):
    name: Name
    label: Text
    table: Name
    sql: Text
    synonyms: list[Text] = []
    definition: str = ""


class PeriodYaml(Strict):
    label: Text
    spans: list[Span] = []
    yearly: YearlySpan | None = None
    synonyms: list[Text] = []


class RoleTableYaml(Strict):
    """Roles that one table plays in analyses: role → SQL over the table's columns."""

    table: Name
    bind: dict[Name, Text]


class QuantileYaml(Strict):
    """``cuts`` are shares of people (0.8: above four fifths of them); one more of ``values``."""

    expr: Text
    cuts: list[Annotated[float, Field(gt=0, lt=1)]] = Field(min_length=1)
    values: list[Text]

    @model_validator(mode="after")
    def _one_more(self) -> QuantileYaml:
        if len(self.values) != len(self.cuts) + 1 or sorted(self.cuts) != self.cuts:
            raise ValueError("cuts 从小到大，values 比 cuts 多一个")
        return self


class TagYaml(Strict):
    """One of ``dimension``, ``rules`` (value → SQL over ``table``; the first that holds),
    ``quantile`` or ``model`` (an analysis that puts people into groups)."""

    name: Name
    label: Text
    kind: Literal["attribute", "behaviour", "value"]
    table: Name | None = None
    dimension: Name | None = None
    rules: dict[Text, Text] = {}
    quantile: QuantileYaml | None = None
    model: Name | None = None
    definition: str = ""

    @model_validator(mode="after")
    def _one_method(self) -> TagYaml:
        ways = [w for w in (self.dimension, self.rules, self.quantile, self.model) if w]
        if len(ways) != 1:
            raise ValueError("dimension、rules、quantile、model 写且只写一个")
        if (self.rules or self.quantile) and not self.table:
            raise ValueError("写 rules 或 quantile 要说明 table")
        return self


class ModelYaml(Strict):
    model: Name | None = None
    label: str = ""
    description: str = ""
    source: str = ""
    dialect: Literal["duckdb", "postgres", "spark", "clickhouse"] = "duckdb"
    today: Day | None = None
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    primary: list[Name] = []
    ambiguous: dict[Text, list[Name]] = {}
    examples: dict[str, list[Text]] = {}
    tables: list[TableYaml | None] = []
    metrics: list[MetricYaml | None] = []
    terms: list[TermYaml | None] = []
    periods: list[PeriodYaml | None] = []
    roles: list[RoleTableYaml | None] = []
    steps: dict[Text, list[Text]] = {}
    aspects: dict[Text, list[Text]] = {}  # of reviews: name → the words that speak of it
    tags: list[TagYaml | None] = []
