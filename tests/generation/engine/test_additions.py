"""LoRAs, textual inversion and other VAEs draw what the stock pipelines draw with them, and leave no trace."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from generation.engine import EmbeddingUse, Engine, EngineError, EngineJob, Finished, LoraUse
from generation.engine.adapters import KEPT_UNUSED
from generation.engine.samplers import make_scheduler
from tests.generation.engine.driving import difference, job, pictures, run_out, run_staggered
from tests.generation.engine.tiny_additions import (
    embedding,
    kohya_lora,
    load,
    original_vae_file,
    peft_lora,
    vae_file,
    vae_folder,
)


def stock_with(one: EngineJob, vae: Any = None) -> Image.Image:
    """Draw a job with a fresh stock pipeline and its own loaders."""
    pipeline = load(Path(one.checkpoint))
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = make_scheduler(one.sampler, pipeline.scheduler.config)
    if vae is not None:
        pipeline.vae = vae
    names = []
    for number, lora in enumerate(one.loras):
        pipeline.load_lora_weights(lora.path, adapter_name=f"lora{number}")
        names.append(f"lora{number}")
    if names:
        parts = ["unet", "text_encoder", "text_encoder_2"]
        given = [
            {part: lora.weight if part == "unet" else lora.text_weight for part in parts if hasattr(pipeline, part)}
            for lora in one.loras
        ]
        pipeline.set_adapters(names, given)
    for use in one.embeddings:
        tensors = load_file(use.path)
        if "clip_l" in tensors:
            for table, number in (("clip_l", ""), ("clip_g", "_2")):
                pipeline.load_textual_inversion(
                    {use.word: tensors[table]},
                    token=use.word,
                    text_encoder=getattr(pipeline, f"text_encoder{number}"),
                    tokenizer=getattr(pipeline, f"tokenizer{number}"),
                )
        else:
            pipeline.load_textual_inversion(use.path, token=use.word)
    drawn: Image.Image = pipeline(
        one.prompt,
        negative_prompt=one.negative_prompt or None,
        width=one.width,
        height=one.height,
        num_inference_steps=one.steps,
        guidance_scale=one.guidance,
        generator=torch.Generator("cpu").manual_seed(one.seed),
    ).images[0]
    return drawn


@pytest.fixture(scope="module")
def loras(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("loras")
    return {
        "kohya": str(kohya_lora(folder / "kohya.safetensors", checkpoint, seed=1)),
        "peft": str(peft_lora(folder / "peft.safetensors", checkpoint, seed=2)),
    }


@pytest.fixture(scope="module")
def xl_lora(xl_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(kohya_lora(tmp_path_factory.mktemp("loras") / "xl.safetensors", xl_checkpoint, seed=3))


@pytest.fixture(scope="module")
def other_vae(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vae_folder(tmp_path_factory.mktemp("vaes") / "other", checkpoint, seed=9)


def refused(engine: Engine, one: EngineJob) -> tuple[str, dict[str, Any]]:
    with pytest.raises(EngineError) as caught:
        engine.add(one)
    assert engine.running == 0
    return caught.value.code, caught.value.params


def test_jobs_with_and_without_loras_run_side_by_side_and_equal_the_stock_pipeline(
    checkpoint: Path, loras: dict[str, str]
) -> None:
    kohya, peft = loras["kohya"], loras["peft"]
    jobs = [
        job("none", checkpoint),
        job("kohya", checkpoint, loras=(LoraUse(kohya, 0.8, 0.8),), sampler="Euler a"),
        job("same set", checkpoint, loras=(LoraUse(kohya, 0.8, 0.8),), prompt="smile", seed=3),
        job("weaker", checkpoint, loras=(LoraUse(kohya, 0.3, 1.0),)),
        job("peft", checkpoint, loras=(LoraUse(peft, 1.5, 1.0),), guidance=1.0),
        job("both", checkpoint, loras=(LoraUse(kohya, 0.5, 0.5), LoraUse(peft, -1.0, 1.0)), steps=6),
        job("none again", checkpoint, sampler="DPM++ 2M", seed=5),
    ]
    drawn = run_staggered(Engine(), jobs)
    worst = {one.id: difference(drawn[one.id], stock_with(one)) for one in jobs}
    assert max(worst.values()) <= 1, worst
    for changed in ("kohya", "weaker", "peft", "both"):
        plain = next(one for one in jobs if one.id == changed)
        engine = Engine()
        engine.add(replace(plain, loras=()))
        assert difference(pictures(run_out(engine))[changed], drawn[changed]) > 3, changed


def test_an_xl_lora_changes_the_denoiser_and_both_text_encoders(xl_checkpoint: Path, xl_lora: str) -> None:
    one = job("a", xl_checkpoint, loras=(LoraUse(xl_lora, 0.7, 0.7),))
    only_text = replace(one, id="text", loras=(LoraUse(xl_lora, 0.0, 1.0),))
    drawn = run_staggered(Engine(), [one, only_text, replace(one, id="none", loras=())])
    assert difference(drawn["a"], stock_with(one)) <= 1
    assert difference(drawn["text"], stock_with(only_text)) <= 1
    assert difference(drawn["text"], drawn["none"]) > 3


def test_jobs_of_equal_sets_share_calls_and_others_do_not(checkpoint: Path, loras: dict[str, str]) -> None:
    engine = Engine()
    use = (LoraUse(loras["peft"], 0.5, 0.5),)
    for one in ("a", "b", "c"):
        engine.add(job(one, checkpoint, seed=ord(one), loras=use))
    engine.add(job("plain", checkpoint))
    finished = {event.job_id: event for event in run_out(engine) if isinstance(event, Finished)}
    assert set(finished["a"].batch_sizes) == {3}
    assert set(finished["plain"].batch_sizes) == {1}


def test_unused_loras_leave_memory_and_the_checkpoint_is_what_it_was(checkpoint: Path, tmp_path: Path) -> None:
    engine = Engine()
    engine.add(job("before", checkpoint))
    before = pictures(run_out(engine))["before"]
    loaded: Any = next(iter(engine._residents._loaded.values()))
    weights = {key: tensor.clone() for key, tensor in loaded.unet.state_dict().items()}
    own = loaded.nbytes
    for number in range(KEPT_UNUSED + 3):
        path = peft_lora(tmp_path / f"{number}.safetensors", checkpoint, seed=number)
        engine.add(job(number, checkpoint, loras=(LoraUse(str(path), 1.0, 1.0),), steps=1))
        run_out(engine)
        assert len(loaded._adapters._loaded) <= KEPT_UNUSED + 1
    assert loaded.nbytes > own
    engine.add(job("after", checkpoint))
    after = pictures(run_out(engine))["after"]
    assert after.tobytes() == before.tobytes()
    loaded._adapters.drop_unused()
    assert loaded.nbytes == own
    now = loaded.unet.state_dict()
    assert now.keys() == weights.keys()
    assert all(torch.equal(now[key], tensor) for key, tensor in weights.items())


def test_when_memory_runs_out_only_what_runs_use_stays(
    checkpoint: Path, loras: dict[str, str], other_vae: Path
) -> None:
    one = job("a", checkpoint, loras=(LoraUse(loras["kohya"], 1.0, 1.0),))
    engine = Engine()
    engine.add(one)
    alone = pictures(run_out(engine))["a"]
    loaded: Any = next(iter(engine._residents._loaded.values()))
    with_one = loaded.nbytes
    engine.add(job("b", checkpoint, loras=(LoraUse(loras["peft"], 1.0, 1.0),), vae=str(other_vae), steps=1))
    run_out(engine)
    assert loaded.nbytes > with_one
    calls: list[int] = []

    def small_device(_module: Any, _arguments: Any) -> None:
        calls.append(loaded.nbytes)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("as a small GPU would say")

    engine.add(one)
    handle = loaded.unet.register_forward_pre_hook(small_device)
    try:
        drawn = pictures(run_out(engine))["a"]
    finally:
        handle.remove()
    assert calls[0] > with_one
    assert set(calls[1:]) == {with_one}
    assert drawn.tobytes() == alone.tobytes()


def test_a_lora_whose_file_was_replaced_is_read_anew(checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "changing.safetensors"
    one = job("a", checkpoint, loras=(LoraUse(str(path), 1.0, 1.0),))
    engine = Engine()
    drawn = []
    for seed in (1, 2):
        peft_lora(path, checkpoint, seed=seed, strength=0.2 + seed / 10)
        engine.add(one)
        drawn.append(pictures(run_out(engine))["a"])
    assert difference(*drawn) > 3


def test_loras_that_cannot_be_used_are_refused_and_the_next_job_is_fine(
    checkpoint: Path, xl_lora: str, loras: dict[str, str], tmp_path: Path
) -> None:
    engine = Engine()

    def code(path: str) -> tuple[str, dict[str, Any]]:
        return refused(engine, job("a", checkpoint, loras=(LoraUse(loras["peft"]), LoraUse(path))))

    assert code(str(tmp_path / "gone.safetensors")) == ("missing_resource", {"resource": "gone.safetensors"})
    assert code(xl_lora)[0] == "resource_of_another_family"
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(Path(loras["kohya"]).read_bytes()[:-9])
    assert code(str(cut)) == ("corrupt_resource", {"resource": "cut.safetensors", "reason": "truncated"})
    other = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2, 2)}, other)
    assert code(str(other)) == ("corrupt_resource", {"resource": "other.safetensors", "reason": "keys"})
    elsewhere = tmp_path / "elsewhere.safetensors"
    down, up = torch.zeros(4, 32), torch.zeros(32, 4)
    save_file({"unet.nowhere.to_q.lora_A.weight": down, "unet.nowhere.to_q.lora_B.weight": up}, elsewhere)
    assert code(str(elsewhere))[0] == "resource_of_another_family"
    shaped = tmp_path / "shaped.safetensors"
    tensors = {
        key: torch.cat([value, value], -1) if "A" in key else value for key, value in load_file(loras["peft"]).items()
    }
    save_file(tensors, shaped)
    assert code(str(shaped))[0] == "resource_of_another_family"
    one = job("fine", checkpoint, loras=(LoraUse(loras["peft"]),))
    engine.add(one)
    assert difference(pictures(run_out(engine))["fine"], stock_with(one)) <= 1


def test_textual_inversion_equals_the_stock_pipeline(checkpoint: Path, tmp_path: Path) -> None:
    a1111 = str(embedding(tmp_path / "a.safetensors", {"emb_params": (3, 32)}, seed=1))
    diffusers = str(embedding(tmp_path / "b.safetensors", {"<neat>": (1, 32)}, seed=2))
    jobs = [
        job("a1111", checkpoint, prompt="1girl, <neat>, smile", embeddings=(EmbeddingUse("<neat>", a1111),)),
        job("diffusers", checkpoint, prompt="<neat>", embeddings=(EmbeddingUse("<neat>", diffusers),)),
        job("none", checkpoint, prompt="1girl, <neat>, smile"),
    ]
    drawn = run_staggered(Engine(), jobs)
    for one in jobs:
        assert difference(drawn[one.id], stock_with(one)) <= 1, one.id
    assert difference(drawn["a1111"], drawn["none"]) > 3


def test_xl_textual_inversion_has_a_table_for_each_text_encoder(xl_checkpoint: Path, tmp_path: Path) -> None:
    path = str(embedding(tmp_path / "xl.safetensors", {"clip_l": (2, 32), "clip_g": (2, 40)}, seed=3))
    one = job("a", xl_checkpoint, prompt="1girl, <neat>", embeddings=(EmbeddingUse("<neat>", path),))
    drawn = run_staggered(Engine(), [one, replace(one, id="none", embeddings=())])
    assert difference(drawn["a"], stock_with(one)) <= 1
    assert difference(drawn["a"], drawn["none"]) > 3


def test_embeddings_that_cannot_be_used_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    engine = Engine()

    def code(path: Path) -> str:
        return refused(engine, job("a", checkpoint, embeddings=(EmbeddingUse("x", str(path)),)))[0]

    assert code(tmp_path / "gone.safetensors") == "missing_resource"
    assert code(embedding(tmp_path / "wide.safetensors", {"emb_params": (1, 40)}, 1)) == "resource_of_another_family"
    assert code(embedding(tmp_path / "many.safetensors", {"emb_params": (2000, 32)}, 1)) == "corrupt_resource"
    assert code(embedding(tmp_path / "two.safetensors", {"a": (1, 32), "b": (1, 32)}, 1)) == "corrupt_resource"
    pickle = tmp_path / "x.pt"
    pickle.write_bytes(b"\x80\x02}.")
    assert code(pickle) == "corrupt_resource"


def test_another_vae_draws_as_in_the_stock_pipeline_beside_jobs_with_the_checkpoints_own(
    checkpoint: Path, other_vae: Path, tmp_path: Path
) -> None:
    places = {
        "folder": other_vae,
        "diffusers' keys": vae_file(tmp_path / "diffusers.safetensors", other_vae),
        "original keys": original_vae_file(tmp_path / "original.safetensors", other_vae),
    }
    jobs = [job("own", checkpoint), *(job(name, checkpoint, vae=str(path)) for name, path in places.items())]
    engine = Engine()
    for one in jobs:
        engine.add(one)
    finished = {event.job_id: event for event in run_out(engine) if isinstance(event, Finished)}
    assert set(finished["own"].batch_sizes) == {4}, "the denoiser doesn't care"
    vae = load(checkpoint).vae.from_pretrained(other_vae)
    for name in places:
        assert difference(finished[name].image, stock_with(jobs[0], vae=vae)) <= 1, name
    assert difference(finished["own"].image, stock_with(jobs[0])) <= 1
    assert difference(finished["own"].image, finished["folder"].image) > 3


def test_vaes_that_cannot_be_used_are_refused(
    checkpoint: Path, zero_snr_checkpoint: Path, loras: dict[str, str], other_vae: Path, tmp_path: Path
) -> None:
    engine = Engine()
    assert refused(engine, job("a", checkpoint, vae=str(tmp_path / "gone")))[0] == "missing_resource"
    assert refused(engine, job("a", checkpoint, vae=loras["peft"]))[0] == "corrupt_resource"
    assert refused(engine, job("a", zero_snr_checkpoint, vae=str(other_vae)))[0] == "unsupported"
    partial = tmp_path / "partial.safetensors"
    tensors = load_file(vae_file(tmp_path / "whole.safetensors", other_vae))
    save_file({key: tensor for key, tensor in tensors.items() if "up_blocks" not in key}, partial)
    assert refused(engine, job("a", checkpoint, vae=str(partial)))[0] == "corrupt_resource"
    scaled = load(checkpoint).vae
    scaled.register_to_config(scaling_factor=0.13025)
    scaled.save_pretrained(tmp_path / "scaled")
    assert refused(engine, job("a", checkpoint, vae=str(tmp_path / "scaled")))[0] == "resource_of_another_family"


def test_a_prompt_can_change_while_it_is_drawn(checkpoint: Path) -> None:
    prompts = {
        "first": "1girl",
        "second": "night sky, glasses",
        "early": "[1girl:night sky, glasses:0.0]",
        "late": "[1girl:night sky, glasses:99]",
        "half": "[1girl:night sky, glasses:0.5]",
        "turns": "[1girl|night sky, glasses]",
    }
    jobs = [job(name, checkpoint, prompt=prompt, steps=6, guidance=9.0) for name, prompt in prompts.items()]
    drawn = run_staggered(Engine(), jobs)
    assert difference(drawn["early"], drawn["second"]) <= 1
    assert difference(drawn["late"], drawn["first"]) <= 1
    for name in ("half", "turns"):
        apart = {other: difference(drawn[name], drawn[other]) for other in prompts if other != name}
        assert min(apart.values()) > 1, apart
