"""The command line: `qaengine COMMAND`. Heavy modules are imported inside the commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from qaengine import __version__
from qaengine.errors import PluginError, QAEngineError

if TYPE_CHECKING:
    from qaengine.engine import Engine
    from qaengine.recipe import Recipe

app = typer.Typer(
    name="qaengine",
    help="Answers questions about a text with one small network, and shows why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help takes half the time
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Checkpoint = Annotated[
    Path | None, typer.Option(help="A checkpoint folder; the shipped one if none is named.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits: 0 done, 1 a user's mistake, 2 usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_on_characters()
    try:
        if entry_points(group="qaengine"):  # built-in plugins bring no commands
            from qaengine.registry import registry

            registry().commands(app)
        app([word for word in given if word != "--debug"], prog_name="qaengine")
    except KeyboardInterrupt:
        sys.exit(130)
    except QAEngineError as error:
        if "--debug" in given:
            raise
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


def _never_fail_on_characters() -> None:
    """What a terminal cannot read or show becomes a replacement character."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    pass


@app.command()
def ask(
    input: Annotated[
        str | None,
        typer.Argument(metavar="INPUT", help="The text; `-` reads it from standard input."),
    ] = None,
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="What you want to know.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="The task; found by itself if not named.")
    ] = None,
    checkpoint: Checkpoint = None,
    device: Device = "auto",
    as_json: AsJson = False,
    file: Annotated[
        Path | None,
        typer.Option(help='Questions in bulk: lines of `{"input": ..., "question": ...}`.'),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where answers in bulk go; a run that was cut short resumes."),
    ] = None,
    show_tree: Annotated[
        bool, typer.Option("--show-tree", help="Draw the tree of each sentence of the text, too.")
    ] = False,
) -> None:
    """Answer a question about a text, or line by line without arguments."""
    if (file is None) != (out is None):
        raise typer.BadParameter("--file and --out go together")
    if file is not None and out is not None:
        _ask_in_bulk(file, out, checkpoint, device)
    elif input is None:
        _ask_line_by_line(_load(checkpoint, device), task, as_json, show_tree)
    elif question is None:
        raise typer.BadParameter("a question is missing", param_hint="QUESTION")
    else:
        text = _read_stdin() if input == "-" else input
        _show_answer(_load(checkpoint, device), text, question, task, as_json, show_tree)


def _load(checkpoint: Path | None, device: str) -> Engine:
    from qaengine.engine import Engine

    return Engine.load(checkpoint, device=device)


def _read_stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def _show_answer(
    engine: Engine, text: str, question: str, task: str | None, as_json: bool, show_tree: bool
) -> None:
    from qaengine.console import answer_view, drawing, stdout

    answer = engine.ask(text, question, task=task)
    if show_tree and not answer.trees:  # the encoder reads none
        from qaengine.parsing import parse

        answer = answer.model_copy(update={"trees": tuple(parse(text))})
    if as_json:
        print(answer.model_dump_json())
        return
    stdout().print(answer_view(answer))
    if show_tree:
        print(f"\n{drawing(answer.trees)}")


def _ask_line_by_line(engine: Engine, task: str | None, as_json: bool, show_tree: bool) -> None:
    """A text, then questions about it; an empty line for another text, end of file to leave."""
    from qaengine.console import stderr

    console = stderr()
    console.print("A text, then questions about it. Empty line: another text. Ctrl-D: leave.")
    try:
        while True:
            text = console.input("[bold]text>[/] ")
            while text.strip() and (question := console.input("[bold]question>[/] ")).strip():
                try:
                    _show_answer(engine, text, question, task, as_json, show_tree)
                except QAEngineError as error:
                    console.print(f"Error: {error}", markup=False)
    except EOFError:
        console.print()


def _ask_in_bulk(file: Path, out: Path, checkpoint: Path | None, device: str) -> None:
    from rich.progress import MofNCompleteColumn, Progress

    from qaengine.bulk import CHUNK, answer_file, count_answers, count_questions
    from qaengine.console import stderr

    total = count_questions(file)
    kept = count_answers(out, file)
    engine = _load(checkpoint, device)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    refused = 0
    with Progress(*columns, console=stderr()) as progress:
        bar = progress.add_task("answers", total=total, completed=kept)
        for wrong in answer_file(engine, file, out, skip=kept):
            refused += wrong
            progress.advance(bar, CHUNK)
    print(f"{total - kept} answered, {kept} were there before: {out}", file=sys.stderr)
    if refused:
        raise QAEngineError(f'{refused} questions were refused; search {out} for "error".')


