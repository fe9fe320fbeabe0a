"""Collating: examples as tensors."""

from __future__ import annotations

import torch

from qaengine.batch import Batch, Example, collate
from qaengine.schema import TaskSchema
from qaengine.vocabulary import ABSTAIN, END, UNKNOWN, Vocabulary

VOCABULARY = Vocabulary(
    words=("<pad>", "<unknown>", "is", "mary", "where"), outputs=("<end>", "<abstain>", "no")
)


def example(
    *facts: str, question: str = "Where is Mary", answer: str | None = "x", **more: object
) -> Example:
    items = None if answer is None else tuple(filter(None, answer.split(",")))
    split = tuple(tuple(fact.split()) for fact in facts)
    return Example(split, tuple(question.split()), items, **more)  # type: ignore[arg-type]


def batch_of(*examples: Example) -> Batch:
    return collate(examples, VOCABULARY)


def test_equal_sentences_stand_once() -> None:
    batch = batch_of(example("a b", "c"), example("c", "a b", question="c"))
    assert batch.sentences.shape == (3, 3)
    assert batch.facts.tolist() == [[0, 1], [1, 0]]
    assert batch.questions.tolist() == [2, 1]
    assert batch.lengths.tolist() == [2, 1, 3]


def test_shorter_story_is_padded_and_counted() -> None:
    batch = batch_of(example("a", "b", "c"), example("a"))
    assert batch.fact_counts.tolist() == [3, 1]
    assert batch.facts[1].tolist() == [0, 0, 0]


def test_every_word_can_be_read_back() -> None:
    batch = batch_of(example("Mary met Zorbel", question="Who met mary"))
    spelled = [batch.spellings[number] for number in batch.words.identity.tolist()]
    rows = [[spelled[place] for place in row] for row in batch.sentences.tolist()]
    assert rows == [["mary", "met", "zorbel"], ["who", "met", "mary"]]


def test_case_changes_the_word_but_not_its_identity() -> None:
    batch = batch_of(example("Mary", "mary"))
    first, second = batch.sentences[:2, 0].tolist()
    assert first != second
    assert batch.words.identity[first] == batch.words.identity[second]
    assert batch.words.word_ids[first] == batch.words.word_ids[second] == 3


def test_unknown_words_are_told_apart_by_their_letters() -> None:
    words = batch_of(example("zorbel flim")).words
    assert words.word_ids[1:3].tolist() == [UNKNOWN, UNKNOWN]
    begin = words.ngram_offsets.tolist()
    grams = words.ngram_ids.tolist()
    assert grams[begin[1] : begin[2]] != grams[begin[2] : begin[3]]


def test_answer_may_be_copied_generated_or_both() -> None:
    batch = batch_of(example("Mary said no", answer="No,Mary,blorf"))
    assert batch.gold is not None
    identity = batch.gold.answer["identity"][0].tolist()
    named = [batch.spellings[n] if n >= 0 else None for n in identity]
    assert named == ["no", "mary", None, None]
    assert batch.gold.answer["outputs"].tolist() == [[2, -1, -1, END]]


def test_answer_that_the_facts_do_not_tell_is_an_abstention() -> None:
    gold = batch_of(example("a", answer="")).gold
    assert gold is not None
    assert gold.answer["outputs"].tolist() == [[ABSTAIN, END]]


def test_shorter_answer_does_not_count_behind_its_end() -> None:
    gold = batch_of(example("a b", answer="a,b"), example("a", answer="a")).gold
    assert gold is not None
    assert gold.answer["mask"].tolist() == [[True, True, True], [True, True, False]]


def test_votes_on_a_tag_are_shared_out() -> None:
    """Four votes on two words, beside an answer of one word."""
    schema = TaskSchema(
        name="tag",
        question="?",
        facts="tokens",
        answer="tags",
        labels=("N", "V"),
        source="ours",
        license="any",
    )
    vocabulary = VOCABULARY.model_copy(update={"tasks": (schema,)})
    examples = [
        Example(
            (tuple(text.split()),), ("?",), tuple(votes), task="tag", kind="tags", unit="tokens"
        )
        for text, votes in (("dogs bark", "NVNVNNNV"), ("dogs", "N"))
    ]
    gold = collate(examples, vocabulary).gold
    assert gold is not None
    assert gold.answer["tags"].tolist() == [[[1, 0], [0.25, 0.75]], [[1, 0], [0, 0]]]


def test_supports_are_known_or_not() -> None:
    known, unknown = example("a", "b", supports=(1,)), example("a", "b", supports=None)
    gold = batch_of(known, unknown).gold
    assert gold is not None
    assert gold.supports.tolist() == [[False, True], [False, False]]
    assert gold.supervised.tolist() == [True, False]


def test_question_of_a_user_has_no_gold() -> None:
    assert batch_of(example("a"), example("a", answer=None)).gold is None


def test_batch_moves_to_a_device_whole() -> None:
    moved = batch_of(example("a b", answer="a")).to(torch.device("meta"))
    assert moved.gold is not None
    tensors = (moved.sentences, moved.words.word_ids, *moved.gold.answer.values())
    assert {one.device.type for one in tensors} == {"meta"}
    assert moved.lengths.device.type == "cpu"
