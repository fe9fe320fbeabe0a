"""The training loop: one for all tasks, resumable to the same weights.

    qaengine train recipes/babi-1k.toml --out runs/babi-1k

All randomness follows from the seed and the number of the round, so that a run that was stopped
and resumed ends with the weights of one that was not.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import chain
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from qaengine.balance import settled
from qaengine.batch import Example, collate
from qaengine.checkpoint import Checkpoint, Config, build, load_checkpoint
from qaengine.errors import CheckpointError, DataError, RecipeError, unknown
from qaengine.files import write_whole
from qaengine.network.config import NetworkConfig
from qaengine.network.dynamic_memory_network import DynamicMemoryNetwork
from qaengine.parsing import with_trees
from qaengine.prepare import Groups, prepare, read_stories, story_file, vocabulary_of
from qaengine.recipe import Recipe, Training
from qaengine.registry import registry
from qaengine.routing import fit_router
from qaengine.schema import Split, TaskSchema
from qaengine.scoring import Calibration, measured, outcomes, way
from qaengine.training_state import NAME, check, read_state, set_rate, write_state
from qaengine.vocabulary import Vocabulary
from qaengine.word_vectors import WordVectors, read_vectors

if TYPE_CHECKING:
    from accelerate import Accelerator

GROWING = ("embedding.words.weight", "answers.words.outputs.weight")
"""What has a row for each word: words may be added to a checkpoint to start from."""
CLOSELY = dict.fromkeys(("tags", "spans", "label", "text"), "tokens") | {"score": "sentences"}
"""The kinds of answers that a closer reading can serve, and of what facts."""
FLOOR = 0.1
"""Added to a group's loss when groups are drawn, so that learnt ones are not forgotten."""


