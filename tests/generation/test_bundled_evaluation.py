"""The bundled model's evaluation at toy size: pairs held out, questions, probe, limits and the report."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from generation.bundled import dataset, styles
from generation.bundled.earlier import earlier_tags
from generation.bundled.evaluate import evaluate
from generation.bundled.holdout import HELD_OUT, TABLES, held_out, held_out_pair
from generation.bundled.measuring import (
    MEASURED,
    Kinds,
    claimed_for_none,
    claims_of,
    false_positives,
    limit,
    matrix_of,
    recall,
    unasked,
)
from generation.bundled.probe import PLACE, chances, judge, labels_of, load_or_train, train_probe
from generation.bundled.questions import questions
from generation.bundled.report import REPORT, as_table, verdict
from generation.bundled.vocabulary import GROUPS, SINGLES, TAGS
from generation.bundled.workplace import Workplace, load_checkpoint, save_checkpoint


def test_held_out_pairs_are_few_and_spread_over_the_tags() -> None:
    rng = random.Random(3)
    drawings = [styles.draw(rng) for _ in range(6000)]
    assert 0.03 < sum(held_out(drawing.tags) for drawing in drawings) / len(drawings) < 0.15
    for first, second, _ in TABLES:
        tags = [set(drawing.tags) for drawing in drawings]
        possible = {
            (one, other)
            for shown in tags
            for one in shown.intersection(GROUPS[first])
            for other in shown.intersection(GROUPS[second])
        }
        assert possible & HELD_OUT
        partners = Counter(tag for pair in possible for tag in pair)
        lost = Counter(tag for pair in possible & HELD_OUT for tag in pair)
        assert all(lost[tag] <= partners[tag] / 3 for tag in lost)


def test_a_held_out_pair_is_found_among_other_tags() -> None:
    first, second = sorted(HELD_OUT)[0]
    assert held_out_pair(["1girl", second, "smile", first]) == (first, second)
    assert held_out_pair([first, "smile"]) is None
    assert held_out([first, second])
    assert not held_out([])


@pytest.mark.parametrize("pair", sorted(HELD_OUT))
def test_a_held_out_pair_is_two_tags_of_two_groups(pair: tuple[str, str]) -> None:
    tables = [(first, second) for first, second, _ in TABLES if pair[0] in GROUPS[first] and pair[1] in GROUPS[second]]
    assert len(tables) == 1


def test_every_measured_tag_is_in_exactly_one_group_of_the_report() -> None:
    reported = Counter(tag for group in REPORT.values() for tag in group.tags())
    assert reported == Counter(MEASURED)
    assert Counter(name for group in REPORT.values() for name in group.groups) == Counter(list(GROUPS))
    assert Counter(tag for group in REPORT.values() for tag in group.singles) == Counter(SINGLES)


def test_questions_ask_for_combinations_the_training_lacks() -> None:
    seeds = dataset.training_seeds(300)
    training = [dataset.sample(seed).tags for seed in seeds]
    asked = questions(60, training)
    assert asked == questions(60, training)
    for question in asked:
        assert 3 <= len(question.tags) == len(set(question.tags)) <= 7
        assert question.tags[0] in GROUPS["subject"]
        assert question.pair == held_out_pair(question.tags)
        assert question.new == (not any(set(question.tags) <= set(tags) for tags in training))
    assert sum(question.pair is not None for question in asked) == 30
    assert sum(question.new for question in asked) > 50


def test_what_an_earlier_training_showed_is_not_called_new() -> None:
    earlier = earlier_tags()
    assert len(earlier) > 5000
    assert set().union(*earlier) <= set(TAGS)
    training = [dataset.sample(seed).tags for seed in dataset.training_seeds(50)]
    asked = questions(60, [*training, *earlier])
    for question in asked:
        assert question.new == (not any(set(question.tags) <= set(tags) for tags in [*training, *earlier]))
    assert sum(question.new for question in asked if question.tags[0] in {"1girl", "1boy"}) > 30


def test_questions_reach_the_rare_tags() -> None:
    training = [dataset.sample(seed).tags for seed in dataset.training_seeds(300)]
    asked = Counter(tag for question in questions(300, training) for tag in question.tags)
    assert set(asked) == set(MEASURED)


def test_a_limit_lets_few_pictures_without_the_tag_through() -> None:
    rng = np.random.default_rng(0)
    absent, present = rng.normal(0, 1, 4000), rng.normal(0.5, 1, 400)
    where = limit(present, absent)
    assert 0.01 < (absent > where).mean() <= 0.04
    assert limit(np.array([4.0, 6.0]), np.array([-4.0, -2.0])) == 1.0  # the middle of the gap
    assert limit(np.array([]), np.array([-1.0, 0.0])) == 0.0
    assert limit(np.array([1.0]), np.array([])) == 0.0


def test_kinds_know_which_groups_may_be_absent() -> None:
    drawings = [dataset.sample(number) for number in range(1500)]
    shown = matrix_of([drawing.tags for drawing in drawings])
    kinds = Kinds.of([drawing.style for drawing in drawings], shown)
    assert {"eyes", "glasses", "growth", "mouth", "hair colour"} <= kinds.may_be_absent
    assert not {"background", "skin colour", "clothes", "style", "sky", "subject"} & kinds.may_be_absent
    able = kinds.able(["planets"])
    assert able[PLACE["crater"]]
    assert not able[PLACE["glasses"]]
    one = matrix_of([["1girl", "red_dress"]])[0]
    assert kinds.fitting(one) == ["toon-head"]


def test_the_strongest_counts_only_above_its_limit_where_none_may_be_shown() -> None:
    logits = np.full((2, len(TAGS)), -5.0)
    logits[:, PLACE["glasses"]] = -1.0
    logits[:, PLACE["red_background"]] = -1.0
    logits[1, PLACE["glasses"]] = logits[1, PLACE["smile"]] = 1.0
    claims = claims_of(logits, np.zeros(len(TAGS)), {"glasses"})
    assert claims[:, PLACE["glasses"]].tolist() == [False, True]
    assert claims[:, PLACE["red_background"]].tolist() == [True, True]
    assert claims[:, PLACE["smile"]].tolist() == [False, True]
    shown = matrix_of([["smile", "glasses"], ["glasses"]])
    assert recall(claims, shown, "glasses") == (1, 2)
    assert recall(claims, shown, "smile") == (0, 1)
    able = np.ones_like(shown)
    assert false_positives(claims, shown, able, "smile") == (1, 1)
    assert claimed_for_none(claims, ~able, "glasses") == (1, 2)


def test_what_is_drawn_unasked_is_counted_where_nothing_of_its_group_was_asked() -> None:
    shown = matrix_of([["planet", "crater"], ["planet"], ["1girl", "glasses"], ["1girl", "sunglasses"]])
    kinds = Kinds.of(["planets", "planets", "heads", "heads"], shown)
    asked = matrix_of([["planet"], ["1girl"], ["1girl"], ["1girl", "sunglasses"]])
    claims = matrix_of([["planet", "crater"], ["1girl", "glasses"], ["1girl"], ["glasses"]])
    assert unasked(claims, asked, kinds, "crater") == ((1, 1), 0.5)
    assert unasked(claims, asked, kinds, "glasses") == ((1, 2), 0.5)


@pytest.mark.parametrize(
    ("reached", "words"),
    [((9, 10), "90%: met"), ((86, 100), "90%: 4 points short"), ((8999, 10000), "90%: 1 point short"), ((0, 0), "–")],
)
def test_a_goal_is_met_or_missed_by_so_much(reached: tuple[int, int], words: str) -> None:
    assert verdict(reached, 0.9) == words
    assert verdict(reached, None) == "–"


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace(tmp_path_factory.mktemp("evaluation"))
    dataset.build(place.folder, 24, 64)  # the tiny model's size
    return place


def test_the_probe_learns_colours(tmp_path: Path) -> None:
    red, blue = np.zeros((2, 32, 32, 3), dtype=np.uint8)
    red[..., 0], blue[..., 2] = 200, 200
    pictures = np.stack([red, blue] * 8)
    probe = train_probe(pictures, [["red_background"], ["blue_background"]] * 8, 30, batch=8)
    logits = judge(probe, pictures[:2])
    places = [PLACE["red_background"], PLACE["blue_background"]]
    assert logits[:, places].argmax(axis=1).tolist() == [0, 1]


def test_the_probe_is_shown_every_subject_equally_often() -> None:
    tags = [["1girl"]] * 60 + [["planet", "crater"]] * 5 + [["1boy"]] * 15
    likely = chances(labels_of(tags))
    assert likely.sum() == pytest.approx(1)
    assert likely[:60].sum() == pytest.approx(1 / 3)
    assert likely[60:65].sum() == pytest.approx(1 / 3)


def test_a_probe_is_kept_continued_and_trained_anew_for_other_tags(toy_data: Workplace, tmp_path: Path) -> None:
    pictures, tags = dataset.load(toy_data.folder)
    path = tmp_path / "probe.pt"
    probe, cost = load_or_train(path, pictures, tags, 2)
    again, same = load_or_train(path, pictures, tags, 2)
    assert cost == same
    assert cost["pictures"] == 2 * 24
    assert all(torch.equal(one, other) for one, other in zip(probe.parameters(), again.parameters(), strict=True))

    half = load_checkpoint(path)
    assert half is not None
    half["step"] = 1
    save_checkpoint(path, half)
    _, continued = load_or_train(path, pictures, tags, 2)
    assert continued["core_seconds"] > cost["core_seconds"]

    half["task"]["tags"] = list(reversed(TAGS))
    half["step"] = 2
    save_checkpoint(path, half)
    load_or_train(path, pictures, tags, 2)
    anew = load_checkpoint(path)
    assert anew is not None
    assert anew["task"]["tags"] == list(TAGS)
    assert any(not torch.equal(anew["probe"][name], half["probe"][name]) for name in half["probe"])


def test_a_model_is_evaluated_from_its_folder_and_the_data_alone(toy_data: Workplace, tiny_folder: Path) -> None:
    result = evaluate(toy_data, tiny_folder, prompts=4, probe_steps=2, real_pictures=60)
    assert result["prompts"] == 4
    assert result["groups"]["subject"]["model"][1] == 4
    assert result["groups"]["subject"]["probe"][1] == 30
    assert set(result["groups"]) == set(REPORT)
    assert set(result["tags"]) == set(MEASURED)
    for group in result["groups"].values():
        assert group["model_readable"][1] <= group["model"][1]
    assert set(result["compute"]) == {"probe", "evaluation"}
    stored = json.loads((toy_data.folder / "evaluation.json").read_text())
    table = as_table(stored)
    assert table == as_table(result)
    assert "| hair colour |" in table
    assert "| scene | crater |" in table
    assert "Tags of which the probe finds less than 90% on real pictures: " in table


def test_the_report_tells_what_the_training_cost(toy_data: Workplace, tiny_folder: Path) -> None:
    save_checkpoint(toy_data.checkpoint("denoiser"), {"cost": {"pictures": 12_000, "core_seconds": 600}})
    result = evaluate(toy_data, tiny_folder, prompts=2, probe_steps=2, real_pictures=60)
    assert "- denoiser: 12,000 pictures seen, 10 core minutes" in as_table(result)
