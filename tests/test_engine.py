"""The engine: texts in, answers with their reasons out."""

from __future__ import annotations

import pytest

from qaengine.engine import Engine
from qaengine.errors import InputError
from qaengine.plugin_api import Task, hookimpl
from qaengine.registry import BUILT_IN, Registry, registry
from qaengine.schema import Answer, Spans, Tags, Triple, Words
from qaengine.testing import tiny_engine
from qaengine.text import words

FACTS = ["Mary has the milk.", "John is in the hall."]
PAIRS: list[tuple[str | list[str], str]] = [
    (FACTS, "Who has the milk?"),
    (FACTS[:1], "Who has the milk?"),
    ("Mary has the milk. John is in the hall. Mary slept.", "Where is John?"),
    (FACTS * 4, "Who is in the hall?"),
]


@pytest.fixture(scope="module")
def learnt() -> Engine:
    """Knows who has the milk, what Ann has, and that nobody told of the ball."""
    return tiny_engine(
        [
            told("Who has the milk?", "Mary", 0),
            told("Where is John?", "hall", 1),
            told("Where is the ball?", ""),
            told("Is John in the hall?", "yes", 1),
            told("What are these?", "milk,hall", 0, 1),
        ],
        steps=100,
    )


def told(question: str, answer: str, *supports: int) -> Triple:
    return Triple(
        input=tuple(FACTS), question=question, answer=answer, task="worlds", supports=supports
    )


def same(one: Answer, other: Answer) -> None:
    """The same but for rounding and for the time that it took."""
    assert one.text == other.text
    assert one.triple == other.triple
    assert one.confidence == pytest.approx(other.confidence, abs=1e-4)
    pairs = zip(one.evidence, other.evidence, strict=True)
    assert all(a.weights == pytest.approx(b.weights, abs=1e-4) for a, b in pairs)


def test_samples_are_answered(engine: Engine, samples: tuple[Triple, ...]) -> None:
    asked = [(list(triple.input), triple.question) for triple in samples]
    answers = engine.ask_many(asked)
    said = ["" if answer.abstained else answer.text for answer in answers]
    assert said == [triple.answer for triple in samples]


def test_ask_and_ask_many_agree_in_order(engine: Engine) -> None:
    for (given, question), answer in zip(PAIRS, engine.ask_many(iter(PAIRS)), strict=True):
        same(engine.ask(given, question), answer)


def test_nothing_asked_nothing_answered(engine: Engine) -> None:
    assert engine.ask_many([]) == []


def test_text_is_split_where_a_list_is_taken_as_it_is(engine: Engine) -> None:
    whole = engine.ask(" ".join(FACTS), "Where is John?")
    same(whole, engine.ask(FACTS, "Where is John?"))
    assert engine.ask([" ".join(FACTS)], "Where is John?").triple.input == (" ".join(FACTS),)


def test_copied_word_is_spelt_as_in_the_input(learnt: Engine) -> None:
    answer = learnt.ask(FACTS, "Who has the milk?")
    assert answer.text == str(answer) == "Mary"
    assert answer.value == Words(words=("Mary",))


def test_word_that_no_fact_holds_is_generated(learnt: Engine) -> None:
    assert learnt.ask(FACTS, "Is John in the hall?").text == "yes"


def test_list_is_joined_by_commas(learnt: Engine) -> None:
    answer = learnt.ask(FACTS, "What are these?")
    assert answer.text == "milk,hall"
    assert answer.value == Words(words=("milk", "hall"))


def test_evidence_is_a_weight_a_fact_and_pass(learnt: Engine) -> None:
    evidence = learnt.ask(FACTS, "Who has the milk?").evidence
    assert [(one.fact, one.index) for one in evidence] == [(FACTS[0], 0), (FACTS[1], 1)]
    assert len(evidence[0].weights) == len(evidence[1].weights) == 1
    assert evidence[0].weight > 0.9 > 0.1 > evidence[1].weight


def test_abstention_says_what_can_be_asked(learnt: Engine) -> None:
    answer = learnt.ask(FACTS, "Where is the ball?")
    assert answer.abstained
    assert answer.value is None
    assert answer.confidence > 0.5
    assert "The facts don't tell" in answer.text
    assert "Where is the milk?" in answer.text


def test_alternatives_are_other_answers_each_once(learnt: Engine) -> None:
    answers = learnt.ask_many([(FACTS, "Who has the hall?"), (FACTS, "Where is John?")])
    for answer in answers:
        texts = [one.text for one in answer.alternatives]
        assert len({answer.text, *texts}) == 1 + len(texts)
        assert not {"<end>", "<abstain>"} & set(texts)
        assert sum(one.confidence for one in answer.alternatives) <= 1 + 1e-6


