"""Coreference in three forms: yes or no for two mentions, a pronoun's antecedent, all groups."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.antecedent import Antecedent, refers_to
from qaengine_tasks.coreference_exchange import rows_and_copies
from qaengine_tasks.coreference_framing import PAIR, frame_pair
from qaengine_tasks.coreference_groups import CoreferenceGroups
from qaengine_tasks.coreference_marks import Run, Tokens, mark, unmarked
from qaengine_tasks.coreference_windows import A_WINDOW, Scheme, is_pronoun, pairs, read_windows
from qaengine_tasks.gap import GENDERS, gap_scores, read_rows
from qaengine_tasks.phrasings import Phrased, phrasings

WINDOW = 80
"""Most tokens of a text from GUM or LitBank."""
SHORT = 30
"""Of a text that only training reads: what users ask about is often a sentence."""
OFTEN = 4
"""Later pronouns, and as many other mentions, that a window is asked about in training."""

REPEATED = "Is it coreferent with: {b_in_context}?"

PHRASINGS = (
    PAIR,
    "Are [{a}] and [{b}] coreferent?",
    "Do [{a}] and [{b}] refer to the same person?",
    "Does [{b}] refer to the same entity as [{a}]?",
    "Is {b} the same as {a}?",
    'Is "{b}" the same person or thing as "{a}"?',
    'Does "{b}" mean {a}?',
    "Are {a} and {b} one and the same?",
    'Do the expressions "{a}" and "{b}" corefer?',
    "Is [{b}] another word for [{a}]?",
    "Tell me whether {b} refers to {a}.",
    REPEATED,
)
"""`a` stands first in the text; `b_in_context`: the words around `b`, with brackets around it."""

EXAMPLE = {"a": "Ida", "b": "her", "b_in_context": "Ida lost [her] key"}
CONTEXT = 12
"""Words to each side that a question repeats."""

SAMPLES = (
    ("[Ida] lost [her] key on the ferry .", "yes"),
    ("When [Bruno] met Karl , [he] was hungry and Bruno was not .", "no"),
    ("[Tove 's uncle] is a baker , and [he] gets up at three .", "yes"),
    ("[[Tove] 's uncle] is a baker .", "no"),
    ("The pilot thanked [Mr Okoro] because [his] map had saved them .", "yes"),
    ("[Lena] told [Marta] that the shop was closed .", "no"),
    ("[The old lighthouse] still stands , but nobody has painted [it] since 1990 .", "yes"),
    ("Two foxes chased [the hens] until [they] were called back by the mother fox .", "no"),
)
"""Texts of our own, both mentions in brackets, and whether they mean the same."""


class Coreference(Phrased):
    """GAP: 4,000 pairs to train, 908 valid, 4,000 test.

    GUM, native scheme, in windows of at most 80 tokens, for training in windows of at most 30, too:
    21,108, 1,712, 1,586 pairs. LitBank in the same way, on demand: 9,278, 654, 588.
    """

    schema = TaskSchema(
        name="coreference",
        question=PHRASINGS[0].format(**EXAMPLE),
        paraphrases=tuple(phrasing.format(**EXAMPLE) for phrasing in PHRASINGS[1:]),
        facts="tokens",
        answer="label",
        labels=("yes", "no"),
        metric="F1",
        further="antecedent",
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
        """Pairs in the groups "coreference gap", a pronoun with either name, "coreference gum",
        and if wanted "coreference litbank".

        For training half of the questions are the usual one, to which `frame` turns all others;
        the rest is drawn among all phrasings. Of each training text of GAP so many copies more are
        told of other people (`exchanged`). `path` is a folder that holds gap, gum_coref
        and litbank.
        """
        copies = exchanged if split == "train" else 0
        groups = {"coreference gap": gap_pairs(_folder("gap", path), split, copies)}
        if gum:
            groups["coreference gum"] = window_pairs(_folder("gum_coref", path), "gum", split)
        if litbank:
            folder = _folder("litbank", path)
            groups["coreference litbank"] = window_pairs(folder, "litbank", split)
        rng = random.Random(0)
        ways = (*PHRASINGS, *phrasings(self.schema.name))
        for group, found in groups.items():
            for tokens, runs, coreferent in found:
                question = PAIR
                if split == "train" and rng.random() < 0.5:
                    question = rng.choice(ways)
                answer = "yes" if coreferent else "no"
                # the loss of a pair is its own
                further = None if split == "train" else _further(tokens, runs)
                yield group, (_triple(tokens, runs, question, answer, further),)

    def samples(self) -> Sequence[Triple]:
        """Texts of our own."""
        found = []
        for sample, answer in SAMPLES:
            text = unmarked(sample.replace("[", "[ ").replace("]", " ]").split())
            further = _further(text.tokens, text.runs)
            found.append(_triple(text.tokens, text.runs, PAIR, answer, further))
        return found

    def frame(self, input: Sequence[str], question: str) -> Triple:
        """Brackets around the two mentions in question, wherever the user marked or named them.

        Raises `InputError` where they cannot be found.
        """
        tokens, asked = frame_pair(input, question)
        text = unmarked(tokens)
        return Triple(
            input=tokens,
            question=asked,
            task=self.schema.name,
            further=_further(text.tokens, text.runs),
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """That of GAP where each pair has a pronoun of known gender; accuracy in percent."""
        accuracy = super().score(gold, said)
        genders = [_gender(triple.input) for triple in gold]
        if not all(genders):
            return accuracy
        wanted = [triple.answer == "yes" for triple in gold]
        answers = [None if value is None else str(value) == "yes" for value in said]
        return {**gap_scores(genders, wanted, answers), **accuracy}


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Coreference(), Antecedent(), CoreferenceGroups()]


Pair = tuple[Tokens, Sequence[Run], bool]
"""A text, two mentions, and whether they are coreferent."""


def gap_pairs(folder: Path, split: Split, copies: int = 0) -> Iterator[Pair]:
    """Of each row, and of copies of it about other people, the pronoun with the one, then with the
    other name."""
    for row in rows_and_copies(read_rows(folder, split), copies):
        for name, coreferent in row.names:
            yield row.tokens, sorted((row.pronoun, name)), coreferent


def window_pairs(folder: Path, scheme: Scheme, split: Split) -> Iterator[Pair]:
    """Pairs of the windows of GUM or LitBank, drawn the same in each run."""
    rng = random.Random(0)
    training = split == "train"
    sizes = (WINDOW, SHORT) if training else (WINDOW,)
    for window in read_windows(folder, scheme, split, *sizes):
        for first, second, coreferent in pairs(window, rng, OFTEN if training else A_WINDOW):
            yield window.tokens, (first, second), coreferent


def _triple(
    tokens: Tokens, runs: Sequence[Run], phrasing: str, answer: str, further: Triple | None
) -> Triple:
    a, b = (" ".join(tokens[slice(*run)]) for run in runs)
    start, end = max(runs[1][0] - CONTEXT, 0), runs[1][1] + CONTEXT
    around = mark(tokens[start:end], [(runs[1][0] - start, runs[1][1] - start)])
    return Triple(
        input=mark(tokens, runs),
        question=phrasing.format(a=a, b=b, b_in_context=" ".join(around)),
        answer=answer,
        task="coreference",
        further=further,
    )


def _further(tokens: Tokens, runs: Sequence[Run]) -> Triple | None:
    """Whom the pronoun means, of a pronoun and something else: the network points better than it
    compares (docs/results.md)."""
    pronouns = [run for run in runs if is_pronoun(run, tokens)]
    others = [run for run in runs if run not in pronouns]
    if len(pronouns) != 1 or len(others) != 1:
        return None
    return refers_to(tokens, pronouns[0], others[0])


def _gender(tokens: Sequence[str]) -> str:
    """Of the pronoun between brackets; "" where there is none that tells."""
    text = unmarked(tokens)
    words = (" ".join(text.words(run)).lower() for run in text.runs)
    return next((GENDERS[word] for word in words if word in GENDERS), "")


def _folder(name: str, path: Path | str | None) -> Path:
    return Path(path) / name if path is not None else locate(name)
