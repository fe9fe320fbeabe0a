"""Coreference groups: which mentions of a text mean the same person or thing (OntoGUM)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import DATA_SETS, locate
from qaengine.schema import Span, Spans, Split, TaskSchema, Triple, Value
from qaengine_tasks.coreference_marks import Run, Tokens, in_order
from qaengine_tasks.coreference_scores import Group, conll
from qaengine_tasks.coreference_windows import groups, read_windows
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.spans import bracketed, places

WINDOW = 150
"""Most tokens of a text."""
SHORTER = (80, 40)
"""Of windows that only training reads: what users ask about is often a sentence or two."""

SAMPLES = (
    "[Ines 1] waved to [[her 1] brother 2] before [he 2] left .",
    "[The kettle 1] was old , but [Marek 2] liked [it 1] . [He 2] used [it 1] daily .",
    "Nobody came .",
    "[My neighbour 1] sold [[her 1] boat 2] because [it 2] leaked .",
    "[Yusuf 1] and [Adam 2] went home : [the former 1] walked , [the latter 2] drove .",
    "[[[Greta 1] 's father 2] 's dog 3] follows [him 2] , never [her 1] . [It 3] is loyal .",
    "When [they 1] heard the horn , [the twins 1] ran to [the ferry 2] . [It 2] had left .",
    "[Dr Achebe 1] says that [she 1] trusts [the council 2] , but [it 2] must trust [her 1] .",
)
"""Texts of our own, the number of its group behind each mention."""


class CoreferenceGroups(Phrased):
    """1,371 windows of at most 150 tokens to train, 221 valid, 220 test.

    They hold 19,692, 3,200, 2,906 mentions.
    """

    schema = TaskSchema(
        name="coreference_groups",
        question="Which mentions refer to the same entity?",
        paraphrases=(
            "Which pronouns refer to the same entities?",
            "Which pronouns refer to the same entity?",
            "Which words refer to the same person or thing?",
            "Which mentions are coreferent?",
            "What are the coreference chains?",
            "Resolve the coreferences.",
            "Who is who in this text?",
            "Group the mentions by what they refer to.",
            "Cluster the phrases that mean one and the same.",
            "Find all groups of coreferring expressions.",
            "Which names and pronouns belong together?",
        ),
        facts="tokens",
        answer="spans",
        grouped=True,
        metric="conll",
        source=DATA_SETS["gum_coref"].source,
        license=DATA_SETS["gum_coref"].license,
    )

    def examples(
        self,
        split: Split,
        *,
        shorter: bool = False,
        path: Path | str | None = None,
        **options: Any,
    ) -> Iterator[Triple]:
        """A triple a window; the groups are those of two or more mentions in the window.

        `shorter`: training texts come again in shorter windows. `path` is a folder that holds
        gum_coref.
        """
        folder = Path(path) / "gum_coref" if path is not None else locate("gum_coref")
        sizes = (WINDOW, *SHORTER) if shorter and split == "train" else (WINDOW,)
        windows = read_windows(folder, "ontogum", split, *sizes)
        for window, question in zip(windows, questions(self.schema, split), strict=False):
            yield _triple(window.tokens, groups(window), question)

    def samples(self) -> Sequence[Triple]:
        """Texts of our own."""
        triples = []
        for sample in SAMPLES:
            tokens, places = bracketed(sample, typed=True)
            found = [((start, end), int(number)) for start, end, number in places]
            found.sort(key=lambda mention: in_order(mention[0]))
            triples.append(_triple(tokens, found, self.schema.question))
        return triples

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """The mean F1 of MUC, B³ and CEAFe in percent, then each; groups of one are left out."""
        pairs = zip(gold, said, strict=True)
        return conll((grouped(triple.value), grouped(value)) for triple, value in pairs)


def grouped(value: Value | None) -> list[Group]:
    """The groups of two or more spans."""
    spans = value.spans if isinstance(value, Spans) else ()
    number_of = {(span.start, span.end): span.group for span in spans if span.group is not None}
    members: dict[int, set[Run]] = {}
    for run, number in number_of.items():
        members.setdefault(number, set()).add(run)
    return [group for group in members.values() if len(group) > 1]


def _triple(tokens: Tokens, found: Sequence[tuple[Run, int]], question: str) -> Triple:
    at = places(tokens)
    spans = tuple(
        Span(start=at[start][0], end=at[end - 1][1], group=number) for (start, end), number in found
    )
    value = Spans(text=" ".join(tokens), spans=spans)
    return Triple(
        input=tokens,
        question=question,
        answer=str(value),
        task="coreference_groups",
        value=value,
    )
