"""The SQL that a model carries: does it parse, and do its columns exist in the database?

Expressions are DuckDB SQL over one table's columns. ``{start}`` and ``{end}`` stand for the bounds of
the period, ``{name}`` for the condition of a term of the same model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp, parse
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from semantic_layer.catalog import Aggregate, Catalog, CountGroups, Table
from semantic_layer.parts import Part, names
from semantic_layer.schema import AggregateYaml, CountGroupsYaml, DerivedYaml
from semantic_layer.shape_words import suggest
from semantic_layer.source_map import Issue, Path, Position

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BOUNDS = ("start", "end")
FAULTS = (
    (r"^Expecting \)", "少了右括号"),
    (r"^Expected END", "CASE 少了 END"),
    (r"^Required keyword: '(\w+)'", "后面少了内容"),
    (r"^Invalid expression", "这里看不懂"),
)
Columns = Mapping[str, Mapping[str, str]]  # table → column → type


def bad_sql(parts: Sequence[Part]) -> Iterator[Issue]:
    """Every expression or SELECT that DuckDB could not parse, at the character where it breaks."""
    terms = names(parts, "term")
    for part in parts:
        for path, sql, is_select in _sqls(part):
            for word in PLACEHOLDER.finditer(sql):
                if word[1] not in terms and (is_select or word[1] not in BOUNDS):
                    at = part.source.inside(path, *_line_column(sql, word.start()))
                    hint = suggest(word[1], [*terms, *BOUNDS], "可用：{start} {end} {条件的 name}")
                    yield Issue(at, "unknown-placeholder", f"不认识 {word[0]}", hint)
            if fault := _fault(sql, is_select):
                line, column, why = fault
                at = part.source.inside(path, line, column)
                yield Issue(at, "bad-sql", f"SQL 有误：{why}", "按 DuckDB 语法改")


def column_names(expr: str) -> list[tuple[str, int]]:
    """The names in an arithmetic expression, each with its column from 1; empty where it is broken."""
    tree = _parsed(expr, is_select=False)
    if not isinstance(tree, exp.Expr):
        return []
    found = {
        c.name: c.this.meta.get("start", 0) - len("SELECT ") for c in tree.find_all(exp.Column)
    }
    return sorted(
        ((n, max(column, 0) + 1) for n, column in found.items()), key=lambda pair: pair[1]
    )


def check_database(
    catalog: Catalog, columns: Columns, at: Mapping[str, Position] | None = None
) -> tuple[Issue, ...]:
    """The catalog against real tables: unknown tables and columns, each at its line.

    ``columns`` is physical table → column → type; ``at`` comes from ``load.positions``.
    """
    places = at or {}
    issues: list[Issue] = []

    def report(thing: str, code: str, message: str, hint: str) -> None:
        place = places.get(thing, Position(catalog.name, 1, 1))
        issues.append(Issue(place, code, message, hint))

    real = {t: outputs for t in catalog.tables if (outputs := _outputs(catalog.tables[t], columns))}
    for name, table in catalog.tables.items():
        if table.source and name not in real:
            hint = suggest(table.source, sorted(columns), f"库里有：{'、'.join(sorted(columns))}")
            report(f"table {name}", "no-table", f"数据库里没有表 {table.source}", hint)
        elif table.sql and name not in real:
            why = "查询在数据库里跑不通，检查表名和列名"
            report(f"table {name}", "no-table", f"{name}：{why}", "按数据库里的表和列改 sql")
    for thing, table_name, sql in _expressions(catalog):
        have = real.get(table_name)
        if have is None:
            continue
        for column in sorted(_columns_of(sql) - have):
            hint = suggest(column, sorted(have), f"{table_name} 有：{'、'.join(sorted(have))}")
            report(thing, "no-column", f"{table_name} 没有列 {column}", hint)
    return tuple(sorted(set(issues)))


def _sqls(part: Part) -> Iterator[tuple[Path, str, bool]]:
    """(where, SQL, is it a SELECT) of everything in SQL that is not empty."""
    for path, table in part.tables():
        yield from (((*path, "sql"), table.sql, True),) if table.sql else ()
        yield from (((*path, "where"), table.where, False),) if table.where else ()
    for path, _, dimension in part.dimensions():
        yield from (((*path, "expr"), dimension.expr, False),) if dimension.expr else ()
    for path, metric in part.metrics():
        calc = metric.calc
        match calc:
            case AggregateYaml():
                pairs = [("expr", calc.expr), ("where", calc.where)]
            case CountGroupsYaml():
                pairs = [("per", calc.per), ("expr", calc.expr), ("where", calc.where)]
            case DerivedYaml():
                pairs = [("expr", calc.expr)]
            case _:
                pairs = []
        yield from (((*path, "calc", key), sql, False) for key, sql in pairs if sql)
    for path, term in part.terms():
        yield (*path, "sql"), term.sql, False
    for path, role in part.roles():
        yield from (((*path, "bind", key), sql, False) for key, sql in role.bind.items())
    for i, tag in enumerate(part.model.tags):
        if tag and tag.quantile:
            yield ("tags", i, "quantile", "expr"), tag.quantile.expr, False
        if tag:
            yield from ((("tags", i, "rules", key), sql, False) for key, sql in tag.rules.items())


def _parsed(sql: str, is_select: bool) -> exp.Expr | tuple[int, int, str]:
    """The tree, or (line, column, why) of the first fault."""
    text = PLACEHOLDER.sub(lambda m: f"_{m[1]}_", sql)  # as long as before: columns stay true
    prefix = "" if is_select else "SELECT "
    try:
        trees = parse(prefix + text, dialect="duckdb")
    except ParseError as error:
        first = error.errors[0]
        line, end = int(first["line"] or 1), int(first["col"] or 1)
        column = end - len(str(first["highlight"] or "")) + 1
        why = next((w for p, w in FAULTS if re.search(p, str(first["description"]))), "语法不对")
        near = str(first["highlight"] or "").strip()
        return line, max(column - (len(prefix) if line == 1 else 0), 1), f"{why}（“{near}”处）"
    except TokenError:
        return 1, 1, "引号没有成对"
    tree = trees[0] if len(trees) == 1 else None
    if is_select:
        return (
            tree if isinstance(tree, exp.Select | exp.SetOperation) else (1, 1, "要写成一个 SELECT")
        )
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_"):
        return 1, 1, "要写成一个表达式"
    inner: exp.Expr = tree.expressions[0]
    if isinstance(inner, exp.Alias):
        return 1, 1, "表达式里不能有别名，检查是否少了运算符"
    return inner.copy()  # apart from the SELECT around it


def _fault(sql: str, is_select: bool) -> tuple[int, int, str] | None:
    found = _parsed(sql, is_select)
    return found if isinstance(found, tuple) else None


def _line_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _outputs(table: Table, columns: Columns) -> frozenset[str] | None:
    """The columns of a table, lower case; None where the database can't give them."""
    real: dict[str, object] = {
        t.casefold(): {c.casefold(): k for c, k in cs.items()} for t, cs in columns.items()
    }
    if table.source:
        found = real.get(table.source.casefold())
        return frozenset(found) if isinstance(found, dict) else None
    tree = _parsed(table.sql, is_select=True)
    if not isinstance(tree, exp.Query):
        return None
    used = {t.name.casefold() for s in traverse_scope(tree) for t in s.tables}
    if not used <= set(real):
        return None
    try:
        done = qualify(tree, schema=real, dialect="duckdb", validate_qualify_columns=True)
    except SqlglotError:
        return None
    return frozenset(name.casefold() for name in done.named_selects)


