"""Answer modules, one for each kind of answer."""

from __future__ import annotations

from qaengine.network.answers.attentive_text import AttentiveText
from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.module import AnswerModule
from qaengine.network.answers.recurrent_text import RecurrentText
from qaengine.network.answers.score import ScoreAnswer
from qaengine.network.answers.spans import SpansAnswer
from qaengine.network.answers.tags import TagsAnswer
from qaengine.network.answers.words import WordsAnswer
from qaengine.network.config import NetworkConfig

MODULES: dict[str, type[AnswerModule]] = {
    module.kind: module
    for module in (WordsAnswer, LabelAnswer, TagsAnswer, SpansAnswer, ScoreAnswer, RecurrentText)
}


def built_in(config: NetworkConfig) -> dict[str, type[AnswerModule]]:
    """The modules that settings choose, where no plugin brings another."""
    if config.text_layers[1]:
        return {**MODULES, AttentiveText.kind: AttentiveText}
    return MODULES


__all__ = ["MODULES", "AnswerModule", "built_in"]
