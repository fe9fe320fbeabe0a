"""Bidirectional GRU (Cho et al. 2014, arXiv 1406.1078), the default encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.encoder import Encoder


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from qaengine_encoders.recurrent import GRUEncoder

    return [GRUEncoder]