@contextmanager
def _denormals_are_zero() -> Iterator[None]:
    """Numbers too small for a float's full precision take a processor many times as long as
    others, and a part that begins at nothing has gradients of that size."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@_denormals_are_zero()
def train(
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool = False,
    start: Path | None = None,
    device: str = "auto",
    rounds: int | None = None,
) -> dict[str, Any]:
    """Trains a recipe into `folder` and gives the metrics of the best round.

    `folder` gets a checkpoint (the best on validation data), metrics.jsonl and what `resume`
    needs. `start` is a checkpoint whose weights and words to begin with. `rounds` stops early,
    to be resumed. The stories are prepared in `folder`/prepared where they are not yet.
    """
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=device == "cpu")
    _check_closely(recipe.network)
    prepare(recipe, folder / "prepared")
    session = _Session(recipe, folder, accelerator, start)
    if resume:
        session.restore()
    elif (folder / NAME).exists():
        raise CheckpointError(
            f"{folder} already holds a training. Go on with --resume, or choose another folder."
        )
    return session.run(rounds)


def _check_closely(network: NetworkConfig) -> None:
    for name in (task for one in network.closer.values() for task in one.tasks):
        schema = registry().task(name).schema
        if CLOSELY.get(schema.answer) != schema.facts:
            raise RecipeError(
                f"network.closer names {name!r}: its answers are {schema.answer}, its "
                f"facts {schema.facts}. Name tasks of tags, spans, labels or texts whose facts "
                "are tokens, or of scores."
            )
        if network.alone(name) and schema.answer in ("text", "score"):
            raise RecipeError(
                f"network.closer has alone = true for {name!r}, but a {schema.answer} is told from "
                "facts and memory, and a closer reading beside them. Leave alone out."
            )


class _Session:
    """A training in progress."""

    def __init__(
        self, recipe: Recipe, folder: Path, accelerator: Accelerator, start: Path | None
    ) -> None:
        self.recipe, self.folder, self.accelerator = recipe, folder, accelerator
        wanted, device = recipe.training.precision, accelerator.device
        self.mixed = wanted == "bfloat16" or (wanted == "auto" and device.type == "cuda")
        self.train_groups, self.shares = _mixture(recipe, folder / "prepared", "train")
        most = recipe.training.validate_on
        groups, _ = _mixture(recipe, folder / "prepared", "valid")
        self.valid_groups = {name: thinned(examples, most) for name, examples in groups.items()}
        torch.manual_seed(recipe.training.seed)
        known = load_checkpoint(start) if start else None
        self.known = known is not None
        told = known.vocabulary.schemas if known else {}
        self.knows_all = all(schema.name in told for schema in schemas(recipe))
        vectored = known is not None and known.vocabulary.vectored
        given = read_vectors(recipe.vectors) if recipe.vectors and not vectored else None
        self.vocabulary = _vocabulary(recipe, self.train_groups, known, given)
        network = build(recipe.network, self.vocabulary)
        if given:
            _take_over(network, given)
        if known:
            _begin_with(network, known)
        _settle(network, recipe.training.learns)
        self.network = accelerator.prepare(network)
        self.optimizer = torch.optim.AdamW(
            _parameters(network, recipe.training.settled),
            betas=(0.9, 0.98),
            weight_decay=recipe.training.weight_decay,
            fused=True,
        )
        self.losses = dict.fromkeys(self.train_groups, 1.0)
        self.round, self.best, self.since_best = 0, -1.0, 0
        self.best_metrics: dict[str, Any] = {}

    def run(self, rounds: int | None) -> dict[str, Any]:
        if self.known and not self.round:  # what is learnt from here on, and what is lost
            line: dict[str, Any] = {"round": 0}
            self._validate(line)
            self._log(line)
            if not self.knows_all:  # right by luck, on few questions, it must not be kept
                self.best = -1.0
        last = self.recipe.training.rounds
        stop = last if rounds is None else min(last, self.round + rounds)
        while self.round < stop and self.since_best < self.recipe.training.patience:
            began = time.perf_counter()
            line = {"round": self.round + 1, **self._train_round()}
            line["seconds"] = round(time.perf_counter() - began, 1)
            self.round += 1
            if self.round % self.recipe.training.validate_every == 0 or self.round == last:
                self._validate(line)
            self._log(line)
            self._save_state()
        return self.best_metrics

    def _train_round(self) -> dict[str, float]:
        training = self.recipe.training
        rng = random.Random(f"{training.seed}:{self.round}")
        torch.manual_seed(training.seed * 1_000_003 + self.round)
        self.network.train()
        drawn = list(draw(self.train_groups, self.shares, self.losses, training, rng))
        packed = pack(drawn, training, rng)
        totals: Counter[str] = Counter()
        for number, batch in enumerate(self._progress(packed)):
            progress = (self.round + number / len(packed)) / training.rounds
            set_rate(self.optimizer, training.learning_rate, training.warmup, progress)
            totals.update(self._step(batch))
        return {f"{part}_loss": total / len(drawn) for part, total in totals.items()}

    def _step(self, drawn: Sequence[tuple[str, Example]]) -> dict[str, float]:
        """A step on a batch; the parts of its loss, summed over the questions."""
        device = self.accelerator.device
        batch = collate([example for _, example in drawn], self.vocabulary)
        batch = with_trees(batch, self.network).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.mixed):
            loss = self.network.loss(batch)
        training = self.recipe.training
        total = loss.answer + training.gates * loss.gates
        if loss.encoder is not None:
            total = total + loss.encoder
        self.optimizer.zero_grad()
        self.accelerator.backward(total.mean())
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.training.clip)
        self.optimizer.step()
        for (group, _), value in zip(drawn, total.tolist(), strict=True):
            check(value, f"a loss of {group!r}", self.round + 1, self.folder)
            self.losses[group] += 0.01 * (value - self.losses[group])
        parts = {part: value for part, value in vars(loss).items() if value is not None}
        return {part: float(value.detach().sum()) for part, value in parts.items()}

    def _validate(self, line: dict[str, Any]) -> None:
        device = self.accelerator.device
        results = {
            group: outcomes(self.network, self.vocabulary, examples, device)
            for group, examples in self.valid_groups.items()
        }
        scores = {
            group: measured(self.valid_groups[group], some) for group, some in results.items()
        }
        line["valid"] = {
            group: {name: round(value, 2) for name, value in one.items()}
            for group, one in scores.items()
        }
        by_task: dict[str, list[str]] = {}
        for group, examples in self.valid_groups.items():
            by_task.setdefault(examples[0].task, []).append(group)
        means = [
            mean(next(iter(scores[one].values())) for one in some) for some in by_task.values()
        ]
        line["valid_mean"] = mean(means)
        self.since_best = 0 if line["valid_mean"] > self.best else self.since_best + 1
        if line["valid_mean"] >= self.best:  # of equals the later, which has learnt longer
            self.best, self.best_metrics = line["valid_mean"], line
            every = chain.from_iterable(self.train_groups.values())
            fit_router(self.network, self.vocabulary, every, self.recipe.training.seed)
            settling = settled(self.network, self.vocabulary, self.valid_groups, results, device)
            with settling as calibration:
                self._checkpoint(calibration).save(self.folder)
            write_whole(self.folder / "metrics.json", json.dumps(line, indent=1))

    def _checkpoint(self, calibration: dict[str, Calibration]) -> Checkpoint:
        config = Config(
            recipe=self.recipe.name,
            network=self.recipe.network,
            tasks=self.vocabulary.tasks,
            calibration=calibration,
        )
        return Checkpoint(config, self.vocabulary, self.network)

    def _log(self, line: dict[str, Any]) -> None:
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _progress(self, packed: list[Any]) -> Iterator[Any]:
        """The batches, with a bar where somebody looks on and rich is installed."""
        import sys

        if not sys.stderr.isatty():
            return iter(packed)
        try:
            from rich.progress import track
        except ImportError:
            return iter(packed)
        return iter(track(packed, f"round {self.round + 1} of {self.recipe.training.rounds}"))

    def _save_state(self) -> None:
        counters = {
            "round": self.round,
            "best": self.best,
            "since_best": self.since_best,
            "best_metrics": self.best_metrics,
            "losses": self.losses,
        }
        write_state(self.folder, self.network, self.optimizer, self.recipe, counters)

    def restore(self) -> None:
        """Goes on where the last complete round ended."""
        state = read_state(self.folder, self.recipe, str(self.accelerator.device))
        try:
            self.network.load_state_dict(state.network)
        except RuntimeError:
            raise CheckpointError(
                f"{self.folder} was trained with other words: from another checkpoint, or on "
                "other stories. Resume with the --from that it began with."
            ) from None
        state.restore_optimizer(self.optimizer, self.network)
        counters = state.counters
        self.round, self.best = counters["round"], counters["best"]
        self.since_best, self.best_metrics = counters["since_best"], counters["best_metrics"]
        self.losses = counters["losses"]
        _cut(self.folder / "metrics.jsonl", self.round)


def thinned(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many examples, the same in each run, from all over: data are often sorted, and a
    fixed step falls in with their rhythm."""
    if len(examples) <= most:
        return list(examples)
    return random.Random(0).sample(examples, most)


