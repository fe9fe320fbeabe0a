"""Words as vectors: what is known of a word, and what it is made of."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import WordTable


class WordEmbedding(nn.Module):
    """A vector for each distinct word of a batch: word vector plus hashed character n-grams.

    The n-grams (with the whole word as one of them) are all there is for an unknown word, and
    tell two unknown words apart. In training, known words are hidden now and then, so that the
    network learns to live without them. fastText: Bojanowski et al. 2017, arXiv 1607.04606.
    """

    def __init__(self, words: int, buckets: int, width: int, hide: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=0)
        self.ngrams = nn.EmbeddingBag(buckets, width, mode="mean")
        self.norm = nn.LayerNorm(width)
        self.hide = hide

    def forward(self, table: WordTable) -> Float[Tensor, "w d"]:
        ids = table.word_ids
        if self.training:
            hidden = torch.rand(ids.shape, device=ids.device) < self.hide
            ids = ids.masked_fill(hidden, 1)
        vectors: Tensor = self.words(ids) + self.ngrams(table.ngram_ids, table.ngram_offsets)
        return self.norm(vectors)
