"""The last look before a database: one SELECT, known tables, columns and functions, and a LIMIT.

The compiler only builds such statements. The guard doesn't trust it, and analyses pass through it
too. It compares with an allow-list, because reading from a file, a setting or the network is only a
function call away in DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from semantic_layer.statement import Statement

Schema = Mapping[str, Mapping[str, str]]

# Functions that sqlglot has no class for (it keeps their name), all pure.
PLAIN_FUNCTIONS = frozenset(
    ["abs", "bar", "bit_count", "bool_and", "bool_or", "chr", "concat_ws", "contains", "damerau_levenshtein", "entropy", "epoch", "even", "factorial", "favg", "fsum", "gamma", "generate_series", "greatest_common_divisor", "hash", "histogram", "isfinite", "isinf", "isnan", "isodow", "jaccard", "jaro_similarity", "kahan_sum", "kurtosis", "last_day", "least_common_multiple", "len", "lgamma", "list_aggregate", "list_contains", "list_cosine_similarity", "list_distance", "list_distinct", "list_dot_product", "list_grade_up", "list_has_all", "list_has_any", "list_intersect", "list_position", "list_reduce", "list_reverse", "list_reverse_sort", "list_slice", "list_sort", "list_sum", "list_transform", "list_unique", "list_value", "list_where", "list_zip", "list_zip", "mad", "make_date", "make_time", "make_timestamp", "map_entries", "map_keys", "map_values", "mode", "nextafter", "normalized_interval", "product", "quantile_cont", "quantile_disc", "range", "regexp_full_match", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "reservoir_quantile", "sem", "setseed", "skewness", "string_split", "strip_accents", "struct_extract", "sumkahan", "text_normalize", "to_days", "to_months", "to_weeks", "to_years", "to_seconds", "to_minutes", "to_hours", "trunc", "unicode", "unnest", "weekday", "weekofyear", "year", "month", "day", "quarter", "hour", "minute", "second", "dayofweek", "dayofyear", "dayofmonth", "isoyear", "yearweek", "century", "decade", "julian", "monthname", "dayname", "list_apply", "list_filter", "flatten", "list_resize", "list_concat", "array_length", "bit_or", "bit_and", "bit_xor", "any_value", "first", "last", "arg_max", "arg_min", "max_by", "min_by", "list", "string_agg", "approx_quantile", "approx_count_distinct", "row_number", "rank", "dense_rank", "ntile", "lag", "lead", "first_value", "last_value", "nth_value", "cume_dist", "percent_rank", "power", "pow", "sqrt", "exp", "ln", "log", "log2", "log10", "sin", "cos", "tan", "round", "floor", "ceil", "ceiling", "sign", "random_none", "list_first", "list_last", "lower", "upper", "trim", "replace", "least", "greatest", "coalesce", "nullif", "ifnull", "date_diff", "date_part", "date_trunc", "date_add", "time_bucket", "list_aggr", "list_avg", "list_min", "list_max", "list_count", "list_extract", "list_element", "array_agg", "corr", "covar_pop", "covar_samp", "split_part", "starts_with", "prefix", "suffix", "nfc_normalize", "struct_pack", "row"]
)

# sqlglot classes that are functions but read something outside the query.
FORBIDDEN = (
    exp.Command,
    exp.Into,
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Merge,
    exp.Set,
    exp.Copy,
    exp.Attach,
    exp.Detach,
    exp.Pragma,
    exp.Use,
    exp.Placeholder,
    exp.Parameter,
    exp.ReadCSV,
    exp.ReadParquet,
    exp.SessionParameter,
    exp.CurrentUser,
    exp.Rand,
    exp.Uuid,
)


class Refused(Exception):
    """A statement that must not run: a mistake of a developer or of a model, never of a user."""


def check(statement: Statement, schema: Schema) -> None:
    """Raise ``Refused`` unless ``statement`` is one SELECT with a LIMIT over ``schema``."""
    if statement.ast.args.get("limit") is None:
        raise Refused("no LIMIT")
    check_select(statement.ast, schema)


def check_select(query: exp.Expr, schema: Schema) -> None:
    """Raise ``Refused`` unless ``query`` only reads known columns of known tables, purely."""
    if not isinstance(query, exp.Query):
        raise Refused(f"not a SELECT: {type(query).__name__}")
    columns: set[str] = set()
    outputs: set[str] = set()
    tables = {name.lower(): name for name in schema}
    for node in query.walk():
        if isinstance(node, FORBIDDEN):
            raise Refused(f"forbidden: {type(node).__name__}")
        if isinstance(node, exp.Func):
            _check_function(node)
        elif isinstance(node, exp.Table):
            _check_table(node, tables, columns, schema)
        elif isinstance(node, (exp.Alias, exp.CTE, exp.Subquery, exp.TableAlias)):
            outputs.update(_names(node))
    _check_columns(query, columns, outputs | {t.lower() for t in tables})


def _check_function(node: exp.Func) -> None:
    if isinstance(node, exp.Anonymous) and node.name.lower() not in PLAIN_FUNCTIONS:
        raise Refused(f"function {node.name}")


def _check_table(
    node: exp.Table, tables: Mapping[str, str], columns: set[str], schema: Schema
) -> None:
    if isinstance(node.this, exp.Func):
        name = node.this.name.lower() if isinstance(node.this, exp.Anonymous) else ""
        if isinstance(node.this, exp.Anonymous) and name not in {
            "generate_series",
            "range",
            "unnest",
        }:
            raise Refused(f"table function {name}")
        return
    known = tables.get(node.name.lower())
    if known is not None and node.db.lower() in {"", "main", "public"}:
        columns.update(c.lower() for c in schema[known])
    elif node.db or not _is_cte(node):
        raise Refused(f"table {node.sql(dialect='duckdb')}")


def _is_cte(node: exp.Table) -> bool:
    parent: exp.Expr | None = node
    while parent is not None:
        with_ = parent.args.get("with_") or parent.args.get("with")
        if with_ is not None and any(
            c.alias.lower() == node.name.lower() for c in with_.expressions
        ):
            return True
        parent = parent.parent
    return False


def _names(node: exp.Expr) -> Iterable[str]:
    if node.alias:
        yield node.alias.lower()
    if isinstance(node, exp.TableAlias):
        yield from (c.name.lower() for c in node.args.get("columns") or ())


def _check_columns(query: exp.Expr, columns: set[str], outputs: set[str]) -> None:
    for column in query.find_all(exp.Column):
        name = column.name.lower()
        if name and name != "*" and name not in columns and name not in outputs:
            raise Refused(f"column {column.sql(dialect='duckdb')}")
