"""The built-in memories: the engine's own, and those of four papers.

Their modules import torch, this one does not: `qaengine plugins` loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.memory import Memory


@hookimpl
def qaengine_memories() -> list[type[Memory]]:
    from qaengine.network.episodic_memory import EpisodicMemory
    from qaengine_memories.dmn import DMNMemory, DMNPlusMemory
    from qaengine_memories.memn2n import MemN2NMemory
    from qaengine_memories.ntm import NTMMemory

    return [EpisodicMemory, DMNMemory, DMNPlusMemory, MemN2NMemory, NTMMemory]
