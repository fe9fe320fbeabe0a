"""Sizes and forms of a network, without torch: recipes and checkpoints hold it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qaengine.schema import Frozen

Direction = Literal["both", "forward", "none"]
Attention = Literal["recent", "closed", "soft", "gru"]
Update = Literal["gru", "relu"]


class Closer(Frozen):
    """A closer reading of the words of a single text, or of two sentences that are compared,
    through weights of its own."""

    width: int = Field(ge=1)
    """Of its recurrence of two layers, in each direction."""
    spelled: int = Field(default=0, ge=0)
    """Width of what it learns itself of how words are spelled; 0 for nothing."""
    alone: bool = False
    """Whether spans are told from it in place of facts and memory, as tags and labels always are,
    not beside them; for tasks whose question asks the same of every text."""
    tasks: tuple[str, ...] = Field(min_length=1)
    """Which it serves: of tags, spans, labels or texts, with words for facts; or of scores."""


class NetworkConfig(Frozen):
    """Sizes and forms of a network; a checkpoint keeps it in config.json."""

    encoder: str = "gru"
    width: int = Field(default=96, ge=8, multiple_of=4)
    vectors: int = Field(default=0, ge=0)
    """Width of the word vectors made elsewhere, where a recipe names some."""
    asking: bool = False
    """Whether the router reads questions through an encoder that was distilled on those vectors;
    `recipes/fit_router.py` puts it in."""
    affixes: bool = False
    """Whether words are known by their beginnings and endings, beside their n-grams."""
    passes: int = Field(default=10, ge=0)
    memory: str = "episodic"
    """The plugin that goes over the facts; `attention` and `update` are for the "episodic" one."""
    slots: int = Field(default=32, ge=1)
    """That a memory has which writes ("ntm")."""
    fusion: Direction = "both"
    matching: bool = True
    """Whether facts know which words they share with the question and with each other."""
    relate: int = Field(default=1, ge=0)
    """Layers in which the facts attend to each other."""
    attention: Attention = "recent"
    update: Update = "gru"
    layers: int = Field(default=3, ge=0)
    """Layers that read the words of the attended facts; 0 answers from the memory alone."""
    heads: int = Field(default=4, ge=1)
    read: int = Field(default=10, ge=1)
    """The most facts whose words are read."""
    reread: bool = False
    """Whether the layers that read attended facts read the words of a single text, too."""
    nodes: bool = False
    """Whether the facts of a single text are the nodes of its tree in place of its words, where the
    answer is a label; for encoders over trees."""
    shortcut: bool = False
    """Whether facts that are words also know these by themselves, past the encoder."""
    glances: int = Field(default=2, ge=0)
    """Passes where no supports are known and the facts are words."""
    writer: int = Field(default=256, ge=8)
    """Width of the recurrence that writes texts."""
    source: int = Field(default=0, ge=0)
    """Width, in each direction, of a recurrence that reads the words once more for a text to be
    written; with it, what is written also sees each word by itself."""
    deeper: int = Field(default=0, ge=0, multiple_of=2)
    """Width of a second layer in which texts are read and written, above the first (`source`)."""
    text_layers: tuple[int, int] = (0, 0)
    """Layers of attention which read the words once more for a text and which write it, `writer`
    wide, in place of recurrences; 0 and 0 for these."""
    compare: int = Field(default=0, ge=0)
    """Width, in each direction, of a recurrence that reads two sentences once more for a score, and
    compares them word by word."""
    closer: dict[Annotated[str, Field(pattern=r"^[a-z_]+$")], Closer] = {}
    """By a name of its own, what reads the words of a single text once more for which tasks."""
    answers: dict[str, str] = {}
    """By kind of answer, a plugin's answer module in place of the built-in one."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    deep_dropout: float = Field(default=0.25, ge=0, lt=1)
    """In the answer modules of labels, tags, spans and scores."""
    written_dropout: float = Field(default=0.1, ge=0, lt=1)
    """In the answer module of texts."""
    hide: float = Field(default=0.1, ge=0, lt=1)
    """Share of known words hidden while training."""
    longest_answer: int = Field(default=10, ge=1)

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> NetworkConfig:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} cannot be shared by {self.heads} heads")
        if self.deeper and not self.source:
            raise ValueError(f"deeper = {self.deeper} wants a first layer: set source, too")
        reading, writing = self.text_layers
        if min(reading, writing) < 0 or (reading and not writing):
            raise ValueError(f"text_layers = [{reading}, {writing}]: none of them writes")
        if writing and self.writer % (2 * self.heads):
            raise ValueError(
                f"writer = {self.writer} with text_layers wants a multiple of {2 * self.heads}"
            )
        served = Counter(task for one in self.closer.values() for task in one.tasks)
        for task, times in served.items():
            if times > 1:
                raise ValueError(f"closer: {task} is served twice; name it in one reading alone")
        return self

    def alone(self, task: str) -> bool:
        """Whether a task's spans are told from a closer reading alone."""
        name = self.closely(task)
        return name is not None and self.closer[name].alone

    def closely(self, task: str) -> str | None:
        """The name of the closer reading that serves a task, if there is one."""
        return next((name for name, one in self.closer.items() if task in one.tasks), None)
