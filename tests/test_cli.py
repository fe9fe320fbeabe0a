"""The command line: what it prints, where, and how it exits. The engine behind it is a stand-in."""

from __future__ import annotations

import io
import json
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

import qaengine.cli
from qaengine import Answer, CheckpointError, Evidence, InputError, Triple
from qaengine.cli import main
from qaengine.console import evidence_table
from qaengine.schema import Further

STORY = "Mary took the milk. Mary went to the garden. Ann slept."
QUESTION = "Where is the milk?"
ALONG = "Is [Ida] coreferent with [her]?"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class LastWord:
    """Answers with the last word of the second fact, by two passes and an idle third."""

    loaded: Path | None = None

    @classmethod
    def load(cls, checkpoint: Path | None = None, device: str = "auto") -> LastWord:
        if checkpoint == Path("nowhere"):
            raise CheckpointError("There is no checkpoint nowhere. Train one, or name another.")
        cls.loaded = checkpoint
        return cls()

    def ask(self, input: str | Sequence[str], question: str, task: str | None = None) -> Answer:
        facts = tuple(input.split(". ")) if isinstance(input, str) else tuple(input)
        triple = Triple(input=facts, question=question, task=task)
        if question == "Why?":
            raise InputError("question is of no known kind.")
        if question == "Who knows?":
            return Answer(
                text="The facts don't tell.",
                abstained=True,
                confidence=0.9,
                triple=triple,
                seconds=0,
            )
        evidence = tuple(
            Evidence(fact=fact, index=i, weights=(0.97 * (i == 0), 0.86 * (i == 1), 0.0))
            for i, fact in enumerate(facts)
        )
        further = Further(question='Who does "her" refer to?', text="Ida", confidence=0.925)
        word = facts[1].strip(".").split()[-1]
        return Answer(
            text=word,
            confidence=0.984,
            further=further if question == ALONG else None,
            evidence=evidence,
            task=task or "babi",
            triple=triple,
            seconds=0.001,
        )

    def ask_many(
        self, pairs: Iterable[tuple[str | Sequence[str], str]], task: str | None = None
    ) -> list[Answer]:
        return [self.ask(text, question, task) for text, question in pairs]


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("qaengine.engine")
    module.Engine = LastWord  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "qaengine.engine", module)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        return Ran(int(stop.value.code or 0), *capsys.readouterr())

    return run


Run = Callable[..., Ran]


