"""Bidirectional LSTM (Hochreiter and Schmidhuber 1997) with a forget bias of 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.encoder import Encoder


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from qaengine_encoders.recurrent import LSTMEncoder

    return [LSTMEncoder]
