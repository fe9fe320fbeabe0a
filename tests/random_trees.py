"""Trees for tests to try."""

from __future__ import annotations

from hypothesis import strategies as st

from qaengine.tree import Tree

MANY = 5_000
"""Words of a sentence that is too long for whoever calls himself at every node."""


@st.composite
def dependency_trees(draw: st.DrawFn, most: int = 12) -> Tree:
    """Any tree over a few words; its branches may cross."""
    count = draw(st.integers(1, most))
    order = draw(st.permutations(range(1, count + 1)))
    heads = [0] * count
    for place in range(1, count):
        heads[order[place] - 1] = order[draw(st.integers(0, place - 1))]
    return Tree.from_heads([str(number) for number in range(count)], heads)
