"""Try to break it: the same question in other forms, which leave the answer true."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from qaengine.engine import Engine
from qaengine.render import Trial
from qaengine.schema import Answer, Score, TaskSchema, Value
from qaengine.text import sentences

INVENTED = (
    *("Velno", "Tazrik", "Quorin", "Brimda", "Oskell", "Yendra", "Pavlix", "Drumo"),
    *("Zefira", "Kluno", "Marvok", "Jorind", "Wuspel", "Hixton", "Fendal", "Groppi"),
)
DISTRACTORS = (
    "The kettle whistled.",
    "Rain fell all night.",
    "Somewhere a dog barked.",
    "The clock struck four.",
    "A window rattled.",
)
"""Of no person, place or thing that a story is about."""
POLITE = "Please tell me: {}"
MARKS = "?.!\"'[]"
CLOSE = 0.5
"""Scores this near are the same."""

_WORD = re.compile(r"[^\W\d_]+")
_BEFORE_SENTENCE = re.compile(r"(^|[.?!:]\W*)$")


@dataclass(frozen=True)
class Question:
    """What was asked, and the names that were changed in it."""

    input: str
    question: str
    names: Mapping[str, str]

    def renamed(self, text: str) -> str:
        return _WORD.sub(lambda found: self.names.get(found[0], found[0]), text)


def trials(
    engine: Engine,
    input: str,
    question: str,
    task: str | None,
    before: Answer,
    rng: random.Random,
    told: Callable[[Collection[tuple[str, Question]]], Iterable[tuple[str, Question]]] = iter,
) -> list[Trial]:
    """The question asked again with other names, with distractors, in other words, and with all.

    `told` hands the changed questions on one by one, as a progress bar does. Raises what
    `Engine.ask` raises.
    """
    schema = next((schema for schema in engine.tasks if schema.name == before.task), None)
    plain = Question(input, question, {})
    changes: dict[str, Callable[[Question], Question]] = {
        "Invented names": lambda one: with_names(one, rng),
        "Distractors": lambda one: with_distractors(one, rng),
        "Other words": lambda one: rephrased(one, schema, rng),
    }
    if schema is None or schema.answer != "words":
        del changes["Distractors"]  # in any other text they are part of what is asked about
    forms = {name: change(plain) for name, change in changes.items()}
    together = plain
    for change in changes.values():
        together = change(together)
    forms = {name: form for name, form in forms.items() if form != plain}
    if len(forms) > 1:
        forms["All of it"] = together
    found = []
    for name, form in told(forms.items()):
        answer = engine.ask(form.input, form.question, task)
        held = _held(before.value, answer.value, form)
        found.append(Trial(name, form.input, form.question, answer, held))
    return found


def with_names(one: Question, rng: random.Random) -> Question:
    """Each name is another, in the input and in the question."""
    found = names(one.input, one.question)
    fresh = [name for name in INVENTED if name not in one.input]
    changed = Question(
        one.input, one.question, dict(zip(found, rng.sample(fresh, len(fresh)), strict=False))
    )
    return Question(changed.renamed(one.input), changed.renamed(one.question), changed.names)


def names(input: str, question: str) -> list[str]:
    """Capitalised words of the input that are names: they stand within a sentence, or twice, and
    nowhere in small letters."""
    from spacy.lang.en.stop_words import STOP_WORDS

    text = f"{input}\n{question}"
    words, within = [], set()
    for found in _WORD.finditer(text):
        words.append(found[0])
        if not _BEFORE_SENTENCE.search(text, 0, found.start()):
            within.add(found[0])
    small = {word for word in words if word.islower()}
    candidates = dict.fromkeys(word for word in _WORD.findall(input) if word.istitle())
    return [
        word
        for word in candidates
        if len(word) > 1
        and word.lower() not in STOP_WORDS | small
        and (word in within or words.count(word) > 1)
    ]


def with_distractors(one: Question, rng: random.Random) -> Question:
    """Sentences about nothing, between the others; never before one that goes on from the last."""
    from spacy.lang.en.stop_words import STOP_WORDS

    facts = list(sentences(one.input))
    for distractor in rng.sample(DISTRACTORS, 3):
        free = [
            place
            for place, fact in enumerate(facts)
            if fact.split()[0].strip(",").lower() not in STOP_WORDS - {"the"}
        ]
        facts.insert(rng.choice([*free, len(facts)]), distractor)
    return Question(" ".join(facts), one.question, one.names)


def rephrased(one: Question, schema: TaskSchema | None, rng: random.Random) -> Question:
    """The question in other words of the task's, or at least more politely."""
    phrases = (schema.question, *schema.paraphrases) if schema else ()
    others = paraphrases(one.question, phrases, schema.labels if schema else ())
    question = rng.choice(others) if others else POLITE.format(one.question)
    return Question(one.input, question, one.names)


def paraphrases(question: str, phrases: Sequence[str], labels: Sequence[str] = ()) -> list[str]:
    """Other phrases for a question that is one of them but for some words in one place.

    Phrases that name other things, numbers or labels ("In French?", "In German?") are no
    paraphrases: they want another answer.
    """
    naming = {word for phrase in phrases for word in _naming(phrase)}
    naming |= {word for label in labels for word in _words(label)}
    for phrase in phrases:
        slot = _slot(phrase.split(), question.split())
        if slot is not None:
            old, new = slot
            same = naming.intersection(_words(phrase))
            return [
                f" {other} ".replace(old, new).strip() if old else other
                for other in phrases
                if other != phrase
                and set(_words(old)) <= set(_words(other))
                and naming.intersection(_words(other)) == same
            ]
    return []


def _slot(phrase: Sequence[str], question: Sequence[str]) -> tuple[str, str] | None:
    """The words in which a question differs from a phrase, and its own instead; None where it
    shares fewer than two others. Both "" where nothing differs."""
    if phrase == question:
        return "", ""
    shortest = min(len(phrase), len(question))
    first = next((n for n in range(shortest) if phrase[n] != question[n]), shortest)
    rest = shortest - first
    last = next((n for n in range(rest) if phrase[-1 - n] != question[-1 - n]), rest)
    old = " ".join(phrase[first : len(phrase) - last]).strip(MARKS)
    new = " ".join(question[first : len(question) - last]).strip(MARKS)
    return (old, new) if first + last >= 2 and old and new else None


def _naming(phrase: str) -> set[str]:
    """Words that make a phrase ask for something else: capitalised ones within it, and numbers."""
    from spacy.lang.en.lex_attrs import like_num

    _, *inner = _words(phrase)
    return {word for word in inner if word[0].isupper()} | set(filter(like_num, _words(phrase)))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _held(before: Value | None, after: Value | None, form: Question) -> bool:
    if isinstance(before, Score) and isinstance(after, Score):
        return abs(before.value - after.value) <= CLOSE
    if before is None or after is None:
        return before is after
    return form.renamed(str(before)).lower() == str(after).lower()
