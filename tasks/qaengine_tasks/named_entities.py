"""Named entities that are new and rare, in texts of the web: WNUT17 (Derczynski et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qaengine.data import locate
from qaengine.errors import DataError
from qaengine.metrics import span_scores
from qaengine.plugin_api import Task, hookimpl
from qaengine.schema import Split, TaskSchema, Triple, Value
from qaengine_tasks.gum_files import names, read_gum
from qaengine_tasks.phrasing import questions
from qaengine_tasks.phrasings import Phrased
from qaengine_tasks.spans import Place, bracketed, parted, spans_triple
from qaengine_tasks.text_files import find, read_text

TYPES = {
    "person": "PERSON",
    "location": "LOCATION",
    "corporation": "CORPORATION",
    "product": "PRODUCT",
    "creative-work": "CREATIVE_WORK",
    "group": "GROUP",
}
"""Our type of each type of the files."""

GUM_TYPES = {"person": "PERSON", "place": "LOCATION", "organization": "GROUP"}
"""Our type of each of GUM's types that are named often; it does not part companies from others."""

FILES: dict[Split, str] = {
    "train": "wnut17train.conll",
    "valid": "emerging.dev.conll",
    "test": "emerging.test.annotated",
}

SAMPLES = (
    "[Clara Brandt PERSON] opened a bakery in [Lisbon LOCATION] last spring .",
    "omg [Velvet Otters GROUP] are playing here tonight !",
    "My new [Tilda 9 PRODUCT] from [Halden Computers CORPORATION] arrived broken :(",
    "Has anyone read [The Glass Orchard CREATIVE_WORK] by [Ines Moreau PERSON] ?",
    "I slept all day and I am still tired .",
    "[Bram PERSON] drove from [Lake Orsa LOCATION] to [Tallinn LOCATION] in nine hours",
    "rt @kelpfan : [Northgate United GROUP] won again",
    "[Orbix CORPORATION] will stop selling the [Orbix Mini PRODUCT] in [Norway LOCATION] .",
)
"""Sentences of our own, about nobody."""

Tagged = tuple[tuple[str, ...], tuple[Place, ...]]


class NamedEntities(Phrased):
    """3,394 sentences to train, 1,009 valid, 1,287 test (1,975, 836, 1,079 entities)."""

    schema = TaskSchema(
        name="named_entities",
        question="What are the named entities?",
        paraphrases=(
            "Which named entities are there?",
            "Find the named entities in this text.",
            "Mark all names of people, places, companies, products, works and groups.",
            "Which people, places and products are named here?",
            "Who and what is mentioned by name?",
            "Do named entity recognition.",
            "Show me every proper name and its type.",
            "Are there any names in this sentence, and of what kind?",
            "List the entities that have a name.",
            "NER, please.",
        ),
        facts="tokens",
        answer="spans",
        labels=tuple(TYPES.values()),
        metric="F1",
        source="Derczynski et al. 2017, W-NUT; github.com/leondz/emerging_entities_17",
        license="CC BY 4.0",
    )

    def examples(self, split: Split, **options: Any) -> Iterator[Triple]:
        """Sentences with their entities; takes the options of `read`."""
        asked = questions(self.schema, split)
        for (tokens, found), question in zip(read(split, **options), asked, strict=False):
            yield spans_triple(self.schema.name, tokens, question, found)

    def samples(self) -> Sequence[Triple]:
        """Sentences of our own."""
        marked = [bracketed(sample, typed=True) for sample in SAMPLES]
        return tuple(
            spans_triple(self.schema.name, tokens, self.schema.question, found)
            for tokens, found in marked
        )

    def score(self, gold: Sequence[Triple], said: Sequence[Value | None]) -> dict[str, float]:
        """F1 of the entities, both ends and type right; precision, recall; in percent."""
        return span_scores(gold, said)


@hookimpl
def qaengine_tasks() -> Iterable[Task]:
    return [NamedEntities()]


def read(split: Split, *, gum: bool = False, path: Path | str | None = None) -> list[Tagged]:
    """The sentences of a split; `path` is the folder of the three published files.

    `gum`: for training those of WNUT17 twice, and behind them GUM's 10,224, whose 4,908 names of
    people, places and organizations are told by its mentions and tags; from gum_coref and
    ud_english_gum, beside the folder.
    """
    folder = Path(path) if path is not None else locate("wnut17")
    file = find(folder, FILES[split])
    sentences = parse(read_text(file), str(file))
    if gum and split == "train":
        sentences += sentences + list(_of_gum(None if path is None else folder.parent))
    return sentences


def _of_gum(path: Path | None) -> Iterator[Tagged]:
    """Sentences of GUM with names of three types; it has too few of the others, or none."""
    for document, sentences, borders in read_gum("train", path):
        found = [
            (start, end, GUM_TYPES[type_])
            for start, end, type_ in names(document, sentences)
            if type_ in GUM_TYPES
        ]
        yield from parted(document.tokens, found, borders)


def parse(text: str, name: str) -> list[Tagged]:
    """Tokens and entities of each sentence: a line is token<TAB>tag, blank ones part sentences.

    A tag is O, B-TYPE at the first token of an entity, I-TYPE at its others. `name` is what errors
    call the file. Raises `DataError` with line and reason.
    """
    sentences: list[Tagged] = []
    tokens: list[str] = []
    found: list[Place] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        try:
            if line.strip("\t\r "):
                token, tag = _fields(line)
                _extend(found, tag, len(tokens))
                tokens.append(token)
            elif tokens:
                sentences.append((tuple(tokens), tuple(found)))
                tokens, found = [], []
        except ValueError as error:
            raise DataError(f"{name}, line {number}: {error}. The line: {line[:100]!r}.") from None
    if not sentences:
        raise DataError(f"{name} holds no sentence. A line is: token<TAB>tag.")
    return sentences


def _fields(line: str) -> tuple[str, str]:
    fields = line.rstrip("\r").split("\t")
    if len(fields) != 2 or not fields[0].strip():
        raise ValueError("a line is: token<TAB>tag")
    return fields[0], fields[1]


def _extend(found: list[Place], tag: str, place: int) -> None:
    """Adds the token at `place` to the sentence's entities."""
    if tag == "O":
        return
    part, _, kind = tag.partition("-")
    if part not in ("B", "I") or kind not in TYPES:
        raise ValueError(f"{tag!r} is none of the tags O, B-TYPE, I-TYPE with {', '.join(TYPES)}")
    if part == "B":
        found.append((place, place + 1, TYPES[kind]))
        return
    if not found or found[-1][1:] != (place, TYPES[kind]):
        raise ValueError(f"{tag} does not follow a token of the same entity")
    found[-1] = (found[-1][0], place + 1, TYPES[kind])
