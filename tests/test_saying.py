"""What the network says, put into words; the tensors are written by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qaengine.batch import Batch, Example, FactSpan, collate
from qaengine.network.dynamic_memory_network import Reply
from qaengine.network.memory import Episodes
from qaengine.network.reading import Page
from qaengine.network.thought import Reading, Thought
from qaengine.saying import Said, say
from qaengine.schema import AnswerKind, TaskSchema
from qaengine.subwords import SMALLEST, Subwords
from qaengine.vocabulary import ABSTAIN, END, Vocabulary

TEXT = ("Mary", "has", "milk")
PARTS = Subwords.train(["das ist Milch"] * 9, SMALLEST + 20)


def schema(kind: AnswerKind, *labels: str, grouped: bool = False) -> TaskSchema:
    return TaskSchema(
        name="task",
        question="What?",
        answer=kind,
        labels=labels,
        facts="tokens",
        grouped=grouped,
        source="ours",
        license="any",
    )


def said(asked: TaskSchema, *, most: int = 5, **decoded: Tensor) -> list[Said]:
    """What is said where the network has decoded this, to questions about `TEXT`."""
    vocabulary = Vocabulary(
        words=("<pad>", "<unknown>"),
        outputs=("<end>", "<abstain>", "Yes"),
        subwords=PARTS.to_json(),
        tasks=(asked,),
    )
    one = Example((TEXT,), ("What",), task="task", kind=asked.answer, unit="tokens")
    count = len(next(iter(decoded.values())))
    batch = collate([one] * count, vocabulary)
    return say(Reply(decoded, _thought(batch)), batch, vocabulary, most)


def _thought(batch: Batch) -> Thought:
    """Of the question "What" and the text, all of it read."""
    count, width = len(batch), 4
    owner = torch.arange(count).repeat_interleave(4)
    column = torch.arange(4).repeat(count)
    nowhere = torch.zeros_like(owner)
    page = Page(owner, column, nowhere, nowhere, nowhere, nowhere, (count, 4))
    numbers = [batch.spellings.index(word.lower()) for word in ("What", *TEXT)]
    nothing = torch.zeros(count, 0)
    return Thought(
        question=torch.zeros(count, width),
        facts=torch.zeros(count, 3, width),
        present=torch.ones(count, 3, dtype=torch.bool),
        episodes=Episodes(torch.zeros(count, width), torch.zeros(count, 0, 3), nothing),
        read=torch.ones(count, 3, dtype=torch.bool),
        reading=Reading(
            page,
            torch.zeros(count, 4, width),
            torch.tensor([numbers] * count),
            torch.full((count, 4), -1),
            torch.zeros(count, width),
        ),
    )


def words(outputs: list[int], copies: list[str], *chances: float, first: Tensor) -> Said:
    """A list of words: numbers of outputs, or -1 and the word that is copied."""
    spellings = collate([Example((TEXT,), ("What",))], EMPTY).spellings
    identity = [spellings.index(word) if word else -1 for word in copies]
    (found,) = said(
        schema("words"),
        outputs=torch.tensor([outputs]),
        identity=torch.tensor([identity]),
        log_probabilities=torch.tensor([chances]).log(),
        first=first.unsqueeze(0).log(),
    )
    return found


EMPTY = Vocabulary(words=("<pad>", "<unknown>"), outputs=("<end>", "<abstain>"))
# of <end>, <abstain>, "Yes", then of "what", "mary", "has", "milk"
FIRST = torch.tensor([0.0, 0.1, 0.2, 0.0, 0.4, 0.0, 0.3])


def test_words_are_copied_or_generated_up_to_the_end() -> None:
    found = words([-1, 2, END, 2], ["milk", "", "", ""], 0.5, 0.8, 0.5, 1, first=FIRST)
    assert found.items == ("milk", "Yes")
    assert found.likelihood == pytest.approx(0.2)


def test_abstention_has_no_items() -> None:
    assert words([ABSTAIN, END], ["", ""], 0.7, 1, first=FIRST).items == ()


def test_other_first_words_come_by_their_chance_without_what_is_no_word() -> None:
    others = words([-1, END], ["mary", ""], 0.4, 1, first=FIRST).others
    assert [word for word, _ in others] == ["mary", "milk", "Yes"]
    assert [p for _, p in others] == pytest.approx([0.4, 0.3, 0.2])


def test_label_is_the_likeliest_and_the_others_follow() -> None:
    chances = torch.tensor([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3]])
    first, second = said(schema("label", "bad", "good", "fair"), most=2, labels=chances.log())
    assert (first.items, second.items) == (("good",), ("bad",))
    assert first.likelihood == pytest.approx(0.6)
    assert [label for label, _ in first.others] == ["good", "fair"]


def test_tags_are_as_many_as_tokens_and_all_must_be_right() -> None:
    chances = torch.tensor([[[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.01, 0.99]]])
    (found,) = said(schema("tags", "N", "V"), tags=chances.log())
    assert found.items[:2] == ("N", "V")
    assert len(found.items) == len(TEXT)
    assert found.likelihood == pytest.approx(0.9 * 0.8 * 0.5)


def test_spans_have_types_and_groups_and_padding_is_none() -> None:
    found = torch.tensor([[[0, 0, 1, -1], [2, 2, 0, 3]], [[0, 2, 0, -1], [-1, -1, -1, -1]]])
    first, second = said(
        schema("spans", "WHAT", "WHO"), found=found, likelihood=torch.tensor([0.4, 1.0])
    )
    assert first.spans == (FactSpan(0, 0, "WHO"), FactSpan(2, 2, "WHAT", 3))
    assert second.spans == (FactSpan(0, 2, "WHAT"),)
    assert first.likelihood == pytest.approx(0.4)


def test_in_a_grouped_task_lonely_spans_are_not_said() -> None:
    found = torch.tensor([[[0, 0, 0, 0], [1, 1, 0, -1], [2, 2, 0, 0]]])
    (one,) = said(schema("spans", grouped=True), found=found, likelihood=torch.ones(1))
    assert one.spans == (FactSpan(0, 0, "", 0), FactSpan(2, 2, "", 0))


@pytest.mark.parametrize(
    ("chances", "score", "near"),
    [
        ([0, 0, 0, 1.0, 0], "4.000", 1.0),
        ([0, 0, 0.5, 0.5, 0], "3.500", 1.0),
        ([0.5, 0, 0, 0, 0.5], "3.000", 0.0),
        ([0.1, 0.1, 0.2, 0.5, 0.1], "3.400", 0.7),
    ],
)
def test_score_is_the_mean_step_and_as_likely_as_the_steps_beside_it(
    chances: list[float], score: str, near: float
) -> None:
    (found,) = said(schema("score"), chances=torch.tensor([chances]))
    assert found.items == (score,)
    assert found.likelihood == pytest.approx(near)
    assert found.chances == pytest.approx(chances)


def test_text_is_its_parts_up_to_the_end() -> None:
    ids = PARTS.encode("das ist")
    attention = torch.rand(1, len(ids) + 2, 5)
    (found,) = said(
        schema("text"),
        parts=torch.tensor([[*ids, END, ids[0]]]),
        attention=attention,
        likelihood=torch.tensor([0.5]),
    )
    assert found.items == ("das ist",)
    assert "".join(found.tokens) == "das ist"
    assert len(found.attention) == len(found.tokens) == len(ids)
    assert found.attention[0] == pytest.approx(attention[0, 0, : len(TEXT)].tolist())


def test_no_part_is_no_text() -> None:
    (found,) = said(
        schema("text"),
        parts=torch.tensor([[END]]),
        attention=torch.ones(1, 1, 3),
        likelihood=torch.tensor([0.5]),
    )
    assert found.items == found.tokens == ()


def test_rounding_never_makes_a_likelihood_above_one() -> None:
    over = torch.tensor([1.0000001])
    for kind, decoded in (
        ("spans", {"found": torch.full((1, 1, 4), -1), "likelihood": over}),
        ("label", {"labels": over.log().unsqueeze(0)}),
        ("tags", {"tags": over.log().expand(1, 3, 1)}),
    ):
        (found,) = said(schema(kind, "A"), **decoded)  # type: ignore[arg-type]
        assert found.likelihood <= 1
