"""Words as vectors: what is known of a word, and what it is made of."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qaengine.batch import WordTable


class WordEmbedding(nn.Module):
    """A vector for each distinct word of a batch: a learnt word vector, hashed character n-grams,
    and where there is one a vector made elsewhere, which stays as it is.

    The n-grams (with the whole word as one of them) are all there is for an unknown word, and
    tell two unknown words apart. In training, known words are hidden now and then, so that the
    network learns to live without them. fastText: Bojanowski et al. 2017, arXiv 1607.04606.
    """

    def __init__(
        self,
        words: int,
        buckets: int,
        width: int,
        hide: float = 0.1,
        vectored: int = 0,
        vector_width: int = 0,
        affixes: bool = False,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width, padding_idx=0)
        self.ngrams = nn.EmbeddingBag(buckets, width, mode="mean")
        self.affixes: nn.EmbeddingBag | None = None
        if affixes:
            self.affixes = nn.EmbeddingBag(buckets, width, mode="mean")
            nn.init.zeros_(self.affixes.weight)
        self.vectors: nn.Embedding | None = None
        if vectored:
            self.vectors = nn.Embedding(vectored, vector_width, padding_idx=0)
            self.vectors.weight.requires_grad_(False)
            self.project = nn.Linear(vector_width, width, bias=False)
            nn.init.zeros_(self.project.weight)  # nothing changes for a network that learnt without
        self.norm = nn.LayerNorm(width)
        self.hide = hide

    def given(self, table: WordTable) -> Float[Tensor, "w v"] | None:
        """The vectors made elsewhere as they are, zero for words without."""
        if self.vectors is None:
            return None
        vectors: Tensor = self.vectors(table.vector_ids)
        return vectors

    def forward(self, table: WordTable) -> Float[Tensor, "w d"]:
        ids, vectored = table.word_ids, table.vector_ids
        if self.training:
            chance = torch.rand(ids.shape, device=ids.device)
            ids = ids.masked_fill(chance < self.hide, 1)
            # half of them are words that nobody knows; of the others the given vector is left
            vectored = vectored.masked_fill(chance < self.hide / 2, 0)
        vectors: Tensor = self.words(ids) + self.ngrams(table.ngram_ids, table.ngram_offsets)
        if self.affixes is not None:
            vectors = vectors + self.affixes(table.affix_ids)
        if self.vectors is not None:
            vectors = vectors + self.project(self.vectors(vectored))
        return self.norm(vectors)