@app.command()
def demo(
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Of the page.")] = 7860,
    checkpoint: Checkpoint = None,
    device: Device = "auto",
    share: Annotated[
        bool, typer.Option("--share", help="Also open a public address, through Gradio's servers.")
    ] = False,
) -> None:
    """Serve the web page: ask anything, see why, try to break it."""
    from qaengine.demo import launch

    launch(_load(checkpoint, device), host, port, share=share)


@app.command()
def plugins(
    check: Annotated[
        bool, typer.Option("--check", help="Call the hooks that import torch, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the plugins, their hooks, and what is wrong with them."""
    from qaengine.console import plugins_table, stdout
    from qaengine.registry import registry

    with suppress(PluginError):  # two of one name: listed like every other problem
        registry().tasks()
        if check:
            registry().encoders()
            registry().memories()
    found = registry().plugins()
    if as_json:
        print(json.dumps([plugin.model_dump() for plugin in found]))
    else:
        stdout().print(plugins_table(found))


@app.command()
def tasks(
    name: Annotated[str | None, typer.Argument(help="Tell all about this task.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the tasks, or tell all about one."""
    from qaengine.console import fields_table, stdout, tasks_table
    from qaengine.registry import registry

    if name is not None:
        task = registry().task(name)
        schema, samples = task.schema.model_dump(mode="json"), task.samples()
        if as_json:
            print(json.dumps({**schema, "samples": [one.model_dump() for one in samples]}))
        else:
            told = [f"{' '.join(one.input)} {one.question} {one.answer}" for one in samples]
            stdout().print(fields_table({**schema, "samples": told}))
        return
    schemas = [task.schema for task in registry().tasks().values()]
    if as_json:
        print(json.dumps([schema.model_dump(mode="json") for schema in schemas]))
    else:
        stdout().print(tasks_table(schemas, _trained()))


def _trained() -> list[str]:
    """Names of the tasks that the shipped weights were trained on, read without torch."""
    config = Path(__file__).with_name("pretrained") / "config.json"
    if not config.exists():
        return []
    return [schema["name"] for schema in json.loads(config.read_text("utf-8"))["tasks"]]


@app.command()
def encoders(as_json: AsJson = False) -> None:
    """List the encoders that a recipe or `train --encoder` can name."""
    from qaengine.console import encoders_table, stdout
    from qaengine.registry import registry

    found = [
        {
            "name": name,
            "paper": getattr(cls, "paper", ""),
            "needs_trees": getattr(cls, "needs_trees", False),
            "about": _about(cls),
        }
        for name, cls in registry().encoders().items()
    ]
    print(json.dumps(found)) if as_json else stdout().print(encoders_table(found))


@app.command()
def memories(as_json: AsJson = False) -> None:
    """List the memories that a recipe can name: `[network] memory = "NAME"`."""
    from qaengine.console import memories_table, stdout
    from qaengine.registry import registry

    found = [
        {"name": name, "paper": getattr(cls, "paper", ""), "about": _about(cls)}
        for name, cls in registry().memories().items()
    ]
    print(json.dumps(found)) if as_json else stdout().print(memories_table(found))


def _about(cls: type) -> str:
    """The first line of a class's docstring, or where the class is."""
    lines = (cls.__doc__ or "").strip().splitlines()
    return lines[0] if lines else f"{cls.__module__}.{cls.__qualname__}"


@app.command()
def fetch(task: Annotated[str, typer.Argument(help="A data set's name, such as babi.")]) -> None:
    """Download a task's data from its published address and check it."""
    from qaengine.data import fetch as download

    print(download(task))


@app.command()
def prepare(
    recipe: Annotated[Path, typer.Argument(help="A recipe: a TOML file, see recipes/.")],
    out: Annotated[Path | None, typer.Option(help="The training's folder, as for `train`.")] = None,
) -> None:
    """Write the stories that a recipe trains on, for a machine without the data."""
    from qaengine.prepare import prepare as run
    from qaengine.recipe import Recipe

    folder = _folder(recipe, out) / "prepared"
    run(Recipe.read(recipe), folder)
    print(folder)


def _folder(recipe: Path, out: Path | None) -> Path:
    return out or Path("runs") / recipe.stem


@app.command()
def train(
    recipe: Annotated[
        Path | None, typer.Argument(help="A recipe: a TOML file, see recipes/.")
    ] = None,
    task_file: Annotated[
        Path | None, typer.Option(help="Instead of a recipe: a task of your own, as TOML.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it stopped.")] = False,
    start: Annotated[
        Path | None, typer.Option("--from", help="Start from this checkpoint's weights.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Of the recipe's tasks this one alone; repeatable.")
    ] = None,
    encoder: Annotated[str | None, typer.Option(help="Instead of the recipe's encoder.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's seed.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="Another setting, as `network.passes=1`; repeatable."),
    ] = None,
    device: Device = "auto",
    out: Annotated[
        Path | None, typer.Option(help="The checkpoint's folder; runs/RECIPE if none is named.")
    ] = None,
) -> None:
    """Train a network as a recipe says, or teach the weights a task of your own."""
    from qaengine.registry import registry

    if (recipe is None) == (task_file is None):
        raise typer.BadParameter("give a recipe, or --task-file FILE")
    from qaengine.characters.recipe import is_of_characters

    if recipe is not None and is_of_characters(recipe):
        if start or only or encoder or setting:
            raise typer.BadParameter("a recipe of characters takes --seed, --device, --out only")
        _train_characters(recipe, _folder(recipe, out), seed, resume, device)
        return
    if encoder is not None:
        registry().encoder(encoder)  # complains at once about a name that does not exist
    from qaengine.recipe import Recipe as Plan
    from qaengine.stages import Stages, train_stages
    from qaengine.train import train as run

    changes = _pairs(setting or [], "--set")
    if encoder is not None:
        changes["network.encoder"] = encoder
    if seed is not None:
        changes["training.seed"] = seed
    if recipe is not None and (staged := Stages.read(recipe)):
        if only or resume:
            raise typer.BadParameter("a recipe of stages resumes by itself, and is trained whole")
        folder = _folder(recipe, out)
        plan = staged.planned(recipe.parent, changes)
        _show_fields(train_stages(plan, folder, start=start, device=device))
        print(f"Checkpoint: {folder}", file=sys.stderr)
        return
    if recipe is not None:
        planned, folder = Plan.read(recipe), _folder(recipe, out)
    else:
        assert task_file is not None
        start = start or Path(__file__).with_name("pretrained")
        planned, folder = _own_task(task_file, start), out or Path("runs") / task_file.stem
    if only:
        planned = planned.only(only)
    planned = planned.changed(changes)
    with _resumable():
        metrics = run(planned, folder, resume=resume, start=start, device=device)
    if task_file is not None:
        from qaengine.own_task import changes as gained

        rows = gained(folder).items()
        _show_fields({name: f"{before:.1f} -> {after:.1f}" for name, (before, after) in rows})
    else:
        _show_fields(metrics)
    print(f"Checkpoint: {folder}", file=sys.stderr)


def _train_characters(
    recipe: Path, folder: Path, seed: int | None, resume: bool, device: str
) -> None:
    from qaengine.characters.recipe import CharacterRecipe
    from qaengine.characters.training import train as run

    planned = CharacterRecipe.read(recipe)
    if seed is not None:
        planned = planned.seeded(seed)
    with _resumable():
        _show_fields(run(planned, folder, resume=resume, device=device))
    print(f"Checkpoint: {folder}", file=sys.stderr)


@contextmanager
def _resumable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print("Interrupted. The same command with --resume goes on.", file=sys.stderr)
        raise


def _own_task(task_file: Path, start: Path) -> Recipe:
    """The recipe that teaches a task from a file, and a word on what cannot be rehearsed."""
    from qaengine.own_task import recipe_for
    from qaengine.registry import registry
    from qaengine.task_file import FileTask

    task = FileTask.read(task_file)
    registry().bring(task)
    planned, missing = recipe_for(task, start)
    if missing:
        names = ", ".join(missing)
        print(
            f"Not rehearsed, since their data are not here: {names}. They may get worse; "
            "`qaengine fetch` gets data.",
            file=sys.stderr,
        )
    return planned


@app.command()
def generate(
    prompt: Annotated[str, typer.Option(help="What the text goes on from.")] = "",
    length: Annotated[int, typer.Option(help="Characters to write.")] = 500,
    temperature: Annotated[
        float, typer.Option(help="0: always the likeliest; 1: as likely as in the books.")
    ] = 0.8,
    seed: Annotated[int | None, typer.Option(help="Writes the same text again.")] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Of `train recipes/char-lm.toml`; if none, the shipped one.")
    ] = None,
) -> None:
    """Write on in the manner of War and Peace and Shakespeare, a character at a time."""
    from qaengine.characters.checkpoint import load_model
    from qaengine.characters.generation import generate as write

    print(prompt + write(load_model(checkpoint), prompt, length, temperature, seed))


@app.command()
def evaluate(
    what: Annotated[
        list[str], typer.Argument(metavar="[CHECKPOINT] TASK", help="Whose weights, which task.")
    ],
    split: Annotated[Literal["train", "valid", "test"], typer.Option(help="Of its data.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option of the task, as `name=value`; repeatable.")
    ] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Score a checkpoint (the shipped one if none is named) on a task."""
    from qaengine.evaluate import evaluate as run
    from qaengine.registry import registry

    if len(what) > 2:
        raise typer.BadParameter("give a task, or a checkpoint and a task")
    registry().task(what[-1])
    engine = _load(Path(what[0]) if len(what) == 2 else None, device)
    scores = run(engine, what[-1], split, limit=limit, **_pairs(option or [], "--option"))
    print(scores.model_dump_json()) if as_json else _show_fields(scores.model_dump())


@app.command()
def reproduce(
    table: Annotated[Literal["sst", "sick"], typer.Argument(help="Sentiment or relatedness.")],
    encoders: Annotated[
        str | None, typer.Option(help="Names, joined by commas; all of the table if none is named.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Numbers, joined by commas.")] = "1",
    variants: Annotated[
        str, typer.Option(help="Of sst: fine, binary, or both as `fine,binary`.")
    ] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Rounds of training.")] = 6,
    width: Annotated[int, typer.Option(min=1, help="Of each encoder.")] = 128,
    rate: Annotated[float, typer.Option(help="Adagrad's learning rate.")] = 0.05,
    batch: Annotated[int, typer.Option(min=1, help="Sentences or pairs in a step.")] = 25,
    vectors: Annotated[
        str, typer.Option(help="A file, as GloVe's; a checkpoint that has some; or `random`.")
    ] = "random",
    heads: Annotated[
        Path | None, typer.Option(help="Dependency trees of the sentences, as CoNLL-U.")
    ] = None,
    size: Annotated[
        float, typer.Option(help="Root mean square that `--vectors` are scaled to.")
    ] = 0.4,
    phrases: Annotated[
        int, typer.Option(min=0, help="Of sst, that sequences learn besides each sentence.")
    ] = 4,
    dropout: Annotated[
        float, typer.Option(min=0, max=0.9, help="Of the words' vectors, in training.")
    ] = 0.3,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many examples a split, for trying.")
    ] = None,
    device: Device = "auto",
    out: Annotated[
        Path | None, typer.Option(help="Rows done, a JSON line each; runs/reproduce/TABLE.jsonl.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Where learning curves go, as SVG.")] = None,
    table_only: Annotated[
        bool, typer.Option("--table-only", help="Print what is measured; train nothing.")
    ] = False,
) -> None:
    """Train each encoder alone and print its scores beside the published ones; resumes."""
    from qaengine.console import stdout
    from qaengine.files import write_whole
    from qaengine.registry import registry
    from qaengine.reproduce.curves import curves
    from qaengine.reproduce.published import published
    from qaengine.reproduce.rows import Settings
    from qaengine.reproduce.run import reproduce as run
    from qaengine.reproduce.table import table_of

    existing = registry().encoders()
    named = _listed(encoders) if encoders else [one for one in published(table) if one in existing]
    try:
        numbers = [int(seed) for seed in _listed(seeds)]
    except ValueError:
        raise typer.BadParameter(f"{seeds!r} is not as 1,2,3", param_hint="--seeds") from None
    for option, number in (("--rate", rate), ("--size", size)):
        if number <= 0:
            raise typer.BadParameter("it is more than 0", param_hint=option)
    rows = run(
        table,
        {} if table_only else {name: registry().encoder(name) for name in named},
        numbers,
        Settings(
            width=width,
            epochs=epochs,
            batch=batch,
            rate=rate,
            dropout=dropout,
            size=size,
            phrases=phrases,
            limit=limit,
        ),
        out or Path("runs") / "reproduce" / f"{table}.jsonl",
        variants=_listed(variants),
        vectors=None if vectors == "random" else Path(vectors),
        heads=heads,
        device=device,
        tell=lambda line: print(line, file=sys.stderr),
    )
    stdout().print(table_of(table, rows))
    if plot is not None:
        write_whole(plot, curves(rows))


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _pairs(pairs: Sequence[str], option: str) -> dict[str, Any]:
    """`name=value` pairs; a value that reads as JSON is taken as that, any other as text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"{pair!r} is not name=value", param_hint=option)
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _show_fields(fields: Any) -> None:
    from qaengine.console import fields_table, stdout

    stdout().print(fields_table(fields))