def test_answer_is_json_and_back(learnt: Engine) -> None:
    for question in ("Who has the milk?", "Where is the ball?"):
        answer = learnt.ask(FACTS, question)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_pinned_task_is_the_answers(engine: Engine) -> None:
    assert engine.ask(FACTS, "Where is John?", task="worlds").task == "worlds"
    assert engine.ask(FACTS, "Where is John?", task="babi").task == "babi"
    assert engine.ask(FACTS, "Where is John?").task == "babi"


def test_unknown_task_is_named_with_the_nearest(engine: Engine) -> None:
    with pytest.raises(InputError, match="Did you mean 'worlds'"):
        engine.ask(FACTS, "Where is John?", task="world")


def test_task_that_was_not_trained_abstains_and_names_the_command(learnt: Engine) -> None:
    answer = learnt.ask(FACTS, "Where is John?", task="babi")
    assert answer.abstained
    assert "not trained on the task 'babi'" in answer.text
    assert "qaengine train RECIPE --from" in answer.text


class Shouting(Task):
    """A plugin that routes, frames, and listens."""

    schema = (
        registry().task("worlds").schema.model_copy(update={"name": "shouting", "like": "worlds"})
    )

    def __init__(self) -> None:
        self.heard: list[Answer] = []

    def frame(self, input: object, question: str) -> Triple:
        if "!" in question:
            raise LookupError("too loud")
        return Triple(input=("MARY.",), question=question.upper(), task="shouting")

    @hookimpl
    def qaengine_tasks(self) -> list[Task]:
        return [self]

    @hookimpl
    def qaengine_route(self, triple: Triple) -> str | None:
        return "shouting" if triple.question.isupper() else None

    @hookimpl
    def qaengine_answered(self, answer: Answer) -> None:
        self.heard.append(answer)


@pytest.fixture
def shouting(monkeypatch: pytest.MonkeyPatch) -> Shouting:
    plugin, plugins = Shouting(), Registry(BUILT_IN, ())
    plugins._register("shouting", plugin)
    for module in ("engine", "testing", "checkpoint"):
        monkeypatch.setattr(f"qaengine.{module}.registry", lambda: plugins)
    return plugin


def shouted(text: str = "Mary.", question: str = "WHO?") -> Triple:
    return Triple(input=(text,), question=question, answer="x", task="shouting")


def test_plugin_routes_frames_and_hears_the_answer(shouting: Shouting) -> None:
    engine = tiny_engine([told("Who?", "Mary"), shouted()])
    answer = engine.ask("Mary.", "WHO?")
    assert answer.task == "shouting"
    assert answer.triple.input == ("MARY.",)
    assert shouting.heard == [answer]
    assert engine.ask("Mary.", "Who?").task == "worlds"


def test_engine_names_the_tasks_that_it_was_trained_on(learnt: Engine) -> None:
    assert [schema.name for schema in learnt.tasks] == ["worlds"]


