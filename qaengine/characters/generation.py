"""Writes on, a character at a time."""

from __future__ import annotations

import torch

from qaengine.characters.checkpoint import CharacterModel
from qaengine.errors import InputError

LONGEST = 100_000
"""Characters: some minutes."""
BEGIN = "\n"
"""What is read before anything else: a text begins with a line."""


@torch.no_grad()
def generate(
    model: CharacterModel,
    prompt: str = "",
    length: int = 500,
    temperature: float = 0.8,
    seed: int | None = None,
) -> str:
    """`length` characters that go on from the prompt, drawn from `softmax(logits / temperature)`.

    At a low temperature the likely become likelier; 0 always takes the likeliest. A seed makes the
    same text again. Raises `InputError` for what is out of bounds.
    """
    if not 1 <= length <= LONGEST:
        raise InputError(f"The length is {length:,}; from 1 to {LONGEST:,} characters are written.")
    if not 0 <= temperature < float("inf"):
        raise InputError(f"The temperature is {temperature}; it is a number, 0 or more.")
    if seed is not None and not 0 <= seed < 2**63:
        raise InputError(f"The seed is {seed}; it is a number from 0 to {2**63 - 1}.")
    draw = torch.Generator()
    if seed is None:
        draw.seed()
    else:
        draw.manual_seed(seed)
    alphabet = model.config.alphabet
    logits, state = model.network(torch.tensor([alphabet.numbers(BEGIN + prompt)]))
    written = []
    for _ in range(length):
        last = logits[0, -1]
        last[0] = -torch.inf  # an unknown character cannot be written
        if temperature:
            # in double precision, so that a temperature next to 0 is like 0
            chances = ((last.double() - last.max()) / temperature).softmax(-1)
            number = int(torch.multinomial(chances, 1, generator=draw))
        else:
            number = int(last.argmax())
        written.append(alphabet.character(number))
        logits, state = model.network(torch.tensor([[number]]), state)
    return "".join(written)
