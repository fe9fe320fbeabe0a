"""The task `translation`: reading its files, framing, scores."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from qaengine.errors import DataError
from qaengine.schema import Split, Triple
from qaengine.schema import Translation as Said
from qaengine.testing import check_task
from qaengine_tasks.phrasings import phrasings
from qaengine_tasks.translation import CORPORA, FRENCH, GERMAN, Translation, signature
from qaengine_tasks.translation_files import MULTI30K, split_by_letters

TASK = Translation()
HELD_OUT = {"Say it in French.", "Say it in German."}
TATOEBA = (
    "I see a bird.\tJe vois un oiseau.",
    "I see a bird.\tJ'aperçois un oiseau.",
    "Is it far?\tC'est loin\N{NARROW NO-BREAK SPACE}?",
    "SENTENCE\tPremière.",
    "SENTENCE\tSeconde.",
)
"""To be split; SENTENCE stands for one of the split wanted."""
OF_SPLIT: dict[Split, str] = {
    "train": "The tea is hot.",
    "valid": "The cup is new.",
    "test": "The coat is red.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Multi30k with one pair a split, Tatoeba with five of training."""
    raw = tmp_path / "multi30k" / "task1_raw"
    raw.mkdir(parents=True)
    for stem in MULTI30K.values():
        (raw / f"{stem}.en").write_text(f"A dog ({stem}).\n")
        (raw / f"{stem}.fr").write_text(f"Un  chien ({stem}).\n")
        (raw / f"{stem}.de").write_text(f"Ein Hund ({stem}).\n")
    (tmp_path / "tatoeba_fra_eng").mkdir()
    write_tatoeba(tmp_path, OF_SPLIT["train"])
    return tmp_path


def write_tatoeba(folder: Path, sentence: str, *more: str) -> None:
    lines = [line.replace("SENTENCE", sentence) for line in (*TATOEBA, *more)]
    text = "".join(f"{line}\n" for line in lines)
    (folder / "tatoeba_fra_eng" / "fra.txt").write_text(text, encoding="utf-8")


def answers(triples: Iterable[Triple]) -> list[str | None]:
    return [triple.answer for triple in triples]


def test_contract() -> None:
    check_task(TASK, path="no such folder")


def test_contract_with_data(folder: Path) -> None:
    check_task(TASK, path=folder)


@pytest.mark.parametrize("questions", [FRENCH, GERMAN])
def test_phrasings_are_many_and_none_is_held_out(questions: tuple[str, ...]) -> None:
    assert len(set(questions)) >= 9
    assert not HELD_OUT & set(questions)
    assert set(questions) <= {TASK.schema.question, *TASK.schema.paraphrases}


@pytest.mark.parametrize(("split", "stem"), MULTI30K.items())
def test_multi30k_is_asked_in_both_languages(split: Split, stem: str, folder: Path) -> None:
    told = dict(TASK.stories(split, corpora=CORPORA[:2], path=folder))
    (french,), (german,) = told.values()
    assert list(told) == ["translation multi30k french", "translation multi30k german"]
    assert french.input == german.input == ("A", "dog", "(", *stem.split(), ")", ".")
    assert (french.answer, german.answer) == (f"Un chien ({stem}).", f"Ein Hund ({stem}).")
    assert french.question in {*FRENCH, *phrasings("translation", "french")}
    assert german.question in {*GERMAN, *phrasings("translation", "german")}


def test_questions_are_usual_ones_outside_training_and_various_within(folder: Path) -> None:
    write_tatoeba(folder, "The tea is hot.", *TATOEBA * 20)
    asked = {triple.question for triple in TASK.examples("train", path=folder)}
    assert len(asked) > len(FRENCH) / 2
    again = [triple.question for triple in TASK.examples("train", path=folder)]
    assert again == [triple.question for triple in TASK.examples("train", path=folder)]
    asked = {triple.question for triple in TASK.examples("test", path=folder)}
    assert asked == {"In French?", "In German?"}


def test_training_keeps_every_translation_with_plain_blanks(folder: Path) -> None:
    found = answers(TASK.examples("train", corpora=["tatoeba french"], path=folder))
    assert found == [
        "Je vois un oiseau.",
        "J'aperçois un oiseau.",
        "C'est loin ?",
        "Première.",
        "Seconde.",
    ]


@pytest.mark.parametrize("split", ["valid", "test"])
def test_held_out_sentences_are_asked_once(split: Split, folder: Path) -> None:
    write_tatoeba(folder, OF_SPLIT[split])
    tatoeba = ["tatoeba french"]
    assert answers(TASK.examples(split, corpora=tatoeba, path=folder)) == ["Première."]
    trained = answers(TASK.examples("train", corpora=tatoeba, path=folder))
    assert len(trained) == 3
    assert not {"Première.", "Seconde."} & set(trained)


@pytest.mark.parametrize(("split", "sentence"), OF_SPLIT.items())
def test_split_hangs_on_the_letters_alone(split: Split, sentence: str) -> None:
    assert split_by_letters(sentence) == split_by_letters(f"¡{sentence.upper()} 3!") == split