def test_every_question_finds_its_task_and_answer(
    joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    pairs = [(list(triple.input), triple.question) for triple in joint_samples]
    answers = joint.ask_many(pairs)
    tasks = [None if triple.task == "foreign" else triple.task for triple in joint_samples]
    assert [answer.task for answer in answers] == tasks
    for answer, triple in zip(answers, joint_samples, strict=True):
        if answer.task == "relatedness":
            assert float(answer.text) == pytest.approx(float(triple.answer or 0), abs=0.5)
        elif answer.task != "translation":  # these take longer to learn
            assert ("" if answer.abstained else answer.text) == triple.answer


def test_value_is_of_the_tasks_kind(joint: Engine, joint_samples: tuple[Triple, ...]) -> None:
    kinds = {"text": "translation"}
    for triple in joint_samples:
        schema = registry().task(triple.task or "").schema
        value = joint.ask(list(triple.input), triple.question).value
        if triple.answer:
            assert value is not None
            assert value.kind == kinds.get(schema.answer, schema.answer)


def test_input_that_does_not_suit_the_task_found_abstains_and_one_named_complains(
    joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    asked = {triple.task or "": triple.question for triple in joint_samples}
    alone, fine = joint.ask_many(
        [("One sentence.", asked["relatedness"]), ("One sentence.", asked["part_of_speech"])]
    )
    assert alone.abstained
    assert "two" in alone.text
    assert (alone.task, fine.task) == ("relatedness", "part_of_speech")
    with pytest.raises(InputError, match="two"):
        joint.ask("One sentence.", asked["relatedness"], task="relatedness")


ABOUT = "Berlin is a fine city. Mary went there."


def test_five_questions_about_one_text_come_back_in_order_with_their_tasks(
    joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    asked = {triple.task or "": triple.question for triple in reversed(joint_samples)}
    five = list(asked)[1:6] * 3  # batches are made by kind, and put back
    answers = joint.ask_many((ABOUT, asked[task]) for task in five)
    assert [answer.task for answer in answers] == five
    assert [answer.triple.question for answer in answers] == [asked[task] for task in five]
    for task, answer in zip(five, answers, strict=True):
        same(answer, joint.ask(ABOUT, asked[task]))


@pytest.mark.parametrize(
    ("task", "kind"), [("part_of_speech", "tags"), ("named_entities", "spans")]
)
def test_pinned_task_answers_whatever_the_question_says(
    joint: Engine, joint_samples: tuple[Triple, ...], task: str, kind: str
) -> None:
    for triple in joint_samples:
        answer = joint.ask(ABOUT, triple.question, task=task)
        assert answer.task == task
        assert answer.value is not None
        assert answer.value.kind == kind


def test_text_is_read_in_sentences_or_in_words_as_its_task_wants(joint: Engine) -> None:
    typed = "Is it  Berlin?\nIt isn't."
    assert joint.ask(typed, "Where?", task="worlds").triple.input == ("Is it  Berlin?", "It isn't.")
    tagged = joint.ask(typed, "Tags?", task="part_of_speech")
    tokens = ("Is", "it", "Berlin", "?", "It", "is", "n't", ".")
    assert tagged.triple.input == tokens
    assert isinstance(tagged.value, Tags)
    assert tagged.value.tokens == tokens
    assert len(tagged.evidence) == len(tokens)
    given = joint.ask(["Is it", "Berlin"], "Tags?", task="part_of_speech")
    assert given.triple.input == ("Is it", "Berlin")


def test_spans_point_into_the_text_as_typed(joint: Engine) -> None:
    typed = "  Is it\tBerlin?"
    value = joint.ask(typed, "Names?", task="named_entities").value
    assert isinstance(value, Spans)
    assert value.text == typed.strip()


def test_text_of_too_many_words_for_its_task_is_refused(joint: Engine) -> None:
    long = "Ann slept well. " * 120
    assert joint.ask(long, "Where is Ann?", task="worlds").text
    with pytest.raises(InputError, match="480 words; at most 400"):
        joint.ask(long, "Tags?", task="part_of_speech")


def unknown_kind(engine: Engine, question: str) -> Answer:
    answer = engine.ask(ABOUT, question)
    assert answer.abstained
    assert answer.value is None
    assert answer.task is None
    assert answer.triple.question == question
    for schema in engine.tasks:
        assert (schema.question in answer.text) == (schema.name != "foreign")
    return answer


def test_question_of_no_task_abstains_and_says_what_can_be_asked(joint: Engine) -> None:
    foreign = registry().task("foreign").schema.question
    assert "Nobody here learnt" in unknown_kind(joint, foreign).text


def test_question_whose_task_is_unsure_abstains(
    joint: Engine, joint_samples: tuple[Triple, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = joint_samples[0].question
    assert joint.ask(ABOUT, question).task == joint_samples[0].task
    monkeypatch.setattr("qaengine.engine.SURE", 1.01)
    unknown_kind(Engine(joint.checkpoint), question)
    assert joint.ask(ABOUT, question, task="worlds").task == "worlds"


def test_refused_and_answered_questions_keep_their_order(joint: Engine) -> None:
    foreign = registry().task("foreign").schema.question
    where = registry().task("worlds").samples()[0].question
    answers = joint.ask_many([(ABOUT, question) for question in (foreign, where, foreign, where)])
    assert [answer.task for answer in answers] == [None, "worlds", None, "worlds"]


def test_answer_of_every_kind_is_json_and_back(
    joint: Engine, joint_samples: tuple[Triple, ...]
) -> None:
    for triple in joint_samples:
        answer = joint.ask(list(triple.input), triple.question)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_plugin_may_route_what_the_network_would_refuse(
    joint: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qaengine.engine.SURE", 1.01)
    monkeypatch.setattr(registry(), "route", lambda triple, schemas: "sentiment")
    assert joint.ask(ABOUT, "Any question?").task == "sentiment"


def test_words_of_the_facts_that_were_read_have_weights(learnt: Engine) -> None:
    first, second = learnt.ask(FACTS, "Who has the milk?").evidence
    assert " ".join(word for word, _ in first.words) == " ".join(words(first.fact))
    assert all(0 <= weight <= 1 for _, weight in first.words)
    assert 0 < sum(weight for _, weight in first.words) <= 1
    assert second.words == ()  # nothing attended to it, so that its words were not read
