"""Questions that no world answers. {p} a person, {o} a thing, {l} a place of the story."""

from __future__ import annotations

_ALL = (
    "What is the capital of Peru?", "Please write a poem.", "How old is {p}?", "What time is it?",
    "Who wrote Hamlet?", "How tall is {p}?", "What is seven times eight?", "Who is the president?",
    "How much does the {o} cost?", "What will the weather be like tomorrow?", "Tell me a joke.",
    "When was the {l} built?", "Is {p} married?", "What is {p}'s last name?", "Who is {p}'s mother?",
    "What is your name?", "Are you a robot?", "How do I bake bread?", "Which language does {p} speak?",
    "What does the {o} weigh?", "Who made the {o}?", "How many windows does the {l} have?",
    "When was {p} born?", "What is the meaning of life?", "Can you help me with my homework?",
    "Translate the story into French.", "Summarise the story.", "How far away is the moon?",
    "What is the population of Spain?", "Who painted the Mona Lisa?", "Does {p} like music?",
    "What did {p} eat for breakfast?", "Who won the game last night?", "What is the square root of nine?",
    "How long did {p} sleep?", "What is the {o} made of?", "Who owns the {l}?", "How is the weather?",
    "What day is it?", "Is the {o} expensive to repair?", "Why is the sky so high?", "What is love?",
    "Which team is the best?", "How many legs does a table have?", "Can {p} swim?", "Does {p} have a sister?",
    "What is {p}'s favorite song?", "What is {p}'s job?", "How big is the universe?", "Who let them in?",
    "Where was {p} born?", "Where do you live?", "Where does the sun rise?", "Who is your best friend?",
    "What happened in 1789?", "How do you spell the word?", "Is it going to rain?", "Hello?",
    "What is the phone number of {p}?", "How hot is the sun?", "What does the word mean?", "Is the {l} open on Sunday?",
    "When does the next train leave?", "Who invented the telephone?", "Why did they build the {l}?",
    "What is the speed of light?", "How many people live in the city?", "Did {p} pay for the {o}?",
    # The last twenty are held out.
    "What is the capital of France?", "Please sing a song.", "How rich is {p}?", "What year is it?",
    "Who discovered gravity?", "How heavy is the {o}?", "What is two plus two?", "Who is the king?",
    "Where can I buy the {o}?", "Who designed the {l}?", "Is {p} a doctor?", "Who is {p}'s father?",
    "What are you?", "How do I get rich?", "What did {p} say?", "Why do birds sing?",
    "How many stars are there?", "Does the {o} still work?", "Which book should I read?", "What do you think?",
)  # fmt: skip

HELD_OUT_FOREIGN = _ALL[-20:]
"""Foreign questions that only the test split uses."""
FOREIGN = _ALL[:-20]
