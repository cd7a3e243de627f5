"""The command line: ``wenshu ask | check | serve | test | bench``.

Parses the words of a command and hands them to the module that does the work; heavy modules are
imported only by the command that needs them, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

EXPRESSIONS = ("time", "number")


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    top = argparse.ArgumentParser(prog="wenshu", description="用中文问数据，不用大模型，不用联网。")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="命令")

    ask = verbs.add_parser("ask", help="问一个问题，或用 --batch 问一批")
    ask.add_argument("question", nargs="?", help="问题，例如：上个月的销售额同比")
    ask.add_argument("--model", help="模型的名字或文件夹（都不写就是 retail）")
    ask.add_argument(
        "--source", type=Path, help="数据：.duckdb .csv .xlsx .parquet 或文件夹；不写模型就自动识别"
    )
    ask.add_argument("--today", type=date.fromisoformat, metavar="日期", help="把哪天当作今天")
    ask.add_argument("--json", action="store_true", help="输出 JSON")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl", help="一行一个问题")
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl", help="批量结果写到哪里")

    check = verbs.add_parser("check", help="检查模型，一次列出所有错误和位置")
    check.add_argument("model", nargs="*", default=["retail"], help="模型的名字或文件夹")
    check.add_argument("--source", type=Path, help="拿这份数据对照，而不是模型里写的")

    serve = verbs.add_parser("serve", help="打开页面；--api 只开 HTTP 接口")
    serve.add_argument("--port", type=int, help="端口（页面默认 8501，接口默认 8502）")
    serve.add_argument("--api", action="store_true", help="JSON 接口，不带页面")
    serve.add_argument("--model", default="retail", help="模型的名字或文件夹（默认 retail）")

    verbs.add_parser("test", help="用语料检查理解得对不对", add_help=False)

    bench = verbs.add_parser("bench", help="跑评测")
    suites = bench.add_subparsers(dest="suite", required=True, metavar="项目")
    for name, label in zip(EXPRESSIONS, ("时间表达", "数字表达"), strict=True):
        suite = suites.add_parser(name, help=f"{label}：逐行读 --in，结果写到 --out")
        suite.add_argument("--in", dest="source", type=Path, required=True, metavar="IN.jsonl")
        suite.add_argument("--out", dest="target", type=Path, required=True, metavar="OUT.jsonl")
    suites.add_parser("language", help="公开的中文问数数据集", add_help=False)
    suites.add_parser("parse", help="解析的速度", add_help=False)
    suites.add_parser("sentiment", help="评论情感，和 snownlp 并排", add_help=False)
    suites.add_parser("analyses", help="分析方法的速度，和手写 SQL 并排", add_help=False)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when it could not, 2 for a wrong command."""
    words = list(sys.argv[1:] if argv is None else argv)
    said, rest = parser().parse_known_args(words)
    own = ("language", "parse", "sentiment", "analyses")  # suites with a command line of their own
    passed_on = said.verb == "test" or getattr(said, "suite", "") in own
    if rest and not passed_on:
        parser().error(f"不认识的参数：{' '.join(rest)}")
    match said.verb:
        case "ask":
            from assistant.commands import ask

            if said.batch is not None:
                if said.out is None:
                    parser().error("--batch 需要 --out")
                return ask.many(said.batch, said.out, said.model, said.source, said.today)
            if not said.question:
                parser().error("还没有写问题")
            return ask.one(said.question, said.model, said.source, said.today, said.json)
        case "check":
            from assistant.commands import check

            return check.models(said.model, said.source)
        case "serve":
            from assistant.commands import serve

            return serve.api(said.model, said.port) if said.api else serve.page(said.port)
        case "test":
            return run("assistant.corpus", rest)
        case _:
            if said.suite in EXPRESSIONS:
                from assistant.commands import expressions

                return expressions.run(said.suite, said.source, said.target)
            return run(f"assistant.bench.{said.suite}", rest)


def run(module: str, argv: Sequence[str]) -> int:
    """A module with a command line of its own: ``main(argv) -> exit code``."""
    return int(importlib.import_module(module).main(list(argv)))


if __name__ == "__main__":
    sys.exit(main())
