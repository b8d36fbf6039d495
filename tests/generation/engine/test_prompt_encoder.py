"""Embeddings are the stock pipeline's own; longer and weighted prompts are made of them as A1111 makes them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DiffusionPipeline
from transformers import CLIPTextConfig, CLIPTextModel

from generation.engine import EngineError
from generation.engine.clip_tokenizer import make_clip_tokenizer
from generation.engine.conditioning import Conditioning
from generation.engine.prompt_encoder import CACHED_PROMPTS, PromptEncoder
from generation.engine.prompt_plan import current, make_plans
from generation.engine.prompt_syntax import parse
from generation.engine.prompt_tokens import Learnt, TokenChunker, token_count
from generation.engine.single_file import layout_of

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pipeline(checkpoint: Path) -> Any:
    pipeline = DiffusionPipeline.from_pretrained(checkpoint, local_files_only=True, safety_checker=None)
    # As in a trained one, what the last normalisation gives has a mean.
    torch.nn.init.constant_(pipeline.text_encoder.final_layer_norm.bias, 0.3)
    return pipeline


@pytest.fixture(scope="module")
def xl_pipeline(xl_checkpoint: Path) -> Any:
    return DiffusionPipeline.from_pretrained(xl_checkpoint, local_files_only=True)


@pytest.fixture
def encoder(pipeline: Any) -> PromptEncoder:
    return PromptEncoder([(pipeline.tokenizer, pipeline.text_encoder)], CPU)


@pytest.fixture(scope="module")
def clip_tokenizer() -> Any:
    return make_clip_tokenizer(layout_of("sd1") / "tokenizer" / "tokenizer_config.json")


def chunks_of(tokenizer: Any, text: str, words: dict[str, int] | None = None) -> list[list[Any]]:
    chunker = TokenChunker(tokenizer, 77)
    return [chunk.tokens for chunk in chunker.chunks(parse(text, "a1111").chunks, words)]


@torch.inference_mode()
@pytest.mark.parametrize("text", ["1girl, red hair", "", "nothing known", "smile " * 14])
def test_a_short_prompt_is_exactly_what_encode_prompt_makes(text: str, pipeline: Any, encoder: PromptEncoder) -> None:
    positive, negative = pipeline.encode_prompt(text, "cpu", 1, True, negative_prompt=text)
    assert torch.equal(encoder.encode(text).tokens, positive)
    assert torch.equal(encoder.encode(text).tokens, negative)


@torch.inference_mode()
def test_xl_prompts_are_exactly_what_encode_prompt_makes(xl_pipeline: Any) -> None:
    encoders = [
        (xl_pipeline.tokenizer, xl_pipeline.text_encoder),
        (xl_pipeline.tokenizer_2, xl_pipeline.text_encoder_2),
    ]
    tokens, _, pooled, _ = xl_pipeline.encode_prompt("1girl, smile", device="cpu", do_classifier_free_guidance=False)
    encoder = PromptEncoder(encoders, CPU)
    for clip_skip in (1, 2):
        made = encoder.encode("1girl, smile", clip_skip=clip_skip)
        assert torch.equal(made.tokens, tokens)
        assert made.pooled is not None
        assert torch.equal(made.pooled, pooled)
    long = encoder.encode("1girl, smile BREAK glasses")
    assert long.tokens.shape[1] == 2 * tokens.shape[1]
    assert long.pooled is not None
    assert torch.allclose(long.pooled, pooled, atol=1e-6)


@torch.inference_mode()
def test_clip_skip_takes_an_earlier_layer_and_normalises_it(pipeline: Any, encoder: PromptEncoder) -> None:
    # What diffusers 0.42 does with a text encoder of transformers before 5.6.
    object.__setattr__(pipeline.text_encoder, "text_model", pipeline.text_encoder)
    try:
        expected, _ = pipeline.encode_prompt("1girl", "cpu", 1, False, clip_skip=1)
    finally:
        object.__delattr__(pipeline.text_encoder, "text_model")
    made = encoder.encode("1girl", clip_skip=2).tokens
    assert torch.equal(made, expected)
    assert not torch.allclose(made, encoder.encode("1girl").tokens)
    with pytest.raises(EngineError) as caught:
        encoder.encode("1girl", clip_skip=3)
    assert (caught.value.code, caught.value.params["maximum"]) == ("bad_clip_skip", 2)


@torch.inference_mode()
def test_a_long_prompt_is_its_chunks_one_after_the_other(encoder: PromptEncoder) -> None:
    whole = encoder.encode("smile " * 20).tokens
    parts = [encoder.encode("smile " * 14).tokens, encoder.encode("smile " * 6).tokens]
    assert torch.allclose(whole, torch.cat(parts, dim=1), atol=1e-5)
    broken = encoder.encode("1girl BREAK smile").tokens
    parts = [encoder.encode("1girl").tokens, encoder.encode("smile").tokens]
    assert torch.allclose(broken, torch.cat(parts, dim=1), atol=1e-5)


@torch.inference_mode()
def test_weights_multiply_tokens_and_keep_the_mean(encoder: PromptEncoder) -> None:
    plain = encoder.encode("1girl smile glasses").tokens
    weighed = encoder.encode("1girl (smile:1.5) glasses").tokens
    factors = torch.ones(plain.shape[1])
    factors[2] = 1.5  # after the start and 1girl
    expected = plain * factors[None, :, None]
    expected = expected * (plain.mean() / expected.mean())
    assert torch.allclose(weighed, expected, rtol=1e-4, atol=1e-5)
    assert torch.allclose(weighed.mean(), plain.mean(), rtol=1e-3, atol=1e-6)
    assert torch.allclose(encoder.encode("1girl 1.5::smile:: glasses", "novelai").tokens, weighed)
    assert torch.equal(encoder.encode("(1girl smile glasses:1)").tokens, plain)
    for text in ("(smile:0)", "(smile:-1)", "((((smile:10):10)"):
        assert encoder.encode(text).tokens.abs().max() < 10 * 10 * plain.abs().max()


@torch.inference_mode()
def test_repeated_prompts_are_encoded_once_and_old_ones_forgotten(pipeline: Any, encoder: PromptEncoder) -> None:
    calls: list[object] = []
    hook = pipeline.text_encoder.register_forward_pre_hook(lambda *_: calls.append(1))
    for _ in range(3):
        encoder.encode("smile")
    assert len(calls) == 1
    encoder.encode("smile", clip_skip=2)
    encoder.encode("smile", "novelai")
    encoder.encode("smile", variant="another LoRA")
    assert len(calls) == 4
    for index in range(CACHED_PROMPTS):
        encoder.encode(f"smile {index}")
    encoder.encode("smile")
    hook.remove()
    assert len(calls) == 4 + CACHED_PROMPTS + 1


@torch.inference_mode()
def test_learnt_vectors_stand_at_their_words_and_nowhere_else(pipeline: Any, encoder: PromptEncoder) -> None:
    table = pipeline.text_encoder.embeddings.token_embedding.weight[[4, 5]].clone()
    vectors = {"<style>": (table,)}
    made = encoder.encode("1girl, by <STYLE>, smile", vectors=vectors, variant="style").tokens
    # The vectors are those of two known tags, so writing the tags is the same.
    first, second = (pipeline.tokenizer.convert_ids_to_tokens(number) for number in (4, 5))
    assert torch.allclose(made, encoder.encode(f"1girl, by {first} {second}, smile").tokens, atol=1e-6)
    assert torch.equal(encoder.encode("1girl", vectors=vectors, variant="style").tokens, encoder.encode("1girl").tokens)
    assert not pipeline.text_encoder.embeddings.token_embedding._forward_hooks


def test_chunks_end_at_a_comma_that_is_near(clip_tokenizer: Any) -> None:
    comma = clip_tokenizer.get_vocab()[",</w>"]
    first, second = chunks_of(clip_tokenizer, "cat " * 70 + ", " + "dog " * 20)
    assert (len(first), first[-1], len(second)) == (71, comma, 20)
    far = chunks_of(clip_tokenizer, "cat " * 40 + ", " + "dog " * 50)
    assert [len(chunk) for chunk in far] == [75, 16]
    assert [len(chunk) for chunk in chunks_of(clip_tokenizer, "cat " * 75 + ", dog")] == [75, 2]


def test_break_ends_a_chunk_and_a_last_one_begins_none(clip_tokenizer: Any) -> None:
    assert [len(chunk) for chunk in chunks_of(clip_tokenizer, "cat BREAK a dog BREAK")] == [1, 2]
    assert chunks_of(clip_tokenizer, "") == [[]]


def test_the_vectors_of_a_word_are_not_divided(clip_tokenizer: Any) -> None:
    first, second = chunks_of(clip_tokenizer, "cat " * 73 + "easynegative dog", {"EasyNegative": 4})
    assert len(first) == 73
    assert second[:4] == [Learnt("EasyNegative", number) for number in range(4)]
    many = chunks_of(clip_tokenizer, "big", {"big": 100})
    assert [len(chunk) for chunk in many] == [75, 25]
    assert chunks_of(clip_tokenizer, "bigger", {"big": 1}) == chunks_of(clip_tokenizer, "bigger")


def test_tokens_can_be_counted_without_a_model(clip_tokenizer: Any) -> None:
    assert token_count("(a photo:1.2) of a cat <lora:x:1>", "a1111", clip_tokenizer) == (5, 75)
    assert token_count("cat " * 80, "plain", clip_tokenizer) == (80, 150)


@torch.inference_mode()
def test_clips_own_tokenizer_is_padded_as_the_stock_pipeline_pads_it(clip_tokenizer: Any) -> None:
    config = CLIPTextConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    model = CLIPTextModel(config).eval()
    ids = clip_tokenizer("a cat", padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    made = PromptEncoder([(clip_tokenizer, model)], CPU).encode("a cat")
    assert torch.equal(made.tokens, model(ids)[0])


def test_a_plan_counts_both_calls_of_a_second_order_step() -> None:
    def encode(text: str) -> Conditioning:
        return Conditioning(torch.tensor([ord(text)]))

    heun, larger = make_plans("[a:b:0.5]", "a1111", "Heun", (11, 5), encode)
    assert [int(current(heun, call).tokens) for call in (0, 5, 6, 10, 11)] == [ord(sign) for sign in "aabbb"]
    assert [int(current(larger, call).tokens) for call in (0, 1, 2, 4)] == [ord(sign) for sign in "aabb"]
    ((only,),) = make_plans("a", "novelai", "Euler", (7,), encode)
    assert only[0] == 7