def _expressions(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """(what, table, SQL) of everything that is computed over one table's columns."""
    for table in catalog.tables.values():
        yield f"table {table.name}", table.name, table.where
        yield from ((f"table {table.name}", table.name, f'"{column}"') for column in table.key)
    for dimension in catalog.dimensions.values():
        yield f"dimension {dimension.name}", dimension.table, dimension.expr
    for metric in catalog.metrics.values():
        thing, calc = f"metric {metric.name}", metric.calc
        if isinstance(calc, Aggregate | CountGroups):
            yield thing, calc.table, calc.expr
            yield thing, calc.table, calc.where
        if isinstance(calc, CountGroups):
            yield thing, calc.table, calc.per
    for term in catalog.terms.values():
        yield f"term {term.name}", term.table, term.sql
    for role in catalog.roles:
        yield f"table {role.table}", role.table, role.expr
    for join in catalog.joins:
        for left, right in join.on:
            yield f"table {join.left}", join.left, f'"{left}"'
            yield f"table {join.right}", join.right, f'"{right}"'


def _columns_of(sql: str) -> frozenset[str]:
    """The columns of the table itself: those of subqueries and of lambdas are their own."""
    tree = _parsed(sql, is_select=False) if sql else None
    if not isinstance(tree, exp.Expr):
        return frozenset()
    own = {f"_{bound}_" for bound in BOUNDS}
    for lambda_ in tree.find_all(exp.Lambda):
        own |= {e.name for e in lambda_.expressions}
    return frozenset(
        c.name.casefold()
        for c in tree.find_all(exp.Column)
        if not c.find_ancestor(exp.Query) and c.name not in own
    )
