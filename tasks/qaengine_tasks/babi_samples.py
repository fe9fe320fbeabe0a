"""Little stories of our own in the manner of bAbI, one for each of ten skills."""

from __future__ import annotations

from qaengine.schema import Triple


def _story(story: str, question: str, answer: str, *supports: int) -> Triple:
    facts = tuple(f"{fact.strip()}." for fact in story.split(".") if fact.strip())
    return Triple(input=facts, question=question, answer=answer, task="babi", supports=supports)


SAMPLES: tuple[Triple, ...] = (
    _story(
        "Nora walked to the library. Omar went to the harbour. Nora travelled to the market.",
        "Where is Nora?",
        "market",
        2,
    ),
    _story(
        "Omar took the lamp. Nora went to the cellar. Omar went to the library.",
        "Where is the lamp?",
        "library",
        0,
        2,
    ),
    _story(
        "The cellar is north of the attic. The attic is north of the library.",
        "What is north of the library?",
        "attic",
        1,
    ),
    _story(
        "Nora got the lamp. Nora went to the harbour. Nora gave the lamp to Omar.",
        "Who gave the lamp to Omar?",
        "Nora",
        2,
    ),
    _story("Omar went to the market. Nora moved to the cellar.", "Is Omar in the cellar?", "no", 0),
    _story(
        "Nora took the lamp. Nora took the rope. Omar went to the market.",
        "What is Nora carrying?",
        "lamp,rope",
        0,
        1,
    ),
    _story(
        "Omar and Nora went to the harbour. Then they journeyed to the attic.",
        "Where is Omar?",
        "attic",
        0,
        1,
    ),
    _story(
        "Bears are afraid of geese. Geese are afraid of goats. Ruby is a bear.",
        "What is Ruby afraid of?",
        "goose",
        2,
        0,
    ),
    _story(
        "The cone is to the left of the green disc. The green disc is to the left of the ring.",
        "Is the cone to the left of the ring?",
        "yes",
        0,
        1,
    ),
    _story(
        "The market is north of the harbour. The library is east of the market. "
        "The cellar is south of the library.",
        "How do you go from the harbour to the library?",
        "n,e",
        0,
        1,
    ),
)