def draw(
    groups: Groups,
    shares: Mapping[str, float],
    losses: Mapping[str, float],
    training: Training,
    rng: random.Random,
) -> Iterator[tuple[str, Example]]:
    """A round's questions: groups by their share and present loss, examples evenly."""
    names = list(groups)
    weights = [shares[name] * (FLOOR + min(losses[name], 1.0)) ** training.focus for name in names]
    for name in rng.choices(names, weights, k=training.questions):
        yield name, rng.choice(groups[name])


def pack(
    drawn: Sequence[tuple[str, Example]], training: Training, rng: random.Random
) -> list[list[tuple[str, Example]]]:
    """Batches of questions with like numbers of facts and of words to read, in random order."""
    window = 40 * training.batch
    batches: list[list[tuple[str, Example]]] = []
    ways: dict[tuple[str, str], list[tuple[str, Example]]] = {}
    for one in drawn:
        ways.setdefault(way(one[1])[:2], []).append(one)
    for same in ways.values():
        for begin in range(0, len(same), window):
            batch: list[tuple[str, Example]] = []
            for one in sorted(same[begin : begin + window], key=_size):
                most = training.facts // one[1].count
                if len(batch) >= min(training.batch, max(most, 1)):
                    batches.append(batch)
                    batch = []
                batch.append(one)
            batches.append(batch)
    rng.shuffle(batches)
    return batches


def _size(drawn: tuple[str, Example]) -> tuple[int, int]:
    example = drawn[1]
    if example.kind == "text":  # what is written takes longer than what is read
        return sum(map(len, example.answer or ())), example.count
    if example.unit == "tokens":
        return example.count, 0
    read = sum(len(example.facts[support]) for support in example.supports or ())
    return example.count // 16, len(example.question) + read


def _mixture(recipe: Recipe, folder: Path, split: Split) -> tuple[Groups, dict[str, float]]:
    groups: Groups = {}
    shares: dict[str, float] = {}
    for number, source in enumerate(recipe.sources):
        found = read_stories(story_file(folder, number, split))
        for name, examples in found.items():
            groups.setdefault(name, []).extend(examples)
            shares[name] = shares.get(name, 0.0) + source.share / len(found)
    if not groups:
        raise DataError(f"The recipe {recipe.name!r} has no {split} examples.")
    return groups, shares


