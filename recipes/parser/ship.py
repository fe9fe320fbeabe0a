"""Puts a trained pipeline where qaengine looks for it: the last step of make.sh.

    python recipes/parser/ship.py runs/parser/model-best runs/parser/test.json qaengine/parser

A card with scores and licence goes with it; the tagger, which only taught, does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import spacy

TERMS = {
    "name": "qaengine_parser",
    "description": "Dependency parser of qaengine, trained on UD English EWT.",
    "license": "CC BY-SA 4.0",
    "spacy_version": ">=3.8.0,<3.9.0",
}
CARD = """\
# The parser of typed text

A spaCy pipeline (tok2vec and dependency parser, {size:.1f} MB) that finds the Universal
Dependencies of an English sentence. `recipes/parser/make.sh` trains it; `qaengine.parsing` loads
it.

| UD English EWT | UAS | LAS |
|---|---|---|
| development, on which it was chosen | {dev} |
| test | {test} |

By `spacy evaluate`, as spaCy counts: punctuation left out, on spaCy's words, aligned with the
treebank's. The sentences are the treebank's.

Trained on the training part of Universal Dependencies English Web Treebank (Silveira et al. 2014,
*A Gold Standard Dependency Corpus for English*), every tenth sentence in lower case. The treebank
is under [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/), and so is this pipeline.
"""


def main(trained: str, tested: str, shipped: str) -> None:
    pipeline = spacy.load(trained, exclude=["tagger"])
    dev = _scores(pipeline.meta["performance"])
    pipeline.meta.update(TERMS)
    pipeline.config["paths"] = dict.fromkeys(pipeline.config["paths"])  # of this machine only
    pipeline.to_disk(shipped)
    size = sum(file.stat().st_size for file in Path(shipped).rglob("*") if file.is_file()) / 1e6
    found = Path(tested)
    test = _scores(json.loads(found.read_text("utf-8"))) if found.exists() else "not yet | not yet"
    card = CARD.format(size=size, dev=dev, test=test)
    (Path(shipped) / "README.md").write_text(card, "utf-8")


def _scores(found: dict[str, float]) -> str:
    return f"{100 * found['dep_uas']:.1f} | {100 * found['dep_las']:.1f}"


if __name__ == "__main__":
    main(*sys.argv[1:])
