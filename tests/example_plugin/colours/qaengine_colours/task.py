"""The task: who wears a coat of which colour?"""

import random
from collections.abc import Iterator

from qaengine import Task, TaskSchema, Triple, hookimpl

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

    def examples(self, split: str, size: int = 300) -> Iterator[Triple]:
        chance = random.Random(SEEDS[split])
        return (self._story(chance) for _ in range(size))

    def samples(self) -> list[Triple]:
        return list(self.examples("train", size=3))

    def _story(self, chance: random.Random) -> Triple:
        names, colours = chance.sample(NAMES, 3), chance.choices(COLOURS, k=3)
        asked = chance.randrange(3)
        return Triple(
            input=tuple(
                f"{name} wears a {c} coat." for name, c in zip(names, colours, strict=True)
            ),
            question=f"What colour is {names[asked]}'s coat?",
            answer=colours[asked],
            task="colours",
            supports=(asked,),
        )


@hookimpl
def qaengine_tasks():
    return [Colours()]
