"""The built-in encoders that read a sentence as a tree.

Their modules import torch, this one does not: `qaengine plugins` loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.encoder import Encoder


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from qaengine_encoders.dependency import DTRNNEncoder, SDTRNNEncoder
    from qaengine_encoders.recursive import (
        DRNNEncoder,
        MVRNNEncoder,
        RecursiveAutoencoderEncoder,
        RecursiveEncoder,
        RNTNEncoder,
    )
    from qaengine_encoders.tree_lstm import ChildSumTreeLSTMEncoder, ConstituencyTreeLSTMEncoder

    return [
        RecursiveEncoder,
        MVRNNEncoder,
        RNTNEncoder,
        RecursiveAutoencoderEncoder,
        DRNNEncoder,
        DTRNNEncoder,
        SDTRNNEncoder,
        ChildSumTreeLSTMEncoder,
        ConstituencyTreeLSTMEncoder,
    ]
