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
PURE = """
    abs age any_value approx_count_distinct approx_quantile arg_max arg_min array_agg
    array_length array_value atan atan2 avg bit_and bit_count bit_or bit_xor bool_and bool_or
    cbrt ceil ceiling century chr coalesce concat concat_ws contains corr cos count count_if
    count_star covar_pop covar_samp cume_dist damerau_levenshtein date_add date_diff date_part
    date_sub date_trunc datediff datesub day dayname dayofmonth dayofweek dayofyear decade
    degrees dense_rank entropy epoch epoch_ms even exp factorial favg first first_value flatten
    floor format fsum gamma generate_series greatest greatest_common_divisor grouping hash
    histogram hour ifnull instr isfinite isinf isnan isodow isoyear jaccard jaro_similarity
    julian kahan_sum kurtosis lag last last_day last_value lead least least_common_multiple left
    len length lgamma list list_aggr list_aggregate list_apply list_avg list_concat
    list_contains list_cosine_similarity list_count list_distance list_distinct list_dot_product
    list_element list_extract list_filter list_first list_grade_up list_has_all list_has_any
    list_intersect list_last list_max list_min list_position list_reduce list_resize
    list_reverse list_reverse_sort list_slice list_sort list_sum list_transform list_unique
    list_value list_where list_zip ln log log10 log2 lower lpad mad make_date make_time
    make_timestamp map map_entries map_keys map_values max max_by md5 median min min_by minute
    mode month monthname nextafter nfc_normalize normalized_interval nth_value ntile nullif
    percent_rank pi position pow power prefix printf product quantile quantile_cont
    quantile_disc quarter radians range rank regexp_extract regexp_full_match regexp_matches
    regexp_replace regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy repeat replace reverse right round row row_number rpad second sem sign sin
    skewness split_part sqrt starts_with stddev_pop stddev_samp strftime string_agg string_split
    strip_accents strlen strptime struct_extract struct_insert struct_pack substr substring
    suffix sum sumkahan tan text_normalize time_bucket to_days to_hours to_minutes to_months
    to_seconds to_weeks to_years trim trunc unicode unnest upper var_pop var_samp weekday
    weekofyear year yearweek
"""
PLAIN_FUNCTIONS = frozenset(PURE.split())

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
    here = node.db.lower() in {"", "main", "public"} and not node.catalog
    if known is not None and here:
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
