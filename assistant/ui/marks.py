"""Text as the page shows it: escaped HTML and Markdown for questions, headlines and choices.

Pure text functions; no Streamlit, so that they can be tested by example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html import escape

from assistant.reply import Unread

CHANGE = re.compile(r"([+-])\d[\d,]*(?:\.\d+)?(?: ?[万亿])?(?: ?个百分点|%|元)?")
BOUND = re.compile(r"区间 ?$|[+-][^，；、（）]*到 ?$")  # what stands before an end of an interval
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)? [\u4e00-\u9fff]{1,2}")


def question_html(question: str, unread: Sequence[Unread]) -> str:
    """The question with the words that were not read underlined.

    >>> question_html("帮我看<b>", [Unread("帮我", 0, 2)])
    '<span class="unread" title="没有用上">帮我</span>看&lt;b&gt;'
    """
    parts, at = [], 0
    for word in sorted(unread, key=lambda w: w.start):
        if word.start < at or word.end > len(question):
            continue
        parts.append(escape(question[at : word.start]))
        inside = escape(question[word.start : word.end])
        parts.append(f'<span class="unread" title="没有用上">{inside}</span>')
        at = word.end
    return "".join([*parts, escape(question[at:])])


def headline_html(headline: str, up_is_red: bool | None) -> str:
    """The headline with its changes coloured and given an arrow; red is up unless switched, and None
    leaves them plain. The ends of an interval are no changes. A figure and its unit stay on one line.

    >>> headline_html("12 万元，同比 +8.1%", True)
    '<span class="figure">12 万元</span>，同比 <span class="change red"><i>▲</i> +8.1%</span>'
    >>> headline_html("-3.0% <", False)
    '<span class="change red"><i>▼</i> -3.0%</span> &lt;'
    >>> headline_html("95% 区间 +0.9% 到 +3.8%", True)
    '95% 区间 +0.9% 到 +3.8%'
    >>> headline_html("多 18.1 万元", None)
    '多 <span class="figure">18.1 万元</span>'
    """
    parts, at = [], 0
    for match in CHANGE.finditer(headline):
        if match.start() and headline[match.start() - 1].isalnum():
            continue  # 2026-05: a date, or a name
        if up_is_red is None or BOUND.search(headline[: match.start()]):
            continue
        up = match[1] == "+"
        colour = "red" if up == up_is_red else "green"
        parts.append(_whole(headline[at : match.start()]))
        arrow = "▲" if up else "▼"
        parts.append(f'<span class="change {colour}"><i>{arrow}</i> {escape(match[0])}</span>')
        at = match.end()
    return "".join([*parts, _whole(headline[at:])])


def _whole(text: str) -> str:
    """Escaped, with each figure kept together with its unit: no line ends between 18.1 万 and 元."""
    return FIGURE.sub(r'<span class="figure">\g<0></span>', escape(text))


def differing(sentences: Sequence[str]) -> tuple[str, ...]:
    """The sentences in Markdown, with the words that set each apart from the first in bold.

    >>> differing(["按同比看华东", "按环比看华东"])
    ('按**同**比看华东', '按**环**比看华东')
    >>> differing(["一样", "一样"])
    ('一样', '一样')
    """
    if not sentences:
        return ()
    first, bold = sentences[0], []
    own: set[int] = set()
    for other in sentences[1:]:
        own.update(_unshared(first, other))
        bold.append((other, _unshared(other, first)))
    return tuple(_bolded(text, spots) for text, spots in [(first, own), *bold])


def _unshared(text: str, other: str) -> set[int]:
    """Positions of ``text`` that ``other`` does not have in the same order."""
    shared: set[int] = set()
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    for block in matcher.get_matching_blocks():
        shared.update(range(block.a, block.a + block.size))
    return set(range(len(text))) - shared


def _bolded(text: str, spots: Iterable[int]) -> str:
    inside, parts, on = set(spots), [], False
    for i, letter in enumerate(text):
        if (i in inside) != on:
            on = not on
            parts.append("**")
        parts.append(plain_markdown(letter))
    return "".join(parts) + ("**" if on else "")


def plain_markdown(text: str) -> str:
    r"""``text`` shown as it is where Markdown is read.

    >>> plain_markdown("a*b [c] 3~5月")
    'a\\*b \\[c\\] 3\\~5月'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>])", r"\\\1", text) if text else text


def width(text: str) -> float:
    """How wide ``text`` is, in 汉字; Latin letters and figures take about half of one.

    >>> width("销售额 12")
    4.65
    """
    return round(sum(0.55 if ord(letter) < 0x2000 else 1 for letter in text), 2)
