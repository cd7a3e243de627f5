"""How well sentences are read: a folder of examples in, a score by kind of question out.

An example is a sentence and the query that a person says it means, in the notation of
``semantic_layer/compact.py``. Nothing is run against a database: this measures understanding only.
The worst outcome has a name of its own: *wrong* is a different query, answered with nothing said.

Files are YAML lists of ``{q, kind, expect, today}``; a dialogue is ``{name, turns: [{q, expect}]}``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import yaml

from semantic_layer.agree import Expectation, agrees
from semantic_layer.compact import one_line
from semantic_layer.query import Query

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
OPEN = ("sentences", "dialogues.yml", "problems.yml")  # what may be tuned on; heldout may not
TODAY = date(2026, 6, 24)


class Read(Protocol):
    """What a reader says about one sentence: an answer's query, or options, or a problem's code."""

    @property
    def status(self) -> str: ...
    @property
    def query(self) -> Query | None: ...
    @property
    def options(self) -> tuple[Query, ...]: ...
    @property
    def unread(self) -> tuple[str, ...]: ...
    @property
    def code(self) -> str: ...


class Reader(Protocol):
    """``session`` names a conversation that the reader remembers; None is a conversation of one."""

    def read(
        self, question: str, session: str | None = None, today: date | None = None
    ) -> Read: ...


class Outcome(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"  # another query, and nothing said
    SAID = "said"  # another query, but the words not understood were reported
    ASKED = "asked"  # a choice where there was one meaning
    REFUSED = "refused"  # a problem where there was an answer


@dataclass(frozen=True, slots=True)
class Example:
    """One turn. ``session`` is the dialogue it belongs to, "" for a sentence that stands alone."""

    question: str
    kind: str
    expect: Expectation = field(hash=False)
    today: date = TODAY
    session: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    example: Example
    outcome: Outcome
    differences: tuple[str, ...]
    got: str


@dataclass(frozen=True, slots=True)
class Report:
    verdicts: tuple[Verdict, ...]

    def count(self, outcome: Outcome, kind: str = "") -> int:
        """How many came out so, of one ``kind`` or of all."""
        return sum(v.outcome is outcome for v in self.of(kind))

    def of(self, kind: str = "") -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if kind in ("", v.example.kind))

    @property
    def share_right(self) -> float:
        """A fraction; 1 for an empty corpus."""
        return self.count(Outcome.RIGHT) / len(self.verdicts) if self.verdicts else 1.0


def load(path: Path) -> tuple[Example, ...]:
    """The examples of one file, or of every ``*.yml`` in a folder, in the order of names."""
    files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
    return tuple(example for file in files for example in _examples(file))


def _examples(file: Path) -> Iterator[Example]:
    for entry in yaml.safe_load(file.read_text(encoding="utf-8")) or ():
        today = entry.get("today", TODAY)
        if "turns" not in entry:
            yield Example(entry["q"], entry["kind"], entry["expect"], today)
            continue
        for turn in entry["turns"]:
            kind = turn.get("kind", entry.get("kind", "J1"))
            yield Example(turn["q"], kind, turn["expect"], today, f"{file.stem}/{entry['name']}")


def run(reader: Reader, examples: Iterable[Example] | Path) -> Report:
    """Read every example and judge it; the turns of a dialogue share a conversation."""
    listed = load(examples) if isinstance(examples, Path) else examples
    verdicts = []
    for example in listed:
        read = reader.read(example.question, session=example.session or None, today=example.today)
        verdicts.append(_verdict(example, read))
    return Report(tuple(verdicts))


def _verdict(example: Example, read: Read) -> Verdict:
    outcome, differences = judge(example.expect, read)
    got = {"answer": one_line(read.query) if read.query else "", "problem": read.code}
    text = got.get(status_of(read)) or " | ".join(one_line(option) for option in read.options)
    unread = f" (unread: {', '.join(read.unread)})" if read.unread else ""
    return Verdict(example, outcome, differences, f"{status_of(read)}: {text}{unread}")


# ── judging ───────────────────────────────────────────────────────────────────────────────────


def judge(expect: Expectation, read: Read) -> tuple[Outcome, tuple[str, ...]]:
    """``expect`` is a query in compact form, or one of ``{any: [...]}``, ``{status: choice}``,
    ``{status: problem, code}``, ``{status: directive}``, ``{choice: [queries]}``,
    ``{not: answer}``, ``{unread: [words]}``."""
    if "any" in expect:
        return _nearest(expect["any"], read)
    if "unread" in expect:
        return _judge_unread(expect["unread"], read)
    if "not" in expect:
        return _judge_status(
            read, status_of(read) != expect["not"], f"anything but {expect['not']}"
        )
    if "choice" in expect:
        missing = _missing(expect["choice"], read.options)
        return _judge_status(
            read, status_of(read) == "choice" and not missing, f"choice of {missing}"
        )
    if "status" in expect:
        wanted = (expect["status"], expect.get("code", read.code))
        return _judge_status(
            read, wanted == (status_of(read), read.code), " ".join(map(str, wanted))
        )
    if read.query is None or status_of(read) != "answer":
        return _otherwise(read), (
            f"expected an answer, got {status_of(read)} {read.code}".rstrip(),
        )
    differences = agrees(expect, read.query)
    return (_otherwise(read) if differences else Outcome.RIGHT), differences


def status_of(read: Read) -> str:
    """answer, choice, problem, or directive: understood, but nothing to compute (撤销, 导出)."""
    return "directive" if read.status == "answer" and read.query is None else read.status


def _nearest(alternatives: object, read: Read) -> tuple[Outcome, tuple[str, ...]]:
    """Right if one alternative is; else told by the one with the fewest differences."""
    judged = [judge(each, read) for each in _mappings(alternatives)]
    return min(judged, key=lambda verdict: (verdict[0] is not Outcome.RIGHT, len(verdict[1])))


def _judge_unread(words: object, read: Read) -> tuple[Outcome, tuple[str, ...]]:
    """A word is reported if what was unread covers it, half reported (said) if it overlaps it."""
    listed = words if isinstance(words, Sequence) and not isinstance(words, str) else (words,)
    hidden = [word for word in listed if not any(str(word) in unread for unread in read.unread)]
    if status_of(read) != "answer" or not hidden:
        return Outcome.RIGHT, ()
    half = all(any(unread in str(word) for unread in read.unread) for word in hidden)
    return Outcome.SAID if half else Outcome.WRONG, (f"not reported as unread: {hidden}",)


def _judge_status(read: Read, good: bool, wanted: str) -> tuple[Outcome, tuple[str, ...]]:
    if good:
        return Outcome.RIGHT, ()
    return _otherwise(read), (f"expected {wanted}, got {status_of(read)} {read.code}".rstrip(),)


def _otherwise(read: Read) -> Outcome:
    if status_of(read) == "choice":
        return Outcome.ASKED
    if status_of(read) == "problem":
        return Outcome.REFUSED
    if status_of(read) == "directive":
        return Outcome.REFUSED  # nothing was computed, so nothing can be believed
    return Outcome.SAID if read.unread else Outcome.WRONG


def _missing(wanted: object, options: tuple[Query, ...]) -> list[Expectation]:
    return [each for each in _mappings(wanted) if not any(not agrees(each, o) for o in options)]


def _mappings(value: object) -> list[Expectation]:
    listed = value if isinstance(value, list | tuple) else [value]
    return [each for each in listed if isinstance(each, Mapping)]


# ── telling ───────────────────────────────────────────────────────────────────────────────────


def table(report: Report) -> str:
    """One line a kind, and the sum."""
    lines = ["kind   n  " + "  ".join(f"{outcome.value:>7}" for outcome in Outcome)]
    kinds = sorted({verdict.example.kind for verdict in report.verdicts})
    for kind in [*kinds, ""]:
        counts = "  ".join(f"{report.count(outcome, kind):7}" for outcome in Outcome)
        lines.append(f"{kind or 'all':4} {len(report.of(kind)):4}  {counts}")
    return "\n".join([*lines, f"right {report.share_right:.1%}"])


def failures(report: Report) -> str:
    """Every sentence that did not come out right, with what differed and what was read."""
    lines = []
    for verdict in report.verdicts:
        if verdict.outcome is not Outcome.RIGHT:
            where = f" [{verdict.example.session}]" if verdict.example.session else ""
            lines.append(
                f"{verdict.outcome.value:7} {verdict.example.kind} {verdict.example.question}{where}"
            )
            lines += [f"        {difference}" for difference in verdict.differences]
            lines.append(f"        read as {verdict.got}")
    return "\n".join(lines)


def gaps(report: Report) -> str:
    """The sentences that fail, as ``known_gaps.yml`` keeps them."""
    failing = [gap_id(v.example) for v in report.verdicts if v.outcome is not Outcome.RIGHT]
    head = "# Not read right today; any other sentence that fails is a regression.\n"
    return head + yaml.safe_dump(failing, allow_unicode=True, width=1000, sort_keys=False)


def gap_id(example: Example) -> str:
    """A sentence, after the dialogue it belongs to if any."""
    return f"{example.session}: {example.question}" if example.session else example.question


def main(argv: Sequence[str]) -> int:
    """``wenshu test``: 0 if nothing was read wrong in silence, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="wenshu test", description="读句子的考试")
    parser.add_argument("folder", nargs="*", type=Path, help="文件或文件夹，默认全部语料")
    parser.add_argument("--model", default="retail", help="模型名")
    parser.add_argument("--kind", default="", help="只看一类，如 D1 或 D")
    parser.add_argument("--heldout", action="store_true", help="只考留出的句子")
    parser.add_argument("--failures", action="store_true", help="列出没读对的句子")
    parser.add_argument("--gaps", action="store_true", help="重写 known_gaps.yml")
    options = parser.parse_args(argv)
    if options.gaps and (options.kind or options.heldout or options.folder):
        parser.error("--gaps 要考全部语料")
    default = ["heldout"] if options.heldout else OPEN
    paths = options.folder or [CORPUS / name for name in default]
    examples = [each for path in paths for each in load(path)]
    chosen = [each for each in examples if each.session or each.kind.startswith(options.kind)]

    from assistant.service import (
        Assistant,
    )  # only the command needs a model; run() takes any reader

    report = run(Assistant.open(options.model), chosen)
    if options.gaps:
        (CORPUS / "known_gaps.yml").write_text(gaps(report), encoding="utf-8")
    report = Report(
        tuple(v for v in report.verdicts if v.example.kind.startswith(options.kind)),
    )
    print(table(report))
    if options.failures:
        print(failures(report))
    return 1 if report.count(Outcome.WRONG) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
