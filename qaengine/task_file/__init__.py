"""A task of one's own without Python: a TOML file beside JSON lines of triples.

    name = "colours"                  {"input": "The sky is blue.", "answer": "blue"}
    question = "Which colour is it?"  {"input": ["Red", "is", "it"], "answer": "red"}
    answer = "label"
    facts = "tokens"
    train = "colours.jsonl"

A line may bring its own "question", and the "supports" of its answer: numbers of facts, from 0.
Tags are joined by blanks; spans are the input with brackets around them, as [Berlin LOCATION].
"""

from qaengine.task_file.brackets import parse_brackets
from qaengine.task_file.description import Description
from qaengine.task_file.task import FileTask

__all__ = ["Description", "FileTask", "parse_brackets"]
