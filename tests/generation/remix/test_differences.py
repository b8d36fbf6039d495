"""Settings of two recipes, and what is left out of them for whoever may not read both prompts."""

from gallery.provenance import Axis, EmbeddingEntry, LoraEntry
from generation.remix.differences import Differences, differences
from tests.factories import make_recipe

INK, SEA = LoraEntry("ink", weight=0.8), LoraEntry("sea")


def rows(found: Differences) -> dict[str, tuple[str, str]]:
    return {str(row.label): (row.before, row.after) for row in found.changed}


def test_the_same_recipe_differs_in_nothing() -> None:
    found = differences(make_recipe(), make_recipe())
    assert not found
    assert found.changed == []
    assert {str(row.label) for row in found.kept} >= {"Model", "Sampler", "Steps", "Guidance", "Seed", "Size"}


def test_every_setting_that_was_changed_is_told() -> None:
    before = make_recipe(loras=(INK, SEA), width=64, height=64, denoise=0.6, embeddings=(EmbeddingEntry("bad"),))
    after = make_recipe(
        loras=(LoraEntry("ink", weight=1.0), LoraEntry("sky")), width=96, height=64, steps=30, cfg=7.5, seed=43,
        sampler="DDIM", model_name="other", model_hash="ff" * 32, clip_skip=2, hires_scale=1.5,
    )  # fmt: skip
    assert rows(differences(before, after)) == {
        "Model": ("tiny", "other"),
        "LoRA ink": ("0.8", "1"),
        "LoRA sea": ("1", ""),
        "LoRA sky": ("", "1"),
        "Sampler": ("Euler a", "DDIM"),
        "Steps": ("20", "30"),
        "Guidance": ("7", "7.5"),
        "Seed": ("42", "43"),
        "Size": ("64 × 64", "96 × 64"),
        "Strength": ("0.6", ""),
        "Clip skip": ("", "2"),
        "Second pass, enlarged by": ("", "1.5"),
        "Embeddings": ("bad", ""),
    }


def test_two_models_of_one_name_are_told_apart_by_their_hash() -> None:
    assert list(rows(differences(make_recipe(), make_recipe(model_hash="ff" * 32)))) == ["Model hash"]


def test_nothing_private_is_told_where_a_prompt_may_not_be_read() -> None:
    before = make_recipe(prompt="secret", negative_prompt="hush", loras=(INK,), seed=31337, steps=5)
    after = make_recipe(prompt="open", embeddings=(EmbeddingEntry("veil"),))
    found = differences(before, after, private=False)
    assert found.texts is None
    assert rows(found) == {"Steps": ("5", "20")}
    for word in ("secret", "hush", "ink", "31337", "open", "veil", "42"):
        assert word not in repr(found)


def test_what_a_sheet_compares_is_a_difference_and_as_private_as_the_prompt() -> None:
    words, steps = Axis("words", ("veiled", "")), Axis("steps", ("4", "8"))
    before, after = make_recipe(axes=(steps,)), make_recipe(axes=(words, steps))
    assert rows(differences(make_recipe(), before)) == {"Compared: Steps": ("", "4, 8")}
    assert rows(differences(before, after)) == {"Compared: Words of the prompt": ("", "veiled, (nothing)")}
    hidden = differences(before, after, private=False)
    assert not hidden
    assert "veiled" not in repr(hidden)
    assert "Compared: Steps" in {str(row.label) for row in hidden.kept}
