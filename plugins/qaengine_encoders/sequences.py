"""The built-in encoders that read a sentence as a sequence of words, without a tree.

Their modules import torch, this one does not: `qaengine plugins` loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.encoder import Encoder


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from qaengine_encoders.averages import BagOfWordsEncoder, MeanEncoder
    from qaengine_encoders.clockwork import ClockworkEncoder
    from qaengine_encoders.convolution import (
        MultichannelCNNEncoder,
        NonStaticCNNEncoder,
        StaticCNNEncoder,
        WindowEncoder,
    )
    from qaengine_encoders.dcnn import DCNNEncoder
    from qaengine_encoders.depth_gated import DepthGatedEncoder
    from qaengine_encoders.recurrent import (
        BiLSTM2Encoder,
        BiLSTMEncoder,
        GRUEncoder,
        LSTM2Encoder,
        LSTMEncoder,
    )
    from qaengine_encoders.rnn import RNNEncoder

    return [
        MeanEncoder,
        BagOfWordsEncoder,
        RNNEncoder,
        GRUEncoder,
        LSTMEncoder,
        BiLSTMEncoder,
        LSTM2Encoder,
        BiLSTM2Encoder,
        DepthGatedEncoder,
        ClockworkEncoder,
        WindowEncoder,
        StaticCNNEncoder,
        NonStaticCNNEncoder,
        MultichannelCNNEncoder,
        DCNNEncoder,
    ]