def _vocabulary(
    recipe: Recipe, groups: Groups, known: Checkpoint | None, given: WordVectors | None
) -> Vocabulary:
    vocabularies = [
        vocabulary_of(
            {
                name: examples
                for name, examples in groups.items()
                if examples[0].task == source.task
            },
            source.least or recipe.least,
            copying=recipe.network.layers > 0,
            parts=recipe.parts,
        )
        for source in recipe.sources
    ]
    changed = {"tasks": schemas(recipe), "buckets": recipe.buckets}
    vocabulary = reduce(Vocabulary.extended, vocabularies).model_copy(update=changed)
    if given:
        vocabulary = vocabulary.model_copy(update={"vectored": given.words})
    return known.vocabulary.extended(vocabulary) if known else vocabulary


def _parameters(network: DynamicMemoryNetwork, share: float) -> list[dict[str, Any]]:
    """All that learns, and apart from it what was learnt elsewhere and goes on slowly."""
    settled = list(network.encoder.settled())
    known = set(map(id, settled))
    groups = [{"params": [one for one in network.parameters() if id(one) not in known]}]
    return groups + [{"params": settled, "share": share}] * bool(settled)


def _settle(network: nn.Module, learns: Sequence[str]) -> None:
    """Only weights whose names begin so learn, where any are named; and the router, which is fitted
    by itself."""
    if not learns:
        return
    learning = {name: one for name, one in network.named_parameters() if one.requires_grad}
    for beginning in learns:
        if not any(name.startswith(beginning) for name in learning):
            parts = {".".join(name.split(".")[:2]) for name in learning}
            raise RecipeError(unknown("part of the network", beginning, parts))
    for name, one in learning.items():
        one.requires_grad_(name.startswith((*learns, "router.")))


def _take_over(network: DynamicMemoryNetwork, given: WordVectors) -> None:
    """Vectors made elsewhere stand in the network as they are."""
    table = network.embedding.vectors
    if table is None or table.embedding_dim != given.width:
        raise RecipeError(
            f"The word vectors are {given.width} wide, but network.vectors says otherwise. "
            f"Set network.vectors = {given.width} in the recipe."
        )
    with torch.no_grad():
        table.weight[1:] = torch.from_numpy(given.vectors)


def schemas(recipe: Recipe) -> tuple[TaskSchema, ...]:
    """The tasks that a recipe trains."""
    names = dict.fromkeys(source.task for source in recipe.sources)
    return tuple(registry().task(name).schema for name in names)


def _begin_with(network: DynamicMemoryNetwork, known: Checkpoint) -> None:
    """Copies the weights of a checkpoint. Words that it did not know begin at nothing: characters
    and given vectors say what they are, and a random row is noise that a rare word keeps. A task
    that another closer reading serves than before begins anew to hear it."""
    own = network.state_dict()
    moved = tuple(
        part
        for task in known.vocabulary.schemas
        if network.config.closely(task) not in (None, known.config.network.closely(task))
        for part in (f".closer.{task}.", f".shares.{task}")
    )
    other = tuple(  # another module answers: it begins anew
        f"answers.{kind}."
        for kind, module in known.network.answers.items()
        if type(network.answers[kind]) is not type(module)
    )
    for name, tensor in known.network.state_dict().items():
        if name.startswith(other) or any(part in name for part in moved):
            continue
        if name.startswith("router."):  # it is fitted anew, to more tasks
            continue
        if name.startswith("asking.") and name not in own:  # the recipe's router goes without
            continue
        grows = name in GROWING and name in own and len(own[name]) >= len(tensor)
        target = own[name][: len(tensor)] if grows else own.get(name)
        if target is None or target.shape != tensor.shape:
            raise CheckpointError(
                f"The checkpoint to start from has another form (at {name}). "
                "Use the network settings that it was trained with."
            )
        target.copy_(tensor)
        if name == "embedding.words.weight":
            own[name][len(tensor) :] = 0.0


def _cut(metrics: Path, rounds: int) -> None:
    """Drops the lines of rounds that were logged but not saved."""
    if metrics.exists():
        lines = metrics.read_text("utf-8").splitlines()
        kept = [line for line in lines if json.loads(line)["round"] <= rounds]
        write_whole(metrics, "".join(f"{line}\n" for line in kept))
