"""Answer modules, one for each kind of answer."""

from __future__ import annotations

from qaengine.network.answers.label import LabelAnswer
from qaengine.network.answers.module import AnswerModule
from qaengine.network.answers.score import ScoreAnswer
from qaengine.network.answers.spans import SpansAnswer
from qaengine.network.answers.tags import TagsAnswer
from qaengine.network.answers.text import TextAnswer
from qaengine.network.answers.words import WordsAnswer

MODULES: dict[str, type[AnswerModule]] = {
    module.kind: module
    for module in (WordsAnswer, LabelAnswer, TagsAnswer, SpansAnswer, ScoreAnswer, TextAnswer)
}

__all__ = ["MODULES", "AnswerModule"]
