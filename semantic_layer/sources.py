"""From a path to an engine: a DuckDB database, a CSV, an Excel or Parquet file, or a folder of them.

It knows which door to use and nothing of what the data means; ``infer.py`` reads the engine next.
"""

from __future__ import annotations

from pathlib import Path

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.files import DATABASES, KNOWN, UnreadableFile, load_files


def open_source(source: str | Path) -> DuckDBEngine:
    """Open ``source`` for reading.

    Raises ``UnreadableFile`` with code missing, unsupported, empty or broken.
    """
    path = Path(source).expanduser()
    if not path.exists():
        raise UnreadableFile("missing", path)
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if f.suffix.lower() in KNOWN and f.is_file())
        files = [f for f in files if not f.name.startswith((".", "~$"))]
        if not files:
            raise UnreadableFile("empty", path)
        if len(files) > 1 or files[0].suffix.lower() not in DATABASES:
            return load_files(files)
        path = files[0]
    if path.suffix.lower() in DATABASES:
        return DuckDBEngine.open(path)
    if path.suffix.lower() not in KNOWN:
        raise UnreadableFile("unsupported", path)
    return load_files([path])


def name_of(source: str | Path) -> str:
    """What the data is called: the file's or the folder's name without its ending."""
    return Path(source).expanduser().resolve().stem
