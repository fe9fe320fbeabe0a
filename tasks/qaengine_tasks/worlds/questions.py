"""How a world is asked: every question with its phrasings. The first one is bAbI's own, the last two are held out."""

from __future__ import annotations

from qaengine_tasks.worlds.phrases import COMPASS, SIDES

HELD_OUT = 2
"""So many last phrasings of each question are never in the train or valid split."""

WHERE = (
    "Where is {x}?", "In which room is {x}?", "What is {x}'s location?", "Where can I find {x}?",
    "Tell me where {x} is.", "In which place is {x}?", "Where is {x} now?", "Where would I find {x}?",
    "Do you know where {x} is?", "What is the location of {x}?", "Where is {x} right now?", "Which room is {x} in?",
    "Where can {x} be found?", "What place is {x} in?",
)  # fmt: skip
BEFORE = (
    "Where was {x} before the {l}?", "Where was {x} before it came to the {l}?", "Where has {x} been before the {l}?",
    "In which room was {x} before the {l}?", "Before the {l}, where was {x}?", "What was {x}'s location before the {l}?",
    "Where was {x} just before the {l}?", "In which place was {x} prior to the {l}?",
)  # fmt: skip
FITS = (
    "Does the {o} fit in the {u}?", "Is the {u} bigger than the {o}?", "Does the {o} fit inside the {u}?",
    "Is the {u} larger than the {o}?", "Is the {o} smaller than the {u}?", "Will the {o} fit into the {u}?",
    "Can the {u} contain the {o}?", "Could I put the {o} into the {u}?", "Is the {o} small enough for the {u}?",
)  # fmt: skip
COLOUR = (
    "What color is {x}?", "What is the color of {x}?", "What colour is {x}?", "What is {x}'s color?",
    "Which color does {x} have?", "Tell me the color of {x}.", "Of what color is {x}?", "Which colour is {x}?",
)  # fmt: skip


