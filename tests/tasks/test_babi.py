"""The bAbI task: its file format, its counts, its exchanges."""

from __future__ import annotations

import gzip
import io
import logging
import random
import re
import tarfile
from pathlib import Path

import pytest
from babi_solver import solve

from qaengine.errors import DataError
from qaengine.schema import Triple
from qaengine_tasks.babi import (
    EXCHANGES,
    BAbI,
    apply_exchange,
    draw_exchange,
    group_stories,
    invent,
    parse,
    without_test_stories,
)

TEXT = """\
1 Anna went to the barn.
2 Carl took the rope.
3 Where is Anna? \tbarn\t1
4 Anna took the lamp.
5 Where is the lamp? \tbarn\t4 1
1 Carl went to the mill.
2 Where is Carl?\tmill\t1
"""


def story(text: str, question: str, answer: str) -> Triple:
    return Triple(input=tuple(text.split("|")), question=question, answer=answer, task="babi")


STORIES = {
    1: story(
        "Mary moved to the bathroom.|John went to the hallway.|Mary went back to the garden.",
        "Where is Mary?",
        "garden",
    ),
    4: story(
        "The office is north of the kitchen.|The garden is south of the kitchen.",
        "What is the kitchen north of?",
        "garden",
    ),
    15: story(
        "Mice are afraid of sheep.|Sheep are afraid of wolves.|Wolves are afraid of cats."
        "|Cats are afraid of sheep.|Emily is a sheep.|Gertrude is a mouse.",
        "What is gertrude afraid of?",
        "sheep",
    ),
    17: story(
        "The red sphere is to the left of the red square.|The triangle is above the red square.",
        "Is the red sphere below the triangle?",
        "yes",
    ),
    19: story(
        "The office is east of the hallway.|The kitchen is north of the office."
        "|The garden is west of the hallway.",
        "How do you go from the kitchen to the hallway?",
        "s,w",
    ),
}


def many_exchanges(skill: int, triple: Triple, invented: float) -> list[Triple]:
    rng = random.Random(1)
    return [apply_exchange(draw_exchange(rng, skill, invented), triple) for _ in range(200)]


# --- the format


def test_supports_are_indices_into_the_facts_in_the_order_of_the_file() -> None:
    first, second = parse(TEXT, "tiny")[0]
    assert first.supports == (0,)
    assert second.supports == (2, 0)


def test_facts_hold_no_questions_and_questions_no_blanks() -> None:
    _, second = parse(TEXT, "tiny")[0]
    assert second.input == (
        "Anna went to the barn.",
        "Carl took the rope.",
        "Anna took the lamp.",
    )
    assert second.question == "Where is the lamp?"
    assert (second.answer, second.task) == ("barn", "babi")


def test_story_restarts_at_one() -> None:
    assert [len(story) for story in parse(TEXT, "tiny")] == [2, 1]
    assert parse(TEXT, "tiny")[1][0].input == ("Carl went to the mill.",)


def test_questions_of_a_story_share_their_facts() -> None:
    first, second = parse(TEXT, "tiny")[0]
    assert all(a is b for a, b in zip(first.input, second.input, strict=False))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1 A.\n3 B.\n", 2, "the ID after 1 is 2"),
        ("2 A.\n", 1, "or 1 for a new story"),
        ("1 A.\nB is here.\n", 2, "begins with its ID"),
        ("1 A.\n2 \n", 2, "nothing follows"),
        ("1 A.\n2 B?\tyes\n", 2, "a question line is"),
        ("1 A.\n2 B?\t\t1\n", 2, "a question line is"),
        ("1 A.\n2 B?\tyes\t2\n", 2, "'2' is no fact"),
        ("1 A.\n2 B?\tyes\tx\n", 2, "'x' is no fact"),
        ("1 A.\n2 B?\tyes\t1\n3 C?\tno\t2\n", 3, "'2' is no fact"),
        ("1 B?\tyes\t\n", 1, "needs a fact before"),
    ],
)
def test_broken_line_names_file_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(DataError, match=rf"broken\.txt, line {line}: .*{reason}"):
        parse(text, "broken.txt")


def test_file_without_a_question() -> None:
    with pytest.raises(DataError, match="holds no question"):
        parse("1 Anna is here.\n", "tiny")


# --- files


def write(folder: Path, config: str = "en", name: str = "qa1_single-supporting-fact_train") -> Path:
    path = folder / config / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT)
    return path


def read_skill_1(path: Path, config: str = "en") -> list[Triple]:
    return list(BAbI().examples("train", config=config, tasks=[1], path=path))


