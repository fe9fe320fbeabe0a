"""What goes in and what comes out: triples, task schemas, answers. No torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qaengine.tree import Tree

FactUnit = Literal["sentences", "tokens", "nodes"]
AnswerKind = Literal["label", "words", "tags", "spans", "text", "score"]
Split = Literal["train", "valid", "test"]


class Frozen(BaseModel):
    """A value: unknown fields are errors, and nothing changes after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Frozen):
    """One of a closed set."""

    kind: Literal["label"] = "label"
    label: str

    def __str__(self) -> str:
        return self.label


class Words(Frozen):
    """One or more words, each generated from the vocabulary or copied from the input."""

    kind: Literal["words"] = "words"
    words: tuple[str, ...]

    def __str__(self) -> str:
        return ",".join(self.words)


class Tags(Frozen):
    """A tag for each token."""

    kind: Literal["tags"] = "tags"
    tokens: tuple[str, ...]
    tags: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.tags)

    @model_validator(mode="after")
    def _one_each(self) -> Tags:
        if len(self.tokens) != len(self.tags):
            raise ValueError(f"{len(self.tags)} tags for {len(self.tokens)} tokens")
        return self


class Span(Frozen):
    """A part of a text: characters `start` up to, without, `end`."""

    start: int = Field(ge=0)
    end: int
    type: str = ""
    """What it is, where a task tells types apart."""
    group: int | None = None
    """Spans of one group mean the same thing."""

    @model_validator(mode="after")
    def _holds_something(self) -> Span:
        if self.end <= self.start:
            raise ValueError(f"the span from {self.start} to {self.end} is empty")
        return self


class Spans(Frozen):
    """Parts of a text, possibly one within another, ordered by their start, longer ones first."""

    kind: Literal["spans"] = "spans"
    text: str
    """The text that the spans point into."""
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        """The text with brackets around the spans, type and group behind: `[Berlin LOCATION]`."""
        opening = sorted(self.spans, key=lambda span: (span.start, -span.end))
        marks = [(span.start, 1, -span.end, "[") for span in opening]
        marks += [(span.end, 0, -span.start, f"{_named(span)}]") for span in opening]
        pieces, last = [], 0
        for place, _, _, mark in sorted(marks, key=lambda mark: mark[:3]):
            pieces += [self.text[last:place], mark]
            last = place
        return "".join([*pieces, self.text[last:]])

    @model_validator(mode="after")
    def _inside(self) -> Spans:
        if any(span.end > len(self.text) for span in self.spans):
            raise ValueError("a span ends behind the text")
        return self


def _named(span: Span) -> str:
    group = "" if span.group is None else str(span.group)
    return "".join(f" {part}" for part in (span.type, group) if part)


class Translation(Frozen):
    """A text in another language, and where each of its tokens came from."""

    kind: Literal["translation"] = "translation"
    text: str
    source_tokens: tuple[str, ...] = ()
    target_tokens: tuple[str, ...] = ()
    attention: tuple[tuple[float, ...], ...] = ()
    """For each target token a weight in [0, 1] for each source token."""

    def __str__(self) -> str:
        return self.text


class Score(Frozen):
    """A number on a scale, from the chances of its whole steps (Tai et al. 2015)."""

    kind: Literal["score"] = "score"
    value: float
    distribution: tuple[float, ...] = ()
    """Chances of 1, 2, ... in order."""

    def __str__(self) -> str:
        return f"{self.value:.2f}"


Value = Label | Words | Tags | Spans | Translation | Score


class Triple(Frozen):
    """Input, question, answer: the one form that every task takes."""

    input: tuple[str, ...] = Field(min_length=1)
    """The facts, in order: sentences of a story, or the tokens of a text."""
    question: str = Field(min_length=1)
    answer: str | None = None
    """Gold answer; None when a user asks. A list is joined by ","; "" says that the facts don't
    tell, and that abstaining is right."""
    task: str | None = None
    supports: tuple[int, ...] = ()
    """Indices (from 0) of the facts that the answer rests on."""
    value: Value | None = Field(default=None, discriminator="kind")
    """The gold answer as data, where its text does not say everything (spans). Spans point into
    `text`."""
    further: Triple | None = None
    """A question that is asked along, of the task that the schema's `further` names: the more
    likely its answer is `value`, a single span, the more likely the first label is this one's."""

    @property
    def text(self) -> str:
        """The facts joined by blanks."""
        return " ".join(self.input)

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
    """The closed set of answers for "label" and "tags", of types for "spans"; else empty."""
    like: str = ""
    """Another task that questions of this kind belong to, where no question tells the two apart."""
    single: bool = False
    """Whether exactly one span is the answer."""
    grouped: bool = False
    """Whether spans belong to groups, of two or more each."""
    further: str = ""
    """For labels: another task, of a single span among tokens, that is asked along where a triple
    brings a question of it."""
    metric: str = "accuracy"
    source: str
    """Where the data come from: paper or address."""
    license: str


class Alternative(Frozen):
    """Another answer and its probability in [0, 1], before abstention is considered."""

    text: str
    confidence: float = Field(ge=0, le=1)


class Evidence(Frozen):
    """How much each pass attended to one fact, or to one node of the answer's tree."""

    fact: str
    index: int = Field(ge=0)
    weights: tuple[float, ...]
    """A weight in [0, 1] for each pass; a pass that was not needed weighs 0."""
    words: tuple[tuple[str, float], ...] = ()
    """Of a fact whose words were read for an answer in words: each with a weight in [0, 1], the
    chance that an item of the answer was copied from it, or said while the network looked at it
    (the most over the items). Else ()."""

    @property
    def weight(self) -> float:
        """The highest weight over the passes."""
        return max(self.weights, default=0.0)


class Further(Frozen):
    """What was asked along, and how likely the span in question answers it."""

    question: str
    text: str
    """The span."""
    confidence: float = Field(ge=0, le=1)
    """Not calibrated: among all spans of the text."""


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
    further: Further | None = None
    """A question whose answer counted for this one's, where one was asked along."""
    evidence: tuple[Evidence, ...] = ()
    trees: tuple[Tree, ...] = ()
    """Of each sentence of the facts, as the encoder read it; of encoders that read no trees, ().
    In JSON a node is the list of its children, word and label."""
    task: str | None = None
    triple: Triple
    seconds: float = Field(ge=0)
    """Wall-clock time of the call that answered, divided by the number of its questions."""
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the question never came to the facts: it is of no kind known, or does not suit
        the input."""
        return self.abstained and not self.evidence

    def __str__(self) -> str:
        return self.text
