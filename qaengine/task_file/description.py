"""What the TOML file of a task says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError

from qaengine.errors import DataError
from qaengine.schema import AnswerKind, Frozen
from qaengine.toml_files import read_toml


class Description(Frozen):
    """A task in TOML. Its files are named relative to its folder."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    question: str = Field(pattern=r"\S")
    paraphrases: tuple[str, ...] = ()
    answer: AnswerKind
    facts: Literal["sentences", "tokens"] = "sentences"
    labels: tuple[str, ...] = ()
    """Of answers, tags, or types of spans; by default those of the data."""
    train: str = Field(min_length=1)
    valid: str = ""
    test: str = ""
    source: str = ""
    license: str = "not stated"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises `DataError` that names the file and what is wrong in it."""
        try:
            described = cls.model_validate(read_toml(path, "task file", DataError))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            exist = f" There are: {', '.join(cls.model_fields)}."
            hint = exist if first["type"] in ("extra_forbidden", "missing") else ""
            raise DataError(
                f"The task file {path} is wrong at {place}: {first['msg']}.{hint}"
            ) from None
        if reason := described._contradiction():
            raise DataError(f"The task file {path} is wrong: {reason}.")
        return described

    def _contradiction(self) -> str:
        """What does not go together; "" if all does."""
        if self.answer in ("tags", "text") and self.facts != "tokens":
            return f'answers of the kind "{self.answer}" need facts = "tokens"'
        if self.answer in ("words", "score") and self.facts != "sentences":
            return f'answers of the kind "{self.answer}" need facts = "sentences"'
        if self.labels and self.answer not in ("label", "tags", "spans"):
            return f'answers of the kind "{self.answer}" take no labels'
        if self.answer in ("tags", "spans") and any(len(one.split()) != 1 for one in self.labels):
            return f'labels of the kind "{self.answer}" are single words'
        if not all(text.strip() for text in (*self.paraphrases, *self.labels)):
            return "a paraphrase or a label is empty"
        return ""
