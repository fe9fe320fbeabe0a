#!/usr/bin/env bash
# Trains the parser of typed text into qaengine/parser/: QAENGINE_DATA=... recipes/parser/make.sh
# Chosen on the development set of UD English EWT, tested once, on one core of a processor.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-.venv/bin/python}
out=${1:-runs/parser}
mkdir -p "$out"

for split in train dev test; do # a sentence a document: qaengine parses sentence by sentence
    zcat "$QAENGINE_DATA/ud_english_ewt/en_ewt-ud-$split.conllu.gz" > "$out/$split.conllu"
    "$python" -m spacy convert --converter conllu --n-sents 1 "$out/$split.conllu" "$out"
done

"$python" -m spacy train recipes/parser/config.cfg --output "$out" \
    --paths.train "$out/train.spacy" --paths.dev "$out/dev.spacy"
"$python" -m spacy evaluate "$out/model-best" "$out/test.spacy" --output "$out/test.json"

"$python" recipes/parser/ship.py "$out/model-best" "$out/test.json" qaengine/parser
