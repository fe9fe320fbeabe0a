"""What goes in and what comes out: triples, task schemas, answers. No torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FactUnit = Literal["sentences", "tokens", "nodes"]
AnswerKind = Literal["label", "words", "tags", "spans", "text", "score"]
Split = Literal["train", "valid", "test"]


class Frozen(BaseModel):
    """A value: unknown fields are errors, and nothing changes after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Triple(Frozen):
    """Input, question, answer: the one form that every task takes."""

    input: tuple[str, ...] = Field(min_length=1)
    """The facts, in order: sentences of a story, or one text."""
    question: str = Field(min_length=1)
    answer: str | None = None
    """Gold answer; None when a user asks. A list is joined by ","; "" says that the facts don't
    tell, and that abstaining is right."""
    task: str | None = None
    supports: tuple[int, ...] = ()
    """Indices (from 0) of the facts that the answer rests on."""

    @model_validator(mode="after")
    def _supports_exist(self) -> Triple:
        if any(not 0 <= index < len(self.input) for index in self.supports):
            raise ValueError(f"supports {self.supports} point outside the {len(self.input)} facts")
        return self


class TaskSchema(Frozen):
    """What a task asks, and what kind of answer it wants."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    question: str
    """The question in its usual words."""
    paraphrases: tuple[str, ...] = ()
    facts: FactUnit = "sentences"
    answer: AnswerKind
    labels: tuple[str, ...] = ()
    """The closed set of answers, for "label" and "tags"; else empty."""
    metric: str = "accuracy"
    source: str
    """Where the data come from: paper or address."""
    license: str


class Label(Frozen):
    kind: Literal["label"] = "label"
    label: str


class Words(Frozen):
    """One or more words, each generated from the vocabulary or copied from the input."""

    kind: Literal["words"] = "words"
    words: tuple[str, ...]


Value = Label | Words


class Alternative(Frozen):
    """Another answer and its probability in [0, 1], before abstention is considered."""

    text: str
    confidence: float = Field(ge=0, le=1)


class Evidence(Frozen):
    """How much each pass attended to one fact."""

    fact: str
    index: int = Field(ge=0)
    weights: tuple[float, ...]
    """A weight in [0, 1] for each pass; a pass that was not needed weighs 0."""

    @property
    def weight(self) -> float:
        """The highest weight over the passes."""
        return max(self.weights, default=0.0)


class Answer(Frozen):
    """An answer with its reason. `str(answer)` is its text."""

    text: str
    """The answer; for an abstention a sentence that helps."""
    value: Value | None = Field(default=None, discriminator="kind")
    """The answer as data, by kind; None for an abstention."""
    confidence: float = Field(ge=0, le=1)
    """Calibrated probability that the answer (or the abstention) is right."""
    abstained: bool = False
    alternatives: tuple[Alternative, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    task: str | None = None
    triple: Triple
    seconds: float = Field(ge=0)
    """Wall-clock time of the call that answered, divided by the number of its questions."""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text