def test_plain_gzipped_and_archived_files_read_alike(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain")
    zipped = tmp_path / "zipped" / "tasks_1-20_v1-2" / "en" / f"{plain.name}.gz"
    zipped.parent.mkdir(parents=True)
    zipped.write_bytes(gzip.compress(TEXT.encode()))
    archive = tmp_path / "babi.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(plain, arcname=f"./tasks_1-20_v1-2/en/{plain.name}")
    expected = [triple for story in parse(TEXT, "tiny") for triple in story]
    for path in (tmp_path / "plain", tmp_path / "zipped", archive):
        assert read_skill_1(path) == expected


def test_held_out_configuration_has_short_file_names(tmp_path: Path) -> None:
    write(tmp_path, "en-valid", "qa1_train")
    assert len(read_skill_1(tmp_path, "en-valid")) == 3


def test_data_set_is_located_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "babi" / "tasks_1-20_v1-2")
    monkeypatch.setenv("QAENGINE_DATA", str(tmp_path))
    by_skill = BAbI().examples_by_skill("train", config="en", tasks=[1])
    assert [len(triples) for triples in by_skill.values()] == [3]


def test_broken_file_gives_no_example(tmp_path: Path) -> None:
    write(tmp_path).write_text(TEXT + "4 Where?\n")
    with pytest.raises(DataError, match=r"train\.txt, line 8"):
        BAbI().examples("train", config="en", tasks=[1], path=tmp_path)


