"""Which world makes which kind of question: bAbI's own mixtures, and richer ones."""

from __future__ import annotations

from qaengine_tasks.worlds.moving import Profile

MOVE = {"move": 1.0}
CARRY = {"move": 5.0, "take": 3.0, "drop": 1.5}
HAND = {"move": 4.0, "take": 3.0, "drop": 1.2, "give": 2.0}
THINGS = (1, 5)

PROFILES: dict[str, Profile] = {
    "one_supporting_fact": Profile(("where_person",), MOVE),
    "two_supporting_facts": Profile(("where_object",), CARRY, things=THINGS),
    "three_supporting_facts": Profile(("before_object",), CARRY, (2, 4), things=(1, 3)),
    "three_argument_relations": Profile(
        ("what_given", "who_gave", "who_gave_to", "who_received", "to_whom"),
        HAND,
        (3, 5),
        (3, 5),
        THINGS,
    ),
    "yes_no": Profile(("is_in", "is_in", "is_in", "has", "went_to"), CARRY, things=THINGS),
    "counting": Profile(("count",), HAND, things=(2, 9)),
    "lists": Profile(
        ("carrying", "carrying", "carrying", "carrying", "who_in"), HAND, things=(2, 7)
    ),
    "negation": Profile(("is_in",), {"move": 2.0, "is_in": 1.0, "not_in": 1.6}),
    "indefinite_knowledge": Profile(("is_in",), {"move": 1.5, "is_in": 1.0, "either": 2.0}),
    "basic_coreference": Profile(("where_person",), MOVE, pronouns=0.75),
    "conjunction": Profile(("where_person",), MOVE, (3, 6), pairs=0.9),
    "compound_coreference": Profile(("where_person",), MOVE, (3, 6), pronouns=0.7, pairs=0.95),
    "time": Profile(("before_person",), {"timed": 1.0}, (2, 6)),
    "motivations": Profile(
        ("where_will", "why_go", "why_get"), {"mood": 3.0, "move": 0.5}, (2, 6), (0, 2)
    ),
}
"""A world of people for each kind that has one."""

RICH = Profile(
    (
        "where_person",
        "where_person",
        "where_object",
        "where_object",
        "where_object",
        "is_in",
        "carrying",
        "count",
        "who_has",
        "has",
        "before_object",
        "before_person",
        "what_given",
        "who_gave",
        "who_received",
        "to_whom",
        "who_in",
        "went_to",
        "feeling",
        "where_will",
        "why_go",
        "why_get",
        "colour_object",
        "who_gave_to",
    ),
    {
        "move": 5.0,
        "take": 3.0,
        "drop": 1.3,
        "give": 1.2,
        "is_in": 0.6,
        "not_in": 0.5,
        "either": 0.4,
        "mood": 0.9,
        "object_in": 0.6,
        "object_colour": 0.6,
    },
    (2, 6),
    (3, 6),
    (2, 6),
    0.2,
    0.12,
)
"""Everything in one story."""
