"""How related two sentences are, from 1 to 5: SICK and the STS benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.errors import InputError
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Score, Split, TaskSchema, Triple, Value
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.relatedness_files import Pair, read_sick, read_sts

Reader = Callable[[Path, Split], list[Pair]]

SETS: dict[str, tuple[str, Reader]] = {
    "relatedness sick": ("sick", read_sick),
    "relatedness sts": ("stsbenchmark", read_sts),
}
"""Each group's data set, and what reads it."""

MIDDLE = 3.0
"""The middle of the scale: what an abstention counts as."""


class Relatedness(Phrased):
    """The relatedness of two sentences, a number from 1, not at all, to 5, the same.

    Pairs of SICK: 4,382 train, 500 valid, 4,927 test; of STS, its scores from 0 to 5 stretched onto
    1 to 5: 5,663 train, 1,500 valid, 1,379 test. Of the 4,500 and 5,749 training pairs that are
    published, those that stand in a valid or test set, of either, are left out.
    """

    schema = TaskSchema(
        name="relatedness",
        question="How related are the two sentences?",
        paraphrases=(
            "How similar are these two sentences?",
            "How close in meaning are the sentences?",
            "To what degree do both sentences say the same thing?",
            "Rate the relatedness of the pair from 1 to 5.",
            "What is the similarity score of this pair?",
            "On a scale of one to five, do the two mean the same?",
            "How much do the sentences have in common?",
            "Give the semantic similarity of the first and the second sentence.",
            "Compare the two statements: how alike are they?",
            "How strongly is one sentence related to the other?",
        ),
        facts="sentences",
        answer="score",
        metric="pearson",
        source="; ".join(DATA_SETS[name].source for name, _ in SETS.values()),
        license="; ".join(f"{name}: {DATA_SETS[name].license}" for name, _ in SETS.values()),
    )

    def stories(self, split: Split, **options: Any) -> Iterator[tuple[str, Sequence[Triple]]]:
        """Pairs of sentences, a group a data set; takes the options of `ask_pairs`."""
        return ask_pairs(split, **options)

    def samples(self) -> Sequence[Triple]:
        """Pairs of our own, from unrelated to the same."""
        return SAMPLES

    def frame(self, input: Sequence[str], question: str) -> Triple:
        """Two sentences and a question; raises `InputError` for more or fewer sentences."""
        if len(input) != 2:
            raise InputError(
                f"Relatedness is asked of two sentences; {len(input)} came. Give a text of two "
                "sentences, or a list of two."
            )
        return super().frame(input, question)

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """Pearson's r and Spearman's rho in [-1, 1], and the mean squared error.

        An abstention, or an answer that is no score, counts as the middle of the scale.
        """
        # numpy is loaded here, lest listing the tasks wait for it
        from qaengine_tasks.correlation import mean_squared_error, pearson, spearman

        wanted = [float(triple.answer or MIDDLE) for triple in gold]
        given = [value.value if isinstance(value, Score) else MIDDLE for value in said]
        return {
            "pearson": pearson(wanted, given),
            "spearman": spearman(wanted, given),
            "mse": mean_squared_error(wanted, given),
        }


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [Relatedness()]


def ask_pairs(
    split: Split, *, sts: bool = True, path: Path | str | None = None
) -> Iterator[tuple[str, tuple[Triple]]]:
    """Group and triple of each pair, those of STS where wanted; `path` is a folder that holds
    `sick` and `stsbenchmark`.

    Raises `DataError`.
    """
    asked = questions(Relatedness.schema, split)
    groups = _read_split(path, split)
    if not sts:
        del groups["relatedness sts"]
    for group, pairs in groups.items():
        for pair in pairs:
            yield group, (_triple(pair.first, pair.second, next(asked), f"{pair.score:g}"),)


def _read_split(path: Path | str | None, split: Split) -> dict[str, list[Pair]]:
    """The pairs of a split by their group."""
    pairs = _read(path, split)
    if split != "train":
        return pairs
    kept_out = held_out(path)
    return {
        group: [pair for pair in some if pair.key not in kept_out] for group, some in pairs.items()
    }


def held_out(path: Path | str | None = None) -> set[tuple[str, ...]]:
    """The keys of the dev and test pairs of both sets, which are never trained on; `path` as for
    `ask_pairs`."""
    return {
        pair.key
        for other in (_read(path, "valid"), _read(path, "test"))
        for some in other.values()
        for pair in some
    }


def _read(path: Path | str | None, split: Split) -> dict[str, list[Pair]]:
    return {
        group: read(Path(path) / name if path is not None else locate(name), split)
        for group, (name, read) in SETS.items()
    }


def _triple(first: str, second: str, question: str, answer: str) -> Triple:
    return Triple(input=(first, second), question=question, answer=answer, task="relatedness")


def _sample(first: str, second: str, answer: str) -> Triple:
    return _triple(first, second, Relatedness.schema.question, answer)


SAMPLES: tuple[Triple, ...] = (
    _sample("The baker opens her shop.", "The baker opens her shop.", "5"),
    _sample("A boy feeds the ducks.", "The ducks are being fed by a boy.", "4.8"),
    _sample("Two men repair a roof.", "Two people work on a house.", "4"),
    _sample("A girl paints a fence.", "A girl paints a portrait.", "3.2"),
    _sample("The ship leaves the harbour.", "A harbour lies in the fog.", "2.5"),
    _sample("The choir sings a hymn.", "No choir is singing.", "3.4"),
    _sample("A horse drinks water.", "The judge reads a letter.", "1"),
)