def test_file_that_is_not_text_names_the_line(tmp_path: Path) -> None:
    write(tmp_path).write_bytes(b"1 A.\n2 \xff?\tyes\t1\n")
    with pytest.raises(DataError, match="line 2: not UTF-8"):
        read_skill_1(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train\.txt is missing.*qaengine fetch babi"):
        read_skill_1(tmp_path)


def test_truncated_gzip(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_suffix(".txt.gz").write_bytes(gzip.compress(TEXT.encode())[:-20])
    path.unlink()
    with pytest.raises(DataError, match=r"\.gz cannot be read"):
        read_skill_1(tmp_path)


def test_archive_that_is_none(tmp_path: Path) -> None:
    archive = tmp_path / "babi.tar.gz"
    archive.write_text("<html>Not found</html>")
    with pytest.raises(DataError, match=r"cannot be read as a \.tar\.gz"):
        read_skill_1(archive)


def test_truncated_archive(tmp_path: Path) -> None:
    noise = random.Random(0).randbytes(50_000)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("other")
        member.size = len(noise)
        tar.addfile(member, io.BytesIO(noise))
    archive = tmp_path / "babi.tar.gz"
    archive.write_bytes(packed.getvalue()[:20_000])
    with pytest.raises(DataError, match="Fetch it again"):
        read_skill_1(archive)


def test_archive_without_the_file(tmp_path: Path) -> None:
    archive = tmp_path / "babi.tar.gz"
    with tarfile.open(archive, "w:gz"):
        pass
    with pytest.raises(DataError, match="holds no en/qa1"):
        read_skill_1(archive)


@pytest.mark.parametrize(
    ("split", "options", "reason"),
    [
        ("valid", {"config": "en"}, "Use config 'en-valid'"),
        ("valid", {"config": "en-10k"}, "Use config 'en-valid-10k'"),
        ("train", {"config": "en-1k"}, "Did you mean 'en-10k'"),
        ("dev", {"config": "en-valid"}, "Available: test, train, valid"),
        ("train", {"tasks": [21]}, "skills 1 to 20; there is no 21"),
    ],
)
def test_impossible_choice_says_what_there_is(
    split: str, options: dict[str, object], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=reason):
        BAbI().examples(split, path=tmp_path, **options)  # type: ignore[arg-type]


def test_absent_10k_file_of_skill_3_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    derived = tmp_path / "derived" / "en-10k_qa3_train.partial1925.txt.gz"
    derived.parent.mkdir()
    derived.write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "tasks_1-20_v1-2" / "en-valid-10k").mkdir(parents=True)
    held_out = tmp_path / "tasks_1-20_v1-2" / "en-valid-10k" / "qa3_valid.txt"
    held_out.write_text("".join(TEXT.splitlines(keepends=True)[:5]))
    with caplog.at_level(logging.INFO):
        all_of_it = list(BAbI().examples("train", config="en-10k", tasks=[3], path=tmp_path))
        rest = list(BAbI().examples("train", config="en-valid-10k", tasks=[3], path=tmp_path))
    assert (len(all_of_it), len(rest)) == (3, 1)
    assert "partial copy" in caplog.text


# --- the task


def test_samples_are_whole_triples_of_several_skills() -> None:
    samples = BAbI().samples()
    assert len(samples) >= 10
    assert all(sample.answer and sample.supports for sample in samples)
    assert len({sample.question.split()[0] for sample in samples}) >= 4


def test_stories_of_a_test_set_are_left_out() -> None:
    first, second = parse(TEXT, "tiny")[0]
    other_answer = first.model_copy(update={"answer": "mill"})
    assert without_test_stories([first, second], [other_answer]) == [second]


def test_stories_are_grouped_by_their_facts() -> None:
    triples = [triple for story in parse(TEXT, "tiny") for triple in story]
    assert [len(story) for story in group_stories(triples)] == [2, 1]


# --- exchanges


@pytest.mark.parametrize("invented", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("skill", STORIES)
def test_gold_answer_stays_true(skill: int, invented: float) -> None:
    for triple in many_exchanges(skill, STORIES[skill], invented):
        assert solve(skill, triple) == triple.answer, triple


@pytest.mark.parametrize("skill", STORIES)
def test_exchanges_differ(skill: int) -> None:
    assert len(set(many_exchanges(skill, STORIES[skill], 0.0))) > 10


def test_same_seed_draws_the_same_exchange() -> None:
    assert draw_exchange(random.Random(7), 2, 0.5) == draw_exchange(random.Random(7), 2, 0.5)


def test_names_in_lower_case_are_exchanged_along() -> None:
    changed = apply_exchange(draw_exchange(random.Random(0), 15, 1.0), STORIES[15])
    (name,) = re.findall(r"What is (\w+) afraid", changed.question)
    assert any(fact.startswith(f"{name.capitalize()} is a") for fact in changed.input)
    assert "gertrude" not in str(changed).lower()


def test_words_within_words_are_left_alone() -> None:
    triple = story("The box of chocolates fits inside the box.", "Is the mailbox empty?", "no")
    exchange = {"box": "chest", "box of chocolates": "suitcase"}
    changed = apply_exchange(exchange, triple)
    assert changed.input == ("The suitcase fits inside the chest.",)
    assert changed.question == "Is the mailbox empty?"


def test_list_answers_are_exchanged_item_by_item() -> None:
    triple = story("Mary took the milk.|Mary took the apple.", "What?", "milk,apple")
    assert apply_exchange({"milk": "rope", "apple": "lamp"}, triple).answer == "rope,lamp"


def test_he_and_she_stay_right() -> None:
    rng = random.Random(0)
    for _ in range(50):
        assert draw_exchange(rng, 11)["Mary"] in ("Mary", "Sandra")


def test_places_and_moods_of_skill_20_stay() -> None:
    triple = story("Sumit is tired.|Sumit got the milk.", "Where will sumit go?", "bedroom")
    for changed in many_exchanges(20, triple, 1.0):
        assert changed.answer == "bedroom"
        assert changed.input[0].endswith(" is tired.")
        assert changed.input[1].endswith(" got the milk.")


def test_supports_and_lengths_stay() -> None:
    for before in (triple for story in parse(TEXT, "tiny") for triple in story):
        for after in many_exchanges(2, before, 0.5):
            assert after.supports == before.supports
            assert len(after.input) == len(before.input)


def test_invented_words_are_new_in_each_story_and_shared_within() -> None:
    told = [
        story("Mary went to the garden.", "Where is Mary?", "garden"),
        story("Mary went to the garden.|John got the milk.", "Where is Mary?", "garden"),
        story("Mary went to the office.", "Where is Mary?", "office"),
    ]
    first, second, third = invent(told, seed=3)
    assert first.input[0] == second.input[0]
    assert first.answer == first.input[0].split()[-1].rstrip(".")
    assert first.question != third.question
    assert not re.search("Mary|garden|John|milk|office", f"{first}{second}{third}")


# --- the real data

HELD_OUT = {17: (904, 96), 18: (905, 95), 20: (904, 96)}
HELD_OUT_10K = {18: (8_996, 1_004), 20: (9_002, 998)}

# What remains of skills 1-3 and 5-14 without names, places and objects.
FUNCTION_WORDS = frozenset(
    """a after afternoon afterwards and back before carrying did discarded down dropped either
    evening following gave get give going got grabbed handed he how in is journeyed left longer
    many maybe morning moved no none not nothing objects one or passed picked put received
    she that the then there they this three to took travelled two up was went what where who yes
    yesterday""".split()  # noqa: SIM905
)


@pytest.fixture
def babi(data_folder: Path) -> Path:
    return data_folder / "babi"


def counts(split: str, config: str, path: Path) -> dict[int, int]:
    by_skill = BAbI().examples_by_skill(split, config=config, path=path)  # type: ignore[arg-type]
    return {skill: len(triples) for skill, triples in by_skill.items()}


@pytest.mark.data
def test_counts_of_1k(babi: Path) -> None:
    assert counts("train", "en", babi) == dict.fromkeys(range(1, 21), 1_000)
    for config in ("en", "en-valid"):
        assert counts("test", config, babi) == dict.fromkeys(range(1, 21), 1_000)
    for split, index, usual in (("train", 0, 900), ("valid", 1, 100)):
        expected = {skill: HELD_OUT.get(skill, (usual, usual))[index] for skill in range(1, 21)}
        assert counts(split, "en-valid", babi) == expected


@pytest.mark.data
@pytest.mark.slow
def test_counts_of_10k(babi: Path) -> None:
    whole = (babi / "tasks_1-20_v1-2/en-10k/qa3_three-supporting-facts_train.txt").exists()
    train = dict.fromkeys(range(1, 21), 10_000) | ({} if whole else {3: 1_925})
    assert counts("train", "en-10k", babi) == train
    for split, index, usual in (("train", 0, 9_000), ("valid", 1, 1_000)):
        expected = {skill: HELD_OUT_10K.get(skill, (usual,) * 2)[index] for skill in range(1, 21)}
        if split == "train" and not whole:
            expected[3] = 925
        assert counts(split, "en-valid-10k", babi) == expected
    assert counts("test", "en-10k", babi) == dict.fromkeys(range(1, 21), 1_000)


@pytest.mark.data
def test_training_holds_no_validation_story(babi: Path) -> None:
    for config in ("en-valid", "en-valid-10k"):
        train = BAbI().stories_by_skill("train", config=config, tasks=[3], path=babi)[3]
        valid = BAbI().stories_by_skill("valid", config=config, tasks=[3], path=babi)[3]
        assert not set(train) & set(valid)


@pytest.mark.data
def test_test_stories_of_skill_4_stand_in_the_10k_training_set(babi: Path) -> None:
    train = list(BAbI().examples("train", config="en-10k", tasks=[4], path=babi))
    test = list(BAbI().examples("test", config="en-10k", tasks=[4], path=babi))
    kept = without_test_stories(train, test)
    print(f"skill 4: {len(train) - len(kept)} of {len(train)} training triples stand in the test")
    assert len(test) - len(without_test_stories(test, train)) == 741
    assert without_test_stories(test, kept) == test


@pytest.mark.data
@pytest.mark.parametrize("skill", sorted(STORIES))
def test_gold_answers_of_real_stories_stay_true(skill: int, babi: Path) -> None:
    told = BAbI().stories_by_skill("train", config="en", tasks=[skill], path=babi)[skill]
    rng = random.Random(5)
    for real in told:
        exchange = draw_exchange(rng, skill, rng.choice((0.0, 0.3, 1.0)))
        for triple in real:
            changed = apply_exchange(exchange, triple)
            assert solve(skill, changed) == changed.answer, changed


@pytest.mark.data
@pytest.mark.parametrize("skill", sorted(EXCHANGES))
def test_exchanged_words_stand_in_the_training_text(skill: int, babi: Path) -> None:
    text = str(BAbI().stories_by_skill("train", config="en", tasks=[skill], path=babi)[skill])
    missing = [word for words in EXCHANGES[skill] for word in words if word not in text]
    assert missing == []


@pytest.mark.data
@pytest.mark.parametrize("skill", [1, 2, 3, *range(5, 15)])
def test_no_name_place_or_object_survives_invention(skill: int, babi: Path) -> None:
    test = list(BAbI().examples("test", config="en", tasks=[skill], path=babi))
    known = set(re.findall(r"\w+", " ".join(text for t in test for text in _texts(t)).lower()))
    renamed = invent(test, seed=1)
    survived = known & set(
        re.findall(r"\w+", " ".join(text for t in renamed for text in _texts(t)).lower())
    )
    assert survived <= FUNCTION_WORDS
    assert [t.supports for t in renamed] == [t.supports for t in test]


def _texts(triple: Triple) -> tuple[str, ...]:
    return (*triple.input, triple.question, triple.answer or "")
