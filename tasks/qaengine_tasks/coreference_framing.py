"""Finds the mentions that a question is about, however a user marks them.

"Is [Ida] coreferent with [her]?", 'Do "Ida" and her refer to the same person?', or one mention in
brackets in the input, and the sentence again in the question, with the other one in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from qaengine.errors import InputError
from qaengine_tasks.coreference_marks import (
    Marked,
    Name,
    Run,
    Tokens,
    find,
    in_order,
    mark,
    marked_names,
    missing,
    occurrences,
    unmarked,
)

PAIR = "Is [{a}] coreferent with [{b}]?"

_POINTERS = frozenset({"it", "this", "that"})
"""They point at the mention in brackets rather than name one, where there is one in brackets."""

_VERB = (
    r"\b(?:is|are|was|were|do|does|did|can|could|may|might|whether|if)\s+(?:it\s+true\s+that\s+)?"
    r"(?:the\s+(?:words?|mentions?|expressions?|names?|pronouns?)\s+)?"
)
_SAME = r"(?:the\s+same(?:\s+\w+){0,5}?|one\s+and\s+the\s+same|identical|co(?:\s?-\s?)?referen\w+)"
_REFER = r"(?:(?:co(?:\s?-\s?)?)?refers?|means?|denotes?|stands?|points?|belongs?)"
_FORMS = tuple(
    re.compile(_VERB + form, re.IGNORECASE)
    for form in (
        rf"(?P<a>.+?)\s+(?:{_SAME}\s+(?:with|to|as)|{_REFER}(?:\s+(?:back\s+)?(?:to|with|for))?"
        rf"(?:\s+{_SAME}\s+as)?|another\s+(?:word|name)\s+for)\s*:?\s+(?P<b>.+?)\W*$",
        rf"(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+(?:(?:are|were|be)\s+)?(?:both\s+)?(?:{_SAME}|{_REFER}|one)\b",
    )
)
_ARTICLES = frozenset(("a", "an", "the"))
_ASKING = _ARTICLES | frozenset(
    """. , : ; ? ! - ( ) also and another any are as author back be been both by can co coref
    corefer coreference coreferent corefers could did different do does each either entity
    for expression from here identical if in input is item link linked mean meant means
    mention mentions name names no not of one or other person point points pronoun pronouns
    refer reference referent refers same say sentence speak speaks stand stands tell text
    that there these thing this those to true understood use used uses was we were what when
    whether which who whom with word words would writer writes yes you""".split()  # noqa: SIM905
)
"""Words that ask rather than name a mention."""

_LONGEST = 12
"""Words of a mention that a question names in a form of its own."""


def frame_pair(tokens: Sequence[str], question: str) -> tuple[Tokens, str]:
    """The text with brackets around the two mentions in question, and the question as `PAIR`.

    Raises `InputError` where the two cannot be found.
    """
    text = unmarked(tokens)
    first, second = sorted(_pair(text, question), key=in_order)
    a, b = (" ".join(text.words(run)) for run in (first, second))
    return mark(text.tokens, (first, second)), PAIR.format(a=a, b=b)


def _pair(text: Marked, question: str) -> Sequence[Run]:
    if len(text.runs) == 2 and "[" not in question:
        return text.runs
    names, asked = marked_names(question)
    if len(names) > 2:
        raise InputError(f"The question marks {len(names)} mentions. Mark two, or one.")
    marked = [text.words(run) for run in text.runs]
    if len(marked) == 2 and (
        all(name.words in marked for name in names)
        or not all(occurrences(name.words, text.tokens) for name in names)
    ):
        return text.runs
    chosen: list[Run] = []
    for name in names:
        chosen.append(_found(name, text, chosen))
    if len(chosen) == 2:
        return chosen
    spare = [run for run in text.runs if run not in chosen]
    if len(chosen) == len(spare) == 1:
        return chosen + spare
    for parts in _readings(asked, text):
        if len(read := _read(parts, names, text, chosen)) == 2:
            return read
    if len(names) == len(text.runs) == 1:  # both are written alike
        return [*text.runs, _found(names[0], text, text.runs)]
    raise _unclear(asked, text)


def _read(
    parts: Sequence[Tokens], names: Sequence[Name], text: Marked, chosen: Sequence[Run]
) -> list[Run]:
    """The chosen runs and those of the question's parts; fewer than two where one is nowhere."""
    read, rest = list(chosen), list(parts)
    for name in names:
        if holding := [part for part in rest if occurrences(name.words, part)]:
            rest.remove(min(holding, key=len))
    for part in sorted(rest, key=_points):
        spare = [run for run in text.runs if run not in read]
        if _points(part) and len(spare) == 1:
            read += spare
        elif run := find(Name(part), text, read):
            read.append(run)
    return read


def _readings(asked: Tokens, text: Marked) -> Iterator[tuple[Tokens, Tokens]]:
    """What may be the two mentions in the words of a question."""
    written = " ".join(asked)
    for form in _FORMS:
        if match := form.search(written):
            yield tuple(match["a"].split()), tuple(match["b"].split())
    told = list(_told(asked, text.tokens))
    if len(told) > 1:
        yield told[0], told[1]


def _told(asked: Tokens, tokens: Tokens) -> Iterator[Tokens]:
    """The longest parts of a question that stand in the text, without words that only ask."""
    start = 0
    while start < len(asked):
        end, last = start + 1, min(start + _LONGEST, len(asked))
        while end < last and occurrences(asked[start : end + 1], tokens):
            end += 1
        kept = [at for at in range(start, end) if asked[at].lower() not in _ASKING]
        if kept:
            first = kept[0] - (kept[0] > start and asked[kept[0] - 1].lower() in _ARTICLES)
            end = kept[-1] + 1
            if occurrences(asked[first:end], tokens):
                yield asked[first:end]
        start = end


def _points(part: Tokens) -> bool:
    return " ".join(part).lower() in _POINTERS


def _found(name: Name, text: Marked, taken: Collection[Run]) -> Run:
    run = find(name, text, taken)
    if run is None:
        raise missing(name.words, again=bool(occurrences(name.words, text.tokens)))
    return run


def _unclear(asked: Tokens, text: Marked) -> InputError:
    for parts in _readings(asked, text):
        for part in parts:
            if not _points(part) and not occurrences(part, text.tokens):
                return missing(part)
    return InputError(
        f"The input marks {len(text.runs)} mentions, and the question does not say which two are "
        "meant. Put brackets around both in the input, such as: [Ida] lost [her] key."
    )
