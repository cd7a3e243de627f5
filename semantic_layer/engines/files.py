"""CSV, Excel and Parquet files copied into a DuckDB in memory, which is then locked like any other.

Files that people have are untidy: GBK or a byte-order mark, a title above the header, 1,234 as text,
a total as the last line, N/A for nothing. Dates stay text here; inference recognises them.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import duckdb
from sqlglot import exp

from semantic_layer.engines.base import EngineError
from semantic_layer.engines.duckdb import DIALECT, DuckDBEngine

TEXT_FILES = (".csv", ".tsv", ".txt")
EXCEL_FILES = (".xlsx", ".xlsm")
PARQUET_FILES = (".parquet", ".pq")
DATABASES = (".duckdb", ".db")
KNOWN = TEXT_FILES + EXCEL_FILES + PARQUET_FILES + DATABASES

_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "latin-1")
_MISSING = (
    "",
    "-",
    "--",
    "—",
    "/",
    "N/A",
    "n/a",
    "NA",
    "NULL",
    "null",
    "None",
    "nan",
    "NaN",
    "#N/A",
)
_TOTALS = ("合计", "总计", "总和", "共计", "total", "grand total")
_WHOLE = r"-?(0|[1-9]\d{0,17})"
_DECIMAL = r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][-+]?\d+)?"
_CODE = r"0\d+|1\d{10}"  # leading zeros and phone numbers are names, not amounts
_LOOK_AHEAD = 30  # lines among which the header is


class UnreadableFile(EngineError):
    """``code`` is missing, unsupported, empty or broken; ``path`` the file."""

    def __init__(self, code: str, path: Path, detail: str = "") -> None:
        self.code, self.path = code, path
        super().__init__(f"{code}: {path.name} {detail}".strip())


def load_files(paths: Iterable[Path], *, memory: str = "4GB") -> DuckDBEngine:
    """Every file (every sheet, every table of a database) becomes a table named after it.

    Raises ``UnreadableFile``.
    """
    connection = duckdb.connect(":memory:", config={"memory_limit": memory})
    taken: set[str] = set()
    try:
        for path in paths:
            _load(connection, path, taken)
    except duckdb.Error as e:
        raise UnreadableFile("broken", path, str(e)) from e
    if not taken:
        raise UnreadableFile("empty", path)
    return DuckDBEngine.wrap(connection)


def _load(connection: duckdb.DuckDBPyConnection, path: Path, taken: set[str]) -> None:
    kind = path.suffix.lower()
    if kind in TEXT_FILES:
        _load_rows(connection, _free(path.stem, taken), _text_rows(path))
    elif kind in EXCEL_FILES:
        for name, rows in _sheets(path):
            _load_rows(connection, _free(name, taken), rows)
    elif kind in PARQUET_FILES:
        source = exp.func("read_parquet", exp.Literal.string(str(path)))
        _create(connection, _free(path.stem, taken), exp.select("*").from_(source))
    elif kind in DATABASES:
        _copy_database(connection, path, taken)
    else:
        raise UnreadableFile("unsupported", path)


def _free(name: str, taken: set[str]) -> str:
    """A table name that no other file has: 订单, 订单_2."""
    base = re.sub(r"\s+", "_", name.strip()) or "data"
    free, n = base, 2
    while free.lower() in taken:
        free, n = f"{base}_{n}", n + 1
    taken.add(free.lower())
    return free


def _create(connection: duckdb.DuckDBPyConnection, table: str, query: exp.Query) -> None:
    target = exp.Table(this=exp.to_identifier(table, quoted=True))
    statement = exp.Create(this=target, kind="TABLE", expression=query)
    connection.execute(statement.sql(dialect=DIALECT))


def _copy_database(connection: duckdb.DuckDBPyConnection, path: Path, taken: set[str]) -> None:
    alias = exp.to_identifier(_free("attached_" + path.stem, set()), quoted=True)
    attach = exp.Attach(
        this=exp.alias_(exp.Literal.string(str(path)), alias),
        expressions=[exp.AttachOption(this=exp.var("READ_ONLY"))],
    )
    connection.execute(attach.sql(dialect=DIALECT))
    names = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? "
        "AND table_schema = 'main' ORDER BY table_name",
        [alias.name],
    ).fetchall()
    for (name,) in names:
        source = exp.Table(
            this=exp.to_identifier(name, quoted=True),
            db=exp.to_identifier("main"),
            catalog=alias.copy(),
        )
        _create(connection, _free(name, taken), exp.select("*").from_(source))
    connection.execute(exp.Detach(this=alias.copy()).sql(dialect=DIALECT))


# ── rows of text and Excel files ──────────────────────────────────────────────────────────────


def _text_rows(path: Path) -> Iterator[list[str]]:
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableFile("empty", path)
    text = _decode(raw)
    head = "\n".join(text.splitlines()[:_LOOK_AHEAD])
    mark = max(",\t;|", key=lambda m: (head.count(m), m == ","))
    return csv.reader(io.StringIO(text), delimiter=mark)


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes any bytes")


def _sheets(path: Path) -> Iterator[tuple[str, Iterable[list[str]]]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # a slow import, needed for Excel alone

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError, ValueError) as e:
        raise UnreadableFile("broken", path, str(e)) from e
    sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
    for sheet in sheets:
        name = path.stem if len(sheets) == 1 else sheet.title
        rows = [[_cell(v) for v in row] for row in sheet.iter_rows(values_only=True)]
        if any(any(row) for row in rows):
            yield name, rows
    book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _header(rows: Sequence[Sequence[str]]) -> int:
    """The line with the column names: the first that is as full as any and holds no number."""
    widths = [sum(bool(c.strip()) for c in row) for row in rows]
    full = max(widths, default=0)
    for i, row in enumerate(rows):
        named = [c for c in row if c.strip()]
        if widths[i] >= max(1, 0.8 * full) and not any(re.fullmatch(_DECIMAL, c) for c in named):
            return i
    return next((i for i, w in enumerate(widths) if w == full), 0)


def _names(row: Sequence[str], width: int) -> list[str]:
    taken: set[str] = set()
    cells = [*row, *[""] * (width - len(row))][:width]
    return [
        _free(re.sub(r"\s+", "", c) if not c.isascii() else c.strip() or f"列{i + 1}", taken)
        for i, c in enumerate(cells)
    ]


def _load_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[str]]
) -> None:
    """Through a UTF-8 file that DuckDB reads at full speed, then into typed columns."""
    lines = iter(rows)
    first = [list(line) for _, line in zip(range(_LOOK_AHEAD), lines, strict=False)]
    start = _header(first)
    width = max((len(r) for r in first[start:]), default=0)
    names = _names(first[start], width) if first else []
    if not names:
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rows.csv"
        with copy.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL)
            writer.writerow(names)
            for line in (*first[start + 1 :], *lines):
                cells = [c.strip() for c in line][:width]
                if any(cells):
                    writer.writerow(cells + [""] * (width - len(cells)))
        raw = connection.read_csv(
            str(copy), header=True, all_varchar=True, delimiter=",", quotechar='"', encoding="utf-8"
        )
        raw.create("_raw_rows")
    _create(connection, table, _typed(connection, names))
    connection.execute('DROP TABLE "_raw_rows"')


def _typed(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> exp.Select:
    """A SELECT that turns marks of nothing into NULL and whole columns of numbers into numbers."""
    origin = exp.to_table("_raw_rows")
    missing = [exp.Literal.string(m) for m in _MISSING]

    def filled(name: str) -> exp.Expr:
        column = exp.column(name, quoted=True)
        found = exp.In(this=column.copy(), expressions=[m.copy() for m in missing])
        return exp.Case().when(found, exp.null()).else_(column)

    def fits(name: str, pattern: str) -> exp.Expr:
        test = exp.func("regexp_full_match", filled(name), exp.Literal.string(pattern))
        return exp.func("coalesce", exp.func("bool_and", test), exp.false())

    probes = [
        exp.alias_(fits(n, p), f"p{i}_{j}")
        for i, n in enumerate(names)
        for j, p in enumerate((_WHOLE, _DECIMAL, _CODE))
    ]
    answer = connection.execute(exp.select(*probes).from_(origin).sql(dialect=DIALECT)).fetchone()
    flags = list(answer or ())
    columns: list[exp.Expr] = []
    for i, name in enumerate(names):
        whole, decimal, code = flags[3 * i : 3 * i + 3]
        value = filled(name)
        if whole and not code:
            value = exp.cast(value, "BIGINT")
        elif decimal and not code:
            plain = exp.func("replace", value, exp.Literal.string(","), exp.Literal.string(""))
            value = exp.TryCast(this=plain, to=exp.DataType.build("DOUBLE"))
        columns.append(exp.alias_(value, name, quoted=True))
    first = exp.Lower(this=exp.func("coalesce", filled(names[0]), exp.Literal.string("")))
    totals = exp.In(this=first, expressions=[exp.Literal.string(t) for t in _TOTALS])
    return exp.select(*columns).from_(origin.copy()).where(exp.Not(this=totals))