def about(phrases: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The phrasings for a person ("{p}") or a thing ("the {o}")."""
    return tuple(phrase.replace("{x}", what) for phrase in phrases)


QUESTIONS: dict[str, tuple[str, ...]] = {
    "where_person": about(WHERE, "{p}"),
    "where_object": about(WHERE, "the {o}"),
    "before_object": about(BEFORE, "the {o}"),
    "before_person": about((BEFORE[0], *BEFORE[2:]), "{p}"),
    "is_in": (
        "Is {p} in the {l}?", "Is {p} in the {l} now?", "Is {p} at the {l}?", "Is {p} inside the {l}?",
        "Can I find {p} in the {l}?", "Is it true that {p} is in the {l}?", "Will I find {p} in the {l}?",
        "Is {p} currently in the {l}?", "Would you say that {p} is in the {l}?",
    ),
    "went_to": (
        "Did {p} go to the {l}?", "Has {p} gone to the {l}?", "Was {p} ever in the {l}?", "Did {p} visit the {l}?",
        "Has {p} been to the {l}?", "Has {p} ever been in the {l}?", "Did {p} enter the {l}?",
    ),
    "who_in": (
        "Who is in the {l}?", "Who is in the {l} now?", "Who can be found in the {l}?", "Who is at the {l}?",
        "Which people are in the {l}?", "Tell me who is in the {l}.", "Who is inside the {l}?",
    ),
    "count": (
        "How many objects is {p} carrying?", "How many things does {p} have?", "How many objects does {p} hold?",
        "How many things is {p} carrying?", "How many items is {p} holding?", "What number of objects does {p} have?",
        "How many objects does {p} carry?", "How many things are with {p}?", "What is the number of things {p} carries?",
    ),
    "carrying": (
        "What is {p} carrying?", "What does {p} have?", "What is {p} holding?", "What does {p} carry?",
        "Which objects does {p} have?", "Which things is {p} carrying?", "Tell me what {p} is carrying.",
        "What has {p} got?", "Which items are with {p}?", "What objects does {p} hold?",
    ),
    "who_has": (
        "Who has the {o}?", "Who is carrying the {o}?", "Who is holding the {o}?", "Who holds the {o}?",
        "Tell me who has the {o}.", "Which person has the {o}?", "Who has got the {o}?", "In whose hands is the {o}?",
    ),
    "has": (
        "Does {p} have the {o}?", "Is {p} carrying the {o}?", "Is {p} holding the {o}?", "Has {p} got the {o}?",
        "Is the {o} with {p}?", "Does {p} carry the {o}?", "Is the {o} in {p}'s hands?",
    ),
    "what_given": (
        "What did {p} give to {q}?", "What did {p} give {q}?", "What did {p} hand to {q}?",
        "What did {q} get from {p}?", "Which object did {p} give to {q}?", "What was given to {q} by {p}?",
        "What did {q} receive from {p}?", "What did {p} pass to {q}?",
    ),
    "who_gave": (
        "Who gave the {o}?", "Who gave the {o} away?", "Who handed the {o} over?", "Which person gave the {o}?",
        "By whom was the {o} given?", "Who passed the {o} on?", "Tell me who gave the {o}.",
    ),
    "who_gave_to": (
        "Who gave the {o} to {q}?", "Who gave {q} the {o}?", "Who handed the {o} to {q}?",
        "From whom did {q} get the {o}?", "Who did {q} receive the {o} from?", "Who passed the {o} to {q}?",
        "Which person gave {q} the {o}?",
    ),
    "who_received": (
        "Who received the {o}?", "Who was given the {o}?", "Who got the {o} from somebody?",
        "To whom was the {o} given?", "Which person received the {o}?", "Who was handed the {o}?",
        "Tell me who received the {o}.",
    ),
    "to_whom": (
        "Who did {p} give the {o} to?", "To whom did {p} give the {o}?", "Who got the {o} from {p}?",
        "Who received the {o} from {p}?", "Who did {p} hand the {o} to?", "Who was given the {o} by {p}?",
        "Who did {p} pass the {o} to?",
    ),
    "where_will": (
        "Where will {p} go?", "Where will {p} go next?", "Where is {p} going to go?", "Where does {p} want to go?",
        "Which room will {p} go to?", "Where will {p} probably go?", "What place will {p} head for?",
    ),
    "why_go": (
        "Why did {p} go to the {l}?", "Why did {p} move to the {l}?", "What made {p} go to the {l}?",
        "Why has {p} gone to the {l}?", "For what reason did {p} go to the {l}?", "How come {p} went to the {l}?",
        "What was {p}'s reason to go to the {l}?",
    ),
    "why_get": (
        "Why did {p} get the {o}?", "Why did {p} take the {o}?", "What made {p} get the {o}?",
        "Why did {p} pick up the {o}?", "For what reason did {p} get the {o}?", "How come {p} took the {o}?",
        "What was {p}'s reason to take the {o}?",
    ),
    "feeling": (
        "How does {p} feel?", "How is {p} feeling?", "What is {p}'s mood?", "How is {p}?",
        "What does {p} feel like?", "What mood is {p} in?", "Tell me how {p} feels.",
    ),
    "afraid_of": (
        "What is {p} afraid of?", "What does {p} fear?", "What is {p} scared of?", "What is {p} frightened of?",
        "Which animal is {p} afraid of?", "Of what is {p} afraid?", "What frightens {p}?", "What terrifies {p}?",
    ),
    "what_species": (
        "What is {p}?", "What kind of animal is {p}?", "Which animal is {p}?", "What animal is {p}?",
        "What sort of animal is {p}?", "What type of creature is {p}?", "Tell me what {p} is.",
    ),
    "colour_person": about(COLOUR, "{p}"),
    "colour_object": about(COLOUR, "the {o}"),
    "path": (
        "How do you go from the {o} to the {u}?", "How do I get from the {o} to the {u}?",
        "What is the way from the {o} to the {u}?", "Which way is it from the {o} to the {u}?",
        "How can I go from the {o} to the {u}?", "Tell me the way from the {o} to the {u}.",
        "How do you get to the {u} from the {o}?", "What path leads from the {o} to the {u}?",
    ),
    "fits": FITS,
}  # fmt: skip

for _way in COMPASS:
    QUESTIONS["what_" + _way] = tuple(
        phrase.replace("WAY", _way)
        for phrase in (
            "What is WAY of the {u}?", "What lies WAY of the {u}?", "What is to the WAY of the {u}?",
            "Which place is WAY of the {u}?", "What do you find WAY of the {u}?", "What can be found WAY of the {u}?",
            "Tell me what is WAY of the {u}.",
        )
    )  # fmt: skip
    QUESTIONS["of_what_" + _way] = tuple(
        phrase.replace("WAY", _way)
        for phrase in (
            "What is the {o} WAY of?", "What does the {o} lie WAY of?", "What is the {o} to the WAY of?",
            "Which place is the {o} WAY of?", "Of what is the {o} WAY?", "Of which place is the {o} WAY?",
            "Tell me what the {o} is WAY of.",
        )
    )  # fmt: skip
for _side, (_, _words) in SIDES.items():
    QUESTIONS["is_" + _side] = (
        *(f"Is the {{o}} {words} the {{u}}?" for words in _words),
        *(f"Does the {{o}} lie {words} the {{u}}?" for words in _words),
        f"Is it true that the {{o}} is {_words[0]} the {{u}}?", f"Would you say the {{o}} is {_words[0]} the {{u}}?",
    )  # fmt: skip

HELD_OUT_QUESTIONS = {ask: phrases[-HELD_OUT:] for ask, phrases in QUESTIONS.items()}
"""For each question the phrasings that only the test split uses."""
TRAIN_QUESTIONS = {ask: phrases[:-HELD_OUT] for ask, phrases in QUESTIONS.items()}
