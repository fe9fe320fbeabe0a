"""A transformer that somebody trained before, in a folder as Hugging Face writes it.

`pretrained` leaves it as it is, `pretrained-tuned` trains it too. Needs `qaengine[pretrained]`, and
the folder's path in the environment variable QAENGINE_PRETRAINED, for training and asking alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qaengine import hookimpl

if TYPE_CHECKING:
    from qaengine.network.encoder import Encoder


@hookimpl
def qaengine_encoders() -> list[type[Encoder]]:
    from qaengine_encoders.transformer import PretrainedEncoder, TunedEncoder

    return [PretrainedEncoder, TunedEncoder]