def test_long_sentences_are_left_out(folder: Path) -> None:
    write_tatoeba(folder, "The tea is hot.", f"{'so ' * 31}\tLong.", f"{'far ' * 30}\tCourt.")
    found = answers(TASK.examples("train", corpora=["tatoeba french"], path=folder))
    assert found[5:] == ["Court."]


def test_training_pairs_are_drawn_alike_each_time(folder: Path) -> None:
    options = {"corpora": ["tatoeba french"], "path": folder}
    all_of_them = answers(TASK.examples("train", **options))
    drawn = answers(TASK.examples("train", tatoeba=2, **options))
    assert len(drawn) == 2
    assert drawn == answers(TASK.examples("train", tatoeba=2, **options))
    assert drawn == [answer for answer in all_of_them if answer in drawn]
    assert answers(TASK.examples("train", tatoeba=9, **options)) == all_of_them


def test_gzipped_files_are_read(folder: Path) -> None:
    plain = folder / "tatoeba_fra_eng" / "fra.txt"
    expected = list(TASK.examples("train", path=folder))
    plain.with_name("fra.txt.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert list(TASK.examples("train", path=folder)) == expected


@pytest.mark.parametrize(
    ("file", "content", "error"),
    [
        ("multi30k/task1_raw/train.fr", b"Un.\nDeux.\n", r"has 1 lines.*train\.fr has 2"),
        ("multi30k/task1_raw/train.de", b"Eins.\n\nDrei.\n", r"train\.de, line 2: .*empty"),
        ("multi30k/task1_raw/train.de", b"", r"train\.de, line 1: .*empty"),
        ("tatoeba_fra_eng/fra.txt", b"Hi.\tSalut.\nGo.\n", r"fra\.txt, line 2: .*English<TAB>"),
        ("tatoeba_fra_eng/fra.txt", b"Hi.\tSalut.\t3\n", r"fra\.txt, line 1: .*English<TAB>"),
        ("tatoeba_fra_eng/fra.txt", b"Hi.\t \n", r"fra\.txt, line 1: .*English<TAB>"),
    ],
)
def test_broken_file_is_named_with_line_and_remedy(
    file: str, content: bytes, error: str, folder: Path
) -> None:
    (folder / file).write_bytes(content)
    with pytest.raises(DataError, match=rf"{error}(.|\n)*qaengine fetch"):
        list(TASK.examples("train", path=folder))


def test_nothing_is_given_where_the_last_file_is_missing_or_damaged(folder: Path) -> None:
    path = folder / "tatoeba_fra_eng" / "fra.txt"
    path.unlink()
    with pytest.raises(DataError, match=r"holds no fra\.txt.*`path`"):
        next(iter(TASK.stories("train", path=folder)))
    path.with_name("fra.txt.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match=r"fra\.txt\.gz cannot be read"):
        next(iter(TASK.stories("train", path=folder)))


def test_unknown_corpus_and_option(folder: Path) -> None:
    with pytest.raises(DataError, match="Did you mean 'tatoeba french'"):
        list(TASK.stories("train", corpora=["tatoeba frensh"], path=folder))
    with pytest.raises(TypeError, match="speed"):
        list(TASK.stories("train", speed=1, path=folder))


def test_score_of_right_half_right_and_no_answers() -> None:
    gold = [triple for triple in TASK.samples() if triple.question in GERMAN]
    right = [Said(text=triple.answer or "") for triple in gold]
    assert TASK.score(gold, right) == pytest.approx({"bleu": 100, "chrf": 100})
    assert TASK.score(gold, [None] * len(gold)) == {"bleu": 0, "chrf": 0}
    half = TASK.score(gold, [*right[:2], *[Said(text="Das weiß ich nicht.")] * (len(gold) - 2)])
    assert 0 < half["bleu"] < half["chrf"] < 100
    assert next(iter(half)) == TASK.schema.metric


def test_bleu_of_a_hand_worked_example() -> None:
    """Precisions 4/5, 2/4, 1/3, and 0/2 smoothed to 1/4; their product is 1/30."""
    gold = [Triple(input=("x",), question="In French?", answer="a b c d e")]
    said = [Said(text="a b c X e")]
    assert TASK.score(gold, said)["bleu"] == pytest.approx(100 * (1 / 30) ** 0.25)


def test_signature_names_the_settings() -> None:
    names = signature()
    assert "tok:13a" in names["bleu"]
    assert "nc:6" in names["chrf"]


@pytest.mark.data
def test_counts_of_the_published_files(data_folder: Path) -> None:
    counts = {
        split: Counter(group for group, _ in TASK.stories(split, path=data_folder))
        for split in ("valid", "test")
    }
    assert list(counts["valid"].values()) == [1014, 1014, 1026]
    assert list(counts["test"].values()) == [1000, 1000, 965]


@pytest.mark.data
def test_english_sentences_of_training_in_the_other_splits(data_folder: Path) -> None:
    def sentences(split: Split) -> list[str]:
        told = TASK.examples(split, corpora=CORPORA[1:], path=data_folder)
        return ["".join(filter(str.isalpha, triple.text.lower())) for triple in told]

    train = set(sentences("train"))
    shared = {split: sum(one in train for one in sentences(split)) for split in ("valid", "test")}
    print(f"translation: {shared} English sentences stand in training")
    assert shared == {"valid": 1, "test": 0}
    assert "theanswerisfarfromobvious" not in train
