"""The memory: facts are compared with what is known so far by dot products."""

from qaengine import hookimpl


@hookimpl
def qaengine_memories():
    import torch
    from torch import nn

    from qaengine.network.memory import Memory
    from qaengine.network.transformer import NOTHING

    class DotProduct(Memory):
        """Adds to the memory, pass by pass, the facts that point where it points."""

        name = "dot_product"

        def __init__(self, config) -> None:
            super().__init__(config)
            self.key = nn.Linear(config.width, config.width)
            self.enough = nn.Linear(config.width, 1)

        def forward(self, facts, present, overlap, question, passes=None, *, may_end=True):
            made = self.begin(question, present, passes, may_end)
            for _ in range(made.most):
                fit = torch.einsum("bfd,bd->bf", self.key(facts), made.memory)
                fit = fit.masked_fill(~present, NOTHING)
                weights = torch.cat([fit, self.enough(made.memory)], dim=1).log_softmax(dim=1)
                log_gates, log_enough = weights[:, :-1], weights[:, -1]
                taken = torch.einsum("bf,bfd->bd", log_gates.exp(), facts)
                if not made.add(log_gates, log_enough, made.memory + taken):
                    break
            return made.episodes()

    return [DotProduct]
