"""The view "Trees": a sentence parsed, or a tree pasted; drawn, and coloured by sentiment."""

from __future__ import annotations

import gradio as gr

from qaengine import render
from qaengine.demo.parts import html, quiet, view
from qaengine.engine import Engine
from qaengine.errors import InputError, QAEngineError
from qaengine.inputs import given
from qaengine.schema import Answer
from qaengine.tree import Tree

MOST_CHARACTERS = 4_000
MOST_TREES = 5
MOST_NODES = 200
"""Of a tree that is drawn: of more, nobody sees anything."""
QUESTION = "How positive is it, on five levels?"
"""What each phrase is asked."""

HINT = "Type a sentence, or paste a tree in brackets, as treebanks have them."
LIMITS = f"Up to {MOST_TREES} sentences, with trees of {MOST_NODES} nodes."
PARSED = "Found by the parser: each word hangs below the one that it depends on."
PASTED = "The tree in the brackets."
LABELS = "The colours are the labels in the brackets."
ASKED = (
    f"The colours are the network's answers to “{QUESTION}”, asked about the words of each phrase "
    "by themselves."
)
JOINED = "The phrases are the parser's dependencies, joined two by two."
TREELESS = "The encoder of these weights reads words in their order, not along a tree."
COLOURLESS = (
    "These weights answer no question about sentiment: coloured are only trees with labels from "
    "0 to 4 in the brackets."
)
EXAMPLES = (
    "The first half drags, but the ending is a joy.",
    "(3 (2 It) (4 (2 's) (4 (2 really) (4 good))))",
    "(S (NP (DT The) (NN lamp)) (VP (VBZ is) (ADJP (RB too) (JJ dim))))",
)


def trees_tab(engine: Engine) -> None:
    """Adds the view to the page."""
    coloured = sentiment_task(engine) is not None

    def draw(typed: str, by_phrase: bool) -> str:
        return drawn(engine, typed, by_phrase)

    with gr.Tab("Trees") as tab:
        html(render.element("p", HINT), name="qa-hint")
        text = gr.Textbox(
            EXAMPLES[0],
            label="Sentence or tree",
            lines=2,
            max_lines=8,
            max_length=MOST_CHARACTERS,
            elem_id="sentence",
        )
        with gr.Row(elem_id="drawing"):
            by_phrase = gr.Checkbox(
                coloured,
                label="Ask the network about each phrase",
                visible=coloured,
                container=False,
                elem_id="by-phrase",
            )
            button = gr.Button("Draw", variant="primary", min_width=120, elem_id="draw")
        tree = view("tree", min_height=120)
        chips = gr.Dataset(
            label="Examples",
            components=["textbox"],
            samples=[[example] for example in EXAMPLES],
            elem_id="sentences",
            type="values",
        )
        html(*(render.element("p", line) for line in _small_print(engine)), name="qa-small")
    asked = [text, by_phrase]
    gr.on(
        [button.click, text.submit, by_phrase.input, tab.select],
        draw,
        asked,
        tree,
        trigger_mode="always_last",  # a click made while another is drawn counts, too
        **quiet(tree),
    )

    def picked(sample: list[str], by_phrase: bool) -> tuple[str, str]:
        return sample[0], draw(sample[0], by_phrase)

    chips.click(picked, [chips, by_phrase], [text, tree], trigger_mode="always_last", **quiet(tree))


def _small_print(engine: Engine) -> list[str]:
    lines = [LIMITS]
    if not engine.checkpoint.network.encoder.needs_trees:
        lines.append(TREELESS)
    if sentiment_task(engine) is None:
        lines.append(COLOURLESS)
    return lines


def drawn(engine: Engine, typed: str, by_phrase: bool) -> render.Html:
    """The trees of what was typed; a mistake as a sentence."""
    try:
        trees, parsed = trees_of(typed)
        notes = [PARSED if parsed else PASTED]
        if by_phrase:
            notes = [JOINED if parsed else PASTED, ASKED]
            phrases = bounded([tree.binarised for tree in trees]) if parsed else trees
            trees = [with_answers(engine, tree) for tree in phrases]
        elif all(map(render.levelled, trees)):
            notes.append(LABELS)
    except QAEngineError as error:
        return render.problem_view(str(error), "That can't be drawn")
    note = render.element("p", " ".join(notes), class_="qa-note")
    return render.element("div", *map(render.tree_view, trees), note, class_="qa qa-trees")


def trees_of(typed: str) -> tuple[list[Tree], bool]:
    """The tree in the brackets, or the dependencies of each sentence; and whether it is these.

    Raises `InputError`.
    """
    text = given("sentence", typed).strip()
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"The text has {len(text):,} characters; {MOST_CHARACTERS:,} are drawn.")
    if text.startswith("(") and "(" in text[1:]:
        try:
            return bounded([Tree.from_penn(text)]), False
        except ValueError as error:
            raise InputError(
                f"The brackets hold no tree: {error}. A tree is {EXAMPLES[1]}."
            ) from None
    from qaengine.parsing import parse  # spaCy

    return bounded(parse(text)), True


def bounded(trees: list[Tree]) -> list[Tree]:
    """Raises `InputError` for what is too large to be drawn."""
    if len(trees) > MOST_TREES:
        raise InputError(f"There are {len(trees)} sentences; {MOST_TREES} are drawn at a time.")
    if (most := max(len(tree.nodes) for tree in trees)) > MOST_NODES:
        raise InputError(f"The tree has {most} nodes; up to {MOST_NODES} are drawn. Shorten it.")
    return trees


def sentiment_task(engine: Engine) -> str | None:
    """The task that answers on five levels, where the weights know one."""
    known = (task.name for task in engine.tasks if {*render.LEVELS} <= {*task.labels})
    return next(known, None)


def with_answers(engine: Engine, tree: Tree) -> Tree:
    """The tree with the network's answer about each node's words for its label.

    Raises `InputError` where the weights know nothing of sentiment.
    """
    task = sentiment_task(engine)
    if task is None:
        raise InputError(COLOURLESS)
    phrases = [phrase.split(" ") for phrase in tree.phrases()]  # in the tree's own words
    answers = engine.ask_many([(phrase, QUESTION) for phrase in phrases], task)
    pairs = zip(tree.nodes, map(level_of, answers), strict=True)
    return Tree(tree.tokens, tuple(node._replace(label=level) for node, level in pairs))


def level_of(answer: Answer) -> str:
    """The likeliest of the five levels, "0" to "4"; the answer itself where none is among what the
    network considered."""
    considered = [answer.text, *(other.text for other in answer.alternatives)]
    levels = (str(render.LEVELS.index(text)) for text in considered if text in render.LEVELS)
    return next(levels, answer.text)
