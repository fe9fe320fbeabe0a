"""Whether what is written is in the language asked for, and calls people by their names.

    QAENGINE_DATA=... python benchmarks/everyday.py [CHECKPOINT] [--limit 200]

Of Tatoeba's validation sentences, how many are answered in German, in French or in neither, by
function words and letters; and of validation pairs told of other people (`renamed`, three names in
ten invented), in how many translations each name stands once.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from pathlib import Path

from qaengine import Engine
from qaengine_tasks.translation import Translation
from qaengine_tasks.translation_names import renamed

GERMAN = """
    der die das ein eine einen einem einer des dem den ist und ich du er sie es wir ihr
    nicht dass wer was mein meine sein seine im in auf für mit zu zum zur hat habe haben war
    waren sind bin von am an wie wo so sehr kann kannst will mir mich dir dich ihn ihm ihnen
    uns aus bei nach noch auch als wenn hier keine kein
"""
FRENCH = """
    le la les un une des du de est et je tu il elle nous vous ils elles ne pas que qui ce
    cette mon ma mes son sa ses à au aux en dans sur pour avec a ai as avons été était sont
    suis l d j n s c qu m t y où si plus tout très fait faire peux peut veux
"""
QUESTIONS = ("In German?", "In French?")


def language(text: str) -> str:
    """The language whose function words and letters are more; "neither" where none are."""
    words = re.findall(r"\w+", text.lower())
    german = sum(word in GERMAN.split() for word in words) + len(re.findall("[äöüß]", text.lower()))
    french = sum(word in FRENCH.split() for word in words) + len(
        re.findall("[éèêàçùâîôûœ]", text.lower())
    )
    if german == french:
        return "neither"
    return "German" if german > french else "French"


def people(limit: int) -> list[tuple[str, set[str]]]:
    """Sentences told of people with other names, and those names."""
    rng, found = random.Random(5), []
    for corpus in ("multi30k german", "tatoeba french"):
        for _, (pair,) in Translation().stories("valid", corpora=[corpus]):
            told = " ".join(pair.input), pair.answer or ""
            other, _ = renamed(told, rng)
            if other != told[0]:
                found.append((other, set(other.split()) - set(told[0].split())))
    rng.shuffle(found)
    return found[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("--limit", type=int, default=200)
    chosen = parser.parse_args()
    engine = Engine.load(chosen.checkpoint)
    stories = Translation().stories("valid", corpora=["tatoeba french"])
    plain = [" ".join(pair.input) for _, (pair,) in stories][: chosen.limit]
    named = people(chosen.limit)
    for question in QUESTIONS:
        said = engine.ask_many([(text, question) for text in plain], task="translation")
        print(question, dict(Counter(language(str(answer.value)) for answer in said)))
        said = engine.ask_many([(text, question) for text, _ in named], task="translation")
        written = [re.findall(r"\w+", str(answer.value)) for answer in said]
        right = sum(
            all(words.count(name) == 1 for name in names)
            for words, (_, names) in zip(written, named, strict=True)
        )
        print(f"{question} each name once in {right} of {len(named)}")


if __name__ == "__main__":
    main()
