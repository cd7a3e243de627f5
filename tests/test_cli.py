"""The command line and the HTTP interface, run over a small database as a person would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.types import Message

from assistant import Assistant, cli, http

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody modelled this: three orders in two cities."""
    path = tmp_path_factory.mktemp("cli") / "小店.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute("CREATE TABLE 订单 (订单号 INTEGER PRIMARY KEY, 城市 VARCHAR, 金额 DOUBLE)")
        db.execute("INSERT INTO 订单 VALUES (1, '杭州', 10), (2, '杭州', 20), (3, '苏州', 5)")
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(words)
    return code, capsys.readouterr().out


# ── ask ────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_as_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "ask", "金额总和", "--source", str(shop), "--json")
    reply = json.loads(out)
    assert code == 0 and reply["status"] == "answer"
    assert reply["rows"] == [[35.0]]


def test_an_answer_in_words(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "ask", "各城市的金额总和", "--source", str(shop))
    assert code == 0
    assert "杭州" in out and "30" in out and "苏州" in out


def test_a_problem_is_told_and_counted_as_one(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(capsys, "ask", "玄学指数是多少", "--source", str(shop))
    assert code == 1 and "玄学" in out


def test_a_batch_keeps_ids_and_sessions(shop: Path, tmp_path: Path) -> None:
    lines: list[dict[str, str | None]] = [
        {"id": "a", "question": "各城市的金额总和", "session": "s"},
        {"id": "b", "question": "只看杭州", "session": "s"},
        {"id": "c", "question": "金额总和", "session": None, "today": "2026-06-24"},
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    words = ["ask", "--batch", str(source), "--out", str(target), "--source", str(shop)]
    assert cli.main(words) == 0
    replies = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [r["id"] for r in replies] == ["a", "b", "c"]
    assert replies[0]["row_count"] == 2 and replies[2]["rows"] == [[35.0]]
    assert replies[1]["status"] == "answer" and "杭州" in replies[1]["understanding"]
    assert {r["question"] for r in replies} == {line["question"] for line in lines}


@pytest.mark.parametrize(
    "words",
    [
        ("ask",),
        ("ask", "--batch", "in.jsonl"),
        ("ask", "甲", "--colour", "red"),
        ("ask", "甲", "--today", "昨天"),
        ("bench", "time"),
        ("dance",),
    ],
    ids=" ".join,
)
def test_a_wrong_command_says_so(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(words)
    assert stopped.value.code == 2
    assert capsys.readouterr().err


# ── check, bench ───────────────────────────────────────────────────────────────────────────────


def test_check_passes_our_own_models(capsys: pytest.CaptureFixture[str]) -> None:
    models = sorted(p.name for p in (ROOT / "semantic_layer" / "models").iterdir() if p.is_dir())
    code, out = run(capsys, "check", *models)
    assert code == 0, out
    assert all(name in out for name in models)


def test_check_points_at_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yml").write_text("nmae: toy\nname: toy\nlable: 小店\n", encoding="utf-8")
    code, out = run(capsys, "check", str(tmp_path))
    assert code == 1
    assert "bad.yml:1:1" in out and "bad.yml:3:1" in out
    assert "^" in out


def test_check_of_a_model_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "check", "no-such-model")
    assert code == 1 and "no-such-model" in out


def test_expressions_in_bulk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "n1", "text": "三万五千"}\n', encoding="utf-8")
    assert cli.main(["bench", "number", "--in", str(source), "--out", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8"))["id"] == "n1"


# ── HTTP ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def assistant(shop: Path) -> Iterator[Assistant]:
    yield Assistant.open(source=shop)


def request(assistant: Assistant, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    """One request through the ASGI application: status and decoded JSON."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(http.application(assistant)(scope, receive, send))
    text = b"".join(m.get("body", b"") for m in sent)
    try:
        return sent[0]["status"], json.loads(text)
    except ValueError:
        return sent[0]["status"], text.decode()


def test_http_answers(assistant: Assistant) -> None:
    body = json.dumps({"question": "各城市的金额总和"}).encode()
    status, reply = request(assistant, "POST", "/ask", body)
    assert status == 200 and reply["status"] == "answer"
    assert sorted(map(tuple, reply["rows"])) == [("杭州", 30.0), ("苏州", 5.0)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"question": 3}',
        b'{"question": "x", "today": "soon"}',
        b'{"question": "x", "session": 1}',
        b'{"question": "' + b"x" * http.LONGEST_BODY + b'"}',
    ],
    ids=["empty", "list", "number", "date", "session", "long"],
)
def test_http_says_what_a_request_lacks(assistant: Assistant, body: bytes) -> None:
    status, reply = request(assistant, "POST", "/ask", body)
    assert status == 400 and reply["error"]


def test_http_names_what_can_be_asked(assistant: Assistant) -> None:
    status, names = request(assistant, "GET", "/catalog")
    assert status == 200
    assert {d["label"] for d in names["dimensions"]} >= {"城市", "金额"}
    assert request(assistant, "GET", "/health")[1]["status"] == "ok"
    assert request(assistant, "GET", "/ask")[0] == 405
    assert request(assistant, "GET", "/nothing")[0] == 404


def test_check_holds_the_model_against_its_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A column that the data does not have is told with its place, not found by the first question."""
    (tmp_path / "model.yml").write_text(
        "model: stall\nlabel: 小摊\n"
        "tables:\n"
        "  - name: sales\n    label: 销售\n    source: sales\n    key: [id]\n    time: sold_at\n"
        "    dimensions:\n      - {name: sold_at, label: 日期, kind: time}\n"
        "metrics:\n"
        "  - {name: taken, label: 收入, calc: {type: aggregate, table: sales, agg: sum, expr: amuont}}\n",
        encoding="utf-8",
    )
    source = tmp_path / "stall.duckdb"
    with duckdb.connect(str(source)) as db:
        db.execute(
            "CREATE TABLE sales AS SELECT 1 AS id, DATE '2026-01-01' AS sold_at, 2.0 AS amount"
        )
    code, out = run(capsys, "check", str(tmp_path), "--source", str(source))
    assert code == 1 and "amuont" in out and "model.yml:" in out
