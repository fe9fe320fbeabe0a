"""Words as vectors: of known words, n-grams, and beginnings and endings."""

from __future__ import annotations

import pytest
import torch

from qaengine.batch import Example, collate
from qaengine.network.embedding import WordEmbedding
from qaengine.vocabulary import Vocabulary, affix_ids

VOCABULARY = Vocabulary.build([["walking"]], [], least=1)
WORDS = Example(facts=(("walking", "talking", "Oslo"),), question=("?",), answer=None)


def vectors(embedding: WordEmbedding) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = embedding.eval()(collate([WORDS], VOCABULARY).words)
    return found


def test_affixes_begin_at_nothing() -> None:
    torch.manual_seed(0)
    without = WordEmbedding(len(VOCABULARY.words), VOCABULARY.buckets, 16)
    knowing = WordEmbedding(len(VOCABULARY.words), VOCABULARY.buckets, 16, affixes=True)
    knowing.load_state_dict(without.state_dict(), strict=False)
    assert torch.equal(vectors(without), vectors(knowing))


def test_words_of_one_ending_share_what_is_learnt_of_it() -> None:
    embedding = WordEmbedding(len(VOCABULARY.words), VOCABULARY.buckets, 16, affixes=True)
    before = vectors(embedding)
    assert embedding.affixes is not None
    (shared,) = set(affix_ids("walking", 4096)[-2:-1])
    with torch.no_grad():
        embedding.affixes.weight[shared] = torch.randn(16)
    changed = (vectors(embedding) - before).abs().amax(-1) > 1e-6
    numbers = collate([WORDS], VOCABULARY).words
    assert changed.tolist() == [shared in row for row in numbers.affix_ids.tolist()]
    assert shared in affix_ids("talking", 4096)
    assert shared not in affix_ids("Oslo", 4096)


@pytest.mark.parametrize("word", ["", "a", "Zürich", "!!", "x" * 500])
def test_any_word_has_affixes_within_the_buckets(word: str) -> None:
    ids = affix_ids(word, 64)
    assert len(ids) == len(affix_ids("walking", 64))
    assert all(0 <= one < 64 for one in ids)
