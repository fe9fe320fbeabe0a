"""Products with one weight at every level, whose gradient is taken once, at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


class Late:
    """`onto + inputs W'`, piece by piece, in the order of the pieces of `onto`.

    A product at each level for the gradient of W, and the sum over all of them, takes longer than
    need be. Here a level sees W as given, and what is added to its product brings the gradients of
    all levels to one product at the end, as cuDNN does for the steps of a recurrence. Each piece is
    asked for once, all of them before going backward.
    """

    def __init__(
        self, weight: Float[Tensor, "g h"], onto: Float[Tensor, "r g"], sizes: Sequence[int]
    ) -> None:
        self._weight = weight.detach().t()
        self._inputs: list[Tensor] = []
        added = _Gathered.apply(onto, weight, self._inputs)  # type: ignore[no-untyped-call]
        self._pieces = iter(added.split_with_sizes(list(sizes)))

    def __call__(self, inputs: Float[Tensor, "p h"]) -> Float[Tensor, "p g"]:
        """The next piece."""
        self._inputs.append(inputs.detach())
        return torch.addmm(next(self._pieces), inputs, self._weight)


class _Gathered(torch.autograd.Function):
    """`onto` as it is. Its gradient is that of the products added to it, hence the weight's."""

    @staticmethod
    def forward(ctx: Any, onto: Tensor, weight: Tensor, inputs: list[Tensor]) -> Tensor:
        ctx.inputs, ctx.like = inputs, weight.dtype
        return onto.view_as(onto)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None, None]:
        (delta,) = gradients
        if not ctx.inputs:  # trees of a word each
            return delta, None, None
        inputs = torch.cat(ctx.inputs).to(delta.dtype)
        return delta, (delta.t() @ inputs).to(ctx.like), None
