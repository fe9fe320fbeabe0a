"""What the answers rest on, measured: unseen words, causes, abstention, other wordings.

    QAENGINE_DATA=... python benchmarks/robustness.py [CHECKPOINT] [--json FILE] [--limit N]

Prints a number for each claim of docs/results.md on robustness, for the shipped checkpoint.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from qaengine.engine import Engine
from qaengine.schema import Answer, Triple
from qaengine_tasks.babi import BAbI, invent
from qaengine_tasks.worlds import HELD_OUT_FOREIGN, Worlds
from qaengine_tasks.worlds.cut import cut

INVENTED_SKILLS = (1, 2, 3, *range(5, 15))
READ = 0.1
"""Facts of this weight or more are read (qaengine.network.reading.choose)."""

WORDINGS: tuple[tuple[str, Callable[[str], str | None]], ...] = tuple(
    (new, (lambda asked, old=old, new=new: asked.replace(old, new) if old in asked else None))
    for old, new in (
        ("Where is the ", "In which room is the "),
        ("Where is the ", "Where can I find the "),
        ("Where is ", "What place is it where one finds "),
        ("What is Mary carrying", "What does Mary have"),
        ("What is John carrying", "What does John hold"),
        ("What is Daniel carrying", "What does Daniel have"),
        ("What is Sandra carrying", "What does Sandra have"),
        ("How many objects is ", "How many things is "),
    )
)
"""Other ways to ask bAbI's questions, by replacing their beginnings."""


def ask(engine: Engine, triples: Sequence[Triple]) -> list[Answer]:
    return engine.ask_many((triple.input, triple.question) for triple in triples)


def right(answer: Answer, triple: Triple) -> bool:
    said = "" if answer.abstained else answer.text
    return said.lower() == (triple.answer or "").lower()


def accuracy(engine: Engine, triples: Sequence[Triple]) -> float:
    answers = ask(engine, triples)
    return percent(map(right, answers, triples))


def percent(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return round(100 * sum(counted) / max(len(counted), 1), 2)


def attended(answer: Answer) -> list[int]:
    return [fact.index for fact in answer.evidence if fact.weight >= READ]


def keep(triple: Triple, kept: Iterable[int]) -> Triple | None:
    facts = tuple(triple.input[index] for index in sorted(kept))
    return triple.model_copy(update={"input": facts, "supports": ()}) if facts else None


def unseen_words(engine: Engine, skills: dict[int, list[Triple]]) -> dict[str, float]:
    """Accuracy on bAbI with its own words, and with every name, place and object invented."""
    chosen = [skills[skill] for skill in INVENTED_SKILLS]
    own = [accuracy(engine, triples) for triples in chosen]
    new = [accuracy(engine, invent(triples, seed=7)) for triples in chosen]
    return {"own_words": sum(own) / len(own), "invented_words": sum(new) / len(new)}


def evidence(engine: Engine, triples: Sequence[Triple]) -> dict[str, float]:
    """Supports found; right answers that stay right on the attended facts alone; answers that
    change or abstain when an attended support goes on which the answer depends."""
    answers = ask(engine, triples)
    found = wanted = 0
    for answer, triple in zip(answers, triples, strict=True):
        ranked = sorted(answer.evidence, key=lambda fact: -fact.weight)
        top = {fact.index for fact in ranked[: len(triple.supports)]}
        found += len(top.intersection(triple.supports))
        wanted += len(triple.supports)
    correct = [pair for pair in zip(answers, triples, strict=True) if right(*pair)]
    alone = [(keep(triple, attended(answer)), triple) for answer, triple in correct]
    alone_asked = [(less, triple) for less, triple in alone if less is not None]
    still = ask(engine, [less for less, _ in alone_asked])
    return {
        "supports_found": round(100 * found / max(wanted, 1), 2),
        "right_on_attended_alone": percent(
            right(answer, triple) for answer, (_, triple) in zip(still, alone_asked, strict=True)
        ),
        **necessity(engine, correct),
    }


def necessity(engine: Engine, correct: Sequence[tuple[Answer, Triple]]) -> dict[str, float]:
    """Deletes one attended support, where the solver of `worlds` finds that the answer changes."""
    rng = random.Random(0)
    pairs: list[tuple[Triple, Triple]] = []
    for answer, triple in correct:
        candidates = sorted(set(attended(answer)).intersection(triple.supports))
        if not candidates or len(triple.input) < 2:
            continue
        less = cut(triple, rng.choice(candidates))
        if less is not None and less.answer != triple.answer:
            pairs.append((triple, less))
    answers = ask(engine, [less for _, less in pairs])
    return {
        "deleted": len(pairs),
        "changed_or_abstained": percent(
            not right(answer, whole) for answer, (whole, _) in zip(answers, pairs, strict=True)
        ),
        "as_the_solver_says": percent(
            right(answer, less) for answer, (_, less) in zip(answers, pairs, strict=True)
        ),
    }


def abstention(engine: Engine, triples: Sequence[Triple]) -> dict[str, float]:
    """Precision and recall of "the facts don't tell": half of the stories are cut so."""
    cuts = (cut(triple) for triple in triples)
    untold = [one for one in cuts if one is not None and one.answer == ""]
    told = [triple for triple in triples if triple.answer][: len(untold)]
    gone = [answer.abstained for answer in ask(engine, untold)]
    false = [answer.abstained for answer in ask(engine, told)]
    return {
        "untold": len(untold),
        "told": len(told),
        "precision": round(100 * sum(gone) / max(sum(gone) + sum(false), 1), 2),
        "recall": percent(gone),
    }


def wordings(engine: Engine, skills: dict[int, list[Triple]]) -> dict[str, float]:
    """Accuracy on bAbI questions in other words."""
    scores = {}
    for name, reword in WORDINGS:
        changed = list(_reworded(skills, reword))
        scores[f"{name.strip()} ..."] = accuracy(engine, changed)
    return scores


def _reworded(
    skills: dict[int, list[Triple]], reword: Callable[[str], str | None]
) -> Iterator[Triple]:
    for skill in (1, 2, 7, 8, 11, 12, 13):
        for triple in skills[skill]:
            asked = reword(triple.question)
            if asked is not None:
                yield triple.model_copy(update={"question": asked})


def foreign(engine: Engine, skills: dict[int, list[Triple]]) -> dict[str, float]:
    """Questions of no kind that the engine knows, asked about bAbI stories."""
    stories = [triples[:6][-1] for triples in skills.values()]
    asked = [question.format(p="Mary", o="milk", r="kitchen") for question in HELD_OUT_FOREIGN]
    pairs = [(story.input, question) for question in asked for story in stories]
    return {"abstained": percent(answer.abstained for answer in engine.ask_many(pairs))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--limit", type=int, default=1000, help="questions a skill")
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    options = parser.parse_args()
    engine = Engine.load(options.checkpoint)
    skills = {
        skill: triples[: options.limit]
        for skill, triples in BAbI().examples_by_skill(options.split).items()
    }
    babi = [triple for triples in skills.values() for triple in triples]
    worlds = list(Worlds().examples(options.split, count=4 * options.limit, unanswerable=0.0))
    results = {
        "unseen words (bAbI 1-3, 5-14)": unseen_words(engine, skills),
        "evidence (bAbI)": evidence(engine, babi),
        "evidence (worlds)": evidence(engine, worlds),
        "abstention (bAbI, answers cut out)": abstention(engine, babi),
        "abstention (worlds, answers cut out)": abstention(engine, worlds),
        "other wordings (bAbI)": wordings(engine, skills),
        "foreign questions": foreign(engine, skills),
    }
    text = json.dumps(results, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
