"""A plugin: a task about coats and their colours, an encoder by convolution, and a command."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from qaengine import Task, TaskSchema, Triple, hookimpl

if TYPE_CHECKING:
    import typer

    from qaengine.network.encoder import Encoder

COLOURS = ("red", "green", "blue", "yellow")
NAMES = ("Ann", "Bob", "Cem", "Dana", "Eli", "Fay")
SEEDS = {"train": 1, "valid": 2, "test": 3}


class Colours(Task):
    schema = TaskSchema(
        name="colours",
        question="What colour is Ann's coat?",
        answer="words",
        source="made up by this plugin",
        license="Apache-2.0",
    )

    def examples(self, split: str, size: int = 200, **options: Any) -> Iterator[Triple]:
        chance = random.Random(SEEDS[split])
        return (self._coats(chance) for _ in range(size))

    def samples(self) -> Sequence[Triple]:
        return list(self.examples("train", size=3))

    def _coats(self, chance: random.Random) -> Triple:
        names = chance.sample(NAMES, 3)
        colours = chance.choices(COLOURS, k=3)
        asked = chance.randrange(3)
        return Triple(
            input=tuple(f"{name}'s coat is {c}." for name, c in zip(names, colours, strict=True)),
            question=f"What colour is {names[asked]}'s coat?",
            answer=colours[asked],
            task=self.schema.name,
            supports=(asked,),
        )


@hookimpl
def qaengine_tasks() -> list[Task]:
    return [Colours()]


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from torch import nn

    from qaengine.network.encoder import Encoded, Encoder, Sentences

    class Convolution(Encoder):
        """A window of three words; the summary is the highest value of each feature."""

        name = "convolution"

        def __init__(self, width: int) -> None:
            super().__init__(width)
            self.window = nn.Conv1d(width, width, kernel_size=3, padding=1)

        def forward(self, sentences: Sentences) -> Encoded:
            import torch

            words = sentences.embedded.shape[1]
            inside = torch.arange(words) < sentences.lengths[:, None]  # (n, t)
            inside = inside.to(sentences.embedded.device)[:, :, None]
            embedded = sentences.embedded * inside
            states = torch.tanh(self.window(embedded.transpose(1, 2))).transpose(1, 2)
            summary = states.masked_fill(~inside, -1).amax(dim=1)
            return Encoded(states * inside, summary)

    return [Convolution]


@hookimpl
def qaengine_commands(app: typer.Typer) -> None:
    @app.command()
    def colours() -> None:
        """Say the colours."""
        print(*COLOURS)