def typed(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    raw = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


def test_ask_prints_answer_confidence_task_and_passes(run: Run) -> None:
    ran = run("ask", STORY, QUESTION)
    assert ran.code == 0
    headline, *table = ran.out.splitlines()
    assert headline.split() == ["garden", "98.4%", "sure,", "task", "babi"]
    assert any("Mary took the milk" in row and "0.97" in row and "0.00" in row for row in table)
    assert table[2].split() == ["fact", "1", "2"], "a pass that looked at nothing is left out"


def test_ask_prints_json_for_programs(run: Run) -> None:
    answer = Answer.model_validate_json(run("ask", STORY, QUESTION, "--json").out)
    assert answer.text == "garden"


def test_ask_draws_the_trees_of_the_text(run: Run) -> None:
    ran = run("ask", "Mary took the milk. She went home.", QUESTION, "--show-tree")
    assert ran.code == 0
    drawn = ran.out.split("\n\n")[-2:]
    assert drawn[0].splitlines()[0] == "root took"
    assert "├─ nsubj Mary" in drawn[0]
    assert drawn[1].splitlines()[0] == "root went"


def test_ask_puts_the_trees_into_json(run: Run) -> None:
    ran = run("ask", STORY, QUESTION, "--json", "--show-tree")
    trees = json.loads(ran.out)["trees"]
    assert [tree["tokens"][-1] for tree in trees] == ["."] * len(trees)
    assert trees[0]["nodes"][-1][2] == "root"


def test_abstention_prints_the_sentence_that_helps(run: Run) -> None:
    ran = run("ask", STORY, "Who knows?")
    assert ran.out.startswith("The facts don't tell.")
    assert "pass" not in ran.out
    assert "sure" not in ran.out, "an answer without evidence never came to the facts"


def test_what_was_asked_along_is_printed(run: Run) -> None:
    ran = run("ask", STORY, ALONG)
    _, along, *_ = ran.out.splitlines()
    assert along == 'Asked along: Who does "her" refer to? Ida, 92.5%'


def test_long_story_shows_only_what_was_looked_at(run: Run) -> None:
    ran = run("ask", ". ".join(f"Fact {i} is dull" for i in range(30)), QUESTION)
    assert "Fact 1 is dull" in ran.out
    assert "Fact 2 is dull" not in ran.out
    assert "28 facts" in ran.out


def test_many_passes_fit_a_narrow_terminal() -> None:
    weights = tuple(0.09 * (p + 1) for p in range(10))
    facts = [Evidence(fact="Ann " + "walked " * 20, index=0, weights=weights)]
    console = Console(width=80, file=io.StringIO())
    console.print(evidence_table(facts))
    row = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(f"{weight:.2f}" in row for weight in weights)


def test_markup_in_a_text_is_printed_as_it_is(run: Run) -> None:
    assert "[bold]Mary[/nonsense]" in run("ask", "[bold]Mary[/nonsense]. Ann slept", QUESTION).out


def test_ask_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, STORY)
    assert run("ask", "-", QUESTION).out.startswith("garden")


def test_standard_input_that_is_no_text_does_not_crash(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, b"Mary \xff slept. Ann went to the garden")
    assert run("ask", "-", QUESTION).out.startswith("garden")


def test_ask_without_arguments_goes_line_by_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{STORY}\n{QUESTION}\nWhy?\nWho knows?\n\nAnn slept. Bob ate\nWhat?\n")
    ran = run("ask")
    assert ran.code == 0
    assert ran.out.index("garden") < ran.out.index("don't tell") < ran.out.index("ate")
    assert "Error: question is of no known kind." in ran.err


def test_task_and_checkpoint_reach_the_engine(run: Run, tmp_path: Path) -> None:
    ran = run("ask", STORY, QUESTION, "--task", "worlds", "--checkpoint", tmp_path)
    assert "task worlds" in ran.out
    assert LastWord.loaded == tmp_path


def test_missing_question_is_a_usage_error(run: Run) -> None:
    ran = run("ask", STORY)
    assert ran.code == 2
    assert "a question is missing" in ran.err


def test_users_mistake_is_one_line_and_code_1(run: Run) -> None:
    ran = run("ask", STORY, QUESTION, "--checkpoint", "nowhere")
    assert ran == (1, "", "Error: There is no checkpoint nowhere. Train one, or name another.\n")


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(CheckpointError):
        main(["ask", STORY, QUESTION, "--checkpoint", "nowhere", "--debug"])


def test_interruption_exits_cleanly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> Answer:
        raise KeyboardInterrupt

    monkeypatch.setattr(LastWord, "ask", interrupt)
    ran = run("ask", STORY, QUESTION)
    assert ran.code == 130
    assert "Traceback" not in ran.err


# -- in bulk ---------------------------------------------------------------------------------


def write_lines(path: Path, *lines: object) -> Path:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
    return path


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def asking(place: str, question: str = QUESTION, **more: str) -> dict[str, Any]:
    return {"input": ["Ann woke", f"Ann went to the {place}"], "question": question, **more}


def test_bulk_answers_in_order(run: Run, tmp_path: Path) -> None:
    questions = write_lines(
        tmp_path / "q.jsonl", asking("attic"), asking("barn", task="worlds"), "", asking("cellar")
    )
    ran = run("ask", "--file", questions, "--out", tmp_path / "a.jsonl")
    answers = read_lines(tmp_path / "a.jsonl")
    assert ran.code == 0
    assert [(answer["text"], answer["task"]) for answer in answers] == [
        ("attic", "babi"),
        ("barn", "worlds"),
        ("cellar", "babi"),
    ]


