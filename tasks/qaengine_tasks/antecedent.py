"""Antecedents: the name or phrase that a pronoun refers to (GAP, OntoGUM)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.errors import InputError
from qaengine.schema import Spans, Split, TaskSchema, Triple, Value
from qaengine_tasks.coreference_exchange import rows_and_copies
from qaengine_tasks.coreference_marks import (
    Marked,
    Name,
    Run,
    Tokens,
    find,
    mark,
    marked_names,
    missing,
    unmarked,
)
from qaengine_tasks.coreference_windows import PRONOUNS, Scheme, antecedents, read_windows
from qaengine_tasks.gap import read_rows
from qaengine_tasks.phrasings import Phrased, phrasings
from qaengine_tasks.spans import fact_scores, spans_triple

WINDOW = 80
"""Most tokens of a text from OntoGUM or LitBank."""

PHRASINGS = (
    'Who does "{pronoun}" refer to?',
    'Whom does "{pronoun}" refer to?',
    'What does "{pronoun}" refer to?',
    'To whom does the pronoun "{pronoun}" refer?',
    'Who is meant by "{pronoun}"?',
    'What is the antecedent of "{pronoun}"?',
    "Find the antecedent of {pronoun}.",
    'Which name does "{pronoun}" stand for?',
    "Resolve the pronoun {pronoun}.",
    "Who is {pronoun}?",
    'Which earlier phrase does "{pronoun}" take up?',
)

SAMPLES = (
    "[Ines] waved to the crew before [she] went below deck .",
    "Paul rang [his grandmother] because [she] had baked .",
    "[The kettle] was old , but nobody wanted to throw [it] away .",
    "Adam asked [Yusuf] whether [he] could borrow a tent from Adam .",
    "[The twins] had lost [their] tickets again .",
    "[Mrs Lindqvist] says that the bank never wrote to [her] .",
    "Since [the orchestra] came home , [it] has played twice .",
    "[Otto] cut [himself] while slicing bread for Greta .",
)
"""Texts of our own: the antecedent between brackets, then the pronoun."""


class Antecedent(Phrased):
    """GAP: 1,799 pronouns to train, 392 valid, 1,773 test, those that mean one of their two names.

    OntoGUM: 2,727, 469, 420 pronouns with an antecedent within the same 80 tokens.
    """

    schema = TaskSchema(
        name="antecedent",
        question=PHRASINGS[0].format(pronoun="she"),
        paraphrases=tuple(phrasing.format(pronoun="she") for phrasing in PHRASINGS[1:]),
        facts="tokens",
        answer="spans",
        single=True,
        metric="exact",
        source="; ".join(DATA_SETS[name].source for name in ("gap", "gum_coref", "litbank")),
        license=f"GAP: {DATA_SETS['gap'].license}; GUM: {DATA_SETS['gum_coref'].license}; "
        f"LitBank: {DATA_SETS['litbank'].license}",
    )

    def stories(
        self,
        split: Split,
        *,
        gum: bool = True,
        litbank: bool = False,
        exchanged: int = 0,
        path: Path | str | None = None,
        **options: Any,
    ) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Pronouns in the groups "antecedent gap", "antecedent gum", and if wanted "antecedent
        litbank".

        For training half of the questions are the usual one, to which `frame` turns all others;
        the rest is drawn among all phrasings. Of each training text of GAP so many copies more are
        told of other people (`exchanged`). `path` is a folder that holds gap, gum_coref, litbank.
        """
        copies = exchanged if split == "train" else 0
        groups = {"antecedent gap": gap_antecedents(_folder("gap", path), split, copies)}
        if gum:
            folder = _folder("gum_coref", path)
            groups["antecedent gum"] = window_antecedents(folder, "ontogum", split)
        if litbank:
            folder = _folder("litbank", path)
            groups["antecedent litbank"] = window_antecedents(folder, "litbank", split)
        rng = random.Random(0)
        ways = (*PHRASINGS, *phrasings(self.schema.name))
        for group, found in groups.items():
            for tokens, pronoun, antecedent in found:
                phrasing = PHRASINGS[0]
                if split == "train" and rng.random() < 0.5:
                    phrasing = rng.choice(ways)
                yield group, (_triple(tokens, pronoun, antecedent, phrasing),)

    def samples(self) -> Sequence[Triple]:
        """Texts of our own."""
        found = []
        for sample in SAMPLES:
            text = unmarked(sample.replace("[", "[ ").replace("]", " ]").split())
            antecedent, pronoun = text.runs
            found.append(_triple(text.tokens, pronoun, antecedent, PHRASINGS[0]))
        return found

    def frame(self, input: Sequence[str], question: str) -> Triple:
        """Brackets around the pronoun in question, which the user marked in the input or names.

        Raises `InputError` where it cannot be found.
        """
        text = unmarked(input)
        run = _pronoun(text, question)
        return Triple(
            input=mark(text.tokens, [run]),
            question=PHRASINGS[0].format(pronoun=" ".join(text.words(run))),
            task=self.schema.name,
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """How many spans are right from the first to the last token, and the F1 of their tokens."""
        right = (
            isinstance(triple.value, Spans)
            and isinstance(value, Spans)
            and _ends(triple.value) == _ends(value)
            for triple, value in zip(gold, said, strict=True)
        )
        exact = 100 * sum(right) / max(len(gold), 1)
        return {"exact": exact, "token F1": fact_scores(gold, said)["F1"]}


Found = tuple[Tokens, Run, Run]
"""A text, a pronoun, its antecedent."""


def gap_antecedents(folder: Path, split: Split, copies: int = 0) -> Iterator[Found]:
    """The rows whose pronoun means one of the names, and copies of them about other people."""
    for row in rows_and_copies(read_rows(folder, split), copies):
        for name, coreferent in row.names:
            if coreferent:
                yield row.tokens, row.pronoun, name


def window_antecedents(folder: Path, scheme: Scheme, split: Split) -> Iterator[Found]:
    """The pronouns in windows of OntoGUM or LitBank that have an antecedent there."""
    for window in read_windows(folder, scheme, split, WINDOW):
        for pronoun, antecedent in antecedents(window):
            yield window.tokens, pronoun, antecedent


def refers_to(tokens: Tokens, pronoun: Run, name: Run) -> Triple:
    """The question whom the pronoun means, with the name as its value; no answer is claimed."""
    triple = _triple(tokens, pronoun, name, PHRASINGS[0])
    return triple.model_copy(update={"answer": None})


def _triple(tokens: Tokens, pronoun: Run, antecedent: Run, phrasing: str) -> Triple:
    marked = mark(tokens, [pronoun])
    start, end = antecedent  # in front of it there may be both brackets; or it holds both
    place = start + 2 * (start >= pronoun[1]), end + 2 * (end > pronoun[0]), ""
    question = phrasing.format(pronoun=" ".join(tokens[slice(*pronoun)]))
    return spans_triple("antecedent", marked, question, [place])


def _pronoun(text: Marked, question: str) -> Run:
    names, asked = marked_names(question)
    if len(names) > 1:
        raise InputError(f"The question marks {len(names)} words. Ask about one pronoun at a time.")
    if len(text.runs) == 1 and all(name.words == text.words(text.runs[0]) for name in names):
        return text.runs[0]
    named = names or [Name((word,)) for word in asked if word.lower() in PRONOUNS]
    for name in named:
        if run := find(name, text):
            return run
    if named:
        raise missing(named[0].words)
    raise InputError(
        "The question names no pronoun. Put quotes around the word that you mean, such as: "
        'Who does "they" refer to?'
    )


def _ends(spans: Spans) -> set[Run]:
    return {(span.start, span.end) for span in spans.spans}


def _folder(name: str, path: Path | str | None) -> Path:
    return Path(path) / name if path is not None else locate(name)