def test_bulk_resumes_after_a_line_written_half(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = write_lines(tmp_path / "q.jsonl", *map(asking, ("attic", "barn", "cellar")))
    out = tmp_path / "a.jsonl"
    run("ask", "--file", questions, "--out", out)
    first, second, _ = out.read_text("utf-8").splitlines(keepends=True)
    out.write_text(first + second[:20], encoding="utf-8")

    asked: list[str] = []
    ask = LastWord.ask
    monkeypatch.setattr(
        LastWord, "ask", lambda self, text, *rest: asked.append(text[1]) or ask(self, text, *rest)
    )
    run("ask", "--file", questions, "--out", out)
    assert asked == ["Ann went to the barn", "Ann went to the cellar"]
    assert [answer["text"] for answer in read_lines(out)] == ["attic", "barn", "cellar"]


def test_bulk_keeps_off_answers_to_other_questions(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    run("ask", "--file", write_lines(tmp_path / "q.jsonl", asking("attic")), "--out", out)
    before = out.read_bytes()
    other = write_lines(tmp_path / "other.jsonl", asking("attic", "Where is Bob?"))
    ran = run("ask", "--file", other, "--out", out)
    assert ran.code == 1
    assert "something else than answers to" in ran.err
    assert out.read_bytes() == before


@pytest.mark.parametrize("text", ["Dear diary", "Dear diary,\nno news", "no\nnews\nat\nall\n"])
def test_bulk_keeps_off_a_file_that_holds_no_answers(text: str, run: Run, tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_text(text, encoding="utf-8")
    questions = write_lines(tmp_path / "q.jsonl", asking("attic"), asking("barn"))
    assert run("ask", "--file", questions, "--out", diary).code == 1
    assert diary.read_text("utf-8") == text


def test_bulk_never_writes_into_its_questions(run: Run, tmp_path: Path) -> None:
    questions = write_lines(tmp_path / "q.jsonl", asking("attic"))
    assert run("ask", "--file", questions, "--out", questions).code == 1
    assert read_lines(questions) == [asking("attic")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Invalid JSON"),
        ({"input": "Ann woke."}, "question: Field required"),
        ({"input": 7, "question": "Who?"}, "input"),
        ({"input": "Ann woke.", "question": "Who?", "tsak": "babi"}, "tsak"),
        ({"input": ["", " "], "question": "Who?"}, "input is empty"),
        ({"input": "Ann woke.", "question": " "}, "question is empty"),
    ],
)
def test_bulk_names_file_line_and_reason_and_answers_nothing(
    line: object, reason: str, run: Run, tmp_path: Path
) -> None:
    questions = write_lines(tmp_path / "q.jsonl", asking("attic"), line)
    ran = run("ask", "--file", questions, "--out", tmp_path / "a.jsonl")
    assert ran.code == 1
    assert f"{questions}, line 2: " in ran.err
    assert reason in ran.err
    assert not (tmp_path / "a.jsonl").exists()


def test_bulk_goes_on_after_a_refused_question(run: Run, tmp_path: Path) -> None:
    questions = write_lines(
        tmp_path / "q.jsonl", asking("attic"), asking("barn", "Why?"), asking("cellar")
    )
    out = tmp_path / "a.jsonl"
    ran = run("ask", "--file", questions, "--out", out)
    first, refused, last = read_lines(out)
    assert ran.code == 1
    assert (first["text"], last["text"]) == ("attic", "cellar")
    assert refused == {"line": 2, "error": "question is of no known kind."}


def test_bulk_without_a_file_is_a_clear_error(run: Run, tmp_path: Path) -> None:
    ran = run("ask", "--file", tmp_path / "none.jsonl", "--out", tmp_path / "a.jsonl")
    assert ran.code == 1
    assert "none.jsonl cannot be read" in ran.err


def test_file_and_out_go_together(run: Run, tmp_path: Path) -> None:
    assert run("ask", "--file", tmp_path / "q.jsonl").code == 2


# -- the other commands ----------------------------------------------------------------------


def test_plugins_lists_built_ins(run: Run) -> None:
    names = {plugin["name"] for plugin in json.loads(run("plugins", "--json").out)}
    assert {"qaengine_tasks.babi", "qaengine_encoders.sequences"} <= names


def test_tasks_lists_each_task(run: Run) -> None:
    assert "babi" in run("tasks").out


def test_task_is_told_with_its_samples(run: Run) -> None:
    told = json.loads(run("tasks", "babi", "--json").out)
    assert told["name"] == "babi"
    assert told["samples"]


def test_unknown_task_suggests_the_nearest(run: Run) -> None:
    ran = run("tasks", "bbai")
    assert ran.code == 1
    assert "Did you mean 'babi'?" in ran.err


def test_encoders_lists_each_encoder(run: Run) -> None:
    told = {encoder["name"]: encoder for encoder in json.loads(run("encoders", "--json").out)}
    assert {"gru", "lstm"} <= set(told)
    assert told["gru"] == {
        "name": "gru",
        "paper": "Cho et al. 2014, arXiv 1406.1078",
        "needs_trees": False,
        "about": "GRU in both directions, half of the width each; the default.",
    }


def test_encoders_are_shown_with_what_they_read(run: Run) -> None:
    cells = [line.split("\u2502") for line in run("encoders").out.splitlines()]
    (row,) = [row for row in cells if row[1:] and row[1].strip() == "mean"]
    assert row[-2].strip() == "words"


def test_version(run: Run) -> None:
    assert run("--version").out.strip() == qaengine.__version__


RECIPE = """
name = "mine"
[network]
encoder = "gru"
[[sources]]
task = "worlds"
"""


def test_train_passes_on_recipe_and_options(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, ...]] = []

    def train(recipe: Any, folder: Path, **options: Any) -> dict[str, float]:
        calls.append((recipe.network.encoder, recipe.training.seed, folder, options))
        return {"accuracy": 0.99}

    monkeypatch.setitem(sys.modules, "qaengine.train", types.SimpleNamespace(train=train))
    recipe = tmp_path / "mine.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    ran = run("train", recipe, "--encoder", "lstm", "--seed", 3, "--resume", "--from", tmp_path)
    assert ran.code == 0
    assert "0.99" in ran.out
    options = {"resume": True, "start": tmp_path, "device": "auto"}
    assert calls == [("lstm", 3, Path("runs/mine"), options)]


def test_train_with_an_unknown_encoder_suggests_the_nearest(run: Run) -> None:
    ran = run("train", "my.toml", "--encoder", "gur")
    assert ran.code == 1
    assert "Did you mean 'gru'?" in ran.err


def test_evaluate_passes_on_checkpoint_split_and_options(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Scores:
        def __init__(self, **fields: Any) -> None:
            self.fields = fields

        def model_dump_json(self) -> str:
            return json.dumps(self.fields)

    def evaluate(engine: LastWord, task: str, split: str, **options: Any) -> Scores:
        return Scores(task=task, split=split, **options)

    module = types.SimpleNamespace(evaluate=evaluate)
    monkeypatch.setitem(sys.modules, "qaengine.evaluate", module)
    options = ("--split", "valid", "--option", "skill=3", "--option", "edition=en")
    ran = run("evaluate", tmp_path, "babi", *options, "--json")
    assert LastWord.loaded == tmp_path
    assert json.loads(ran.out) == {
        "task": "babi",
        "split": "valid",
        "limit": None,
        "skill": 3,
        "edition": "en",
    }
