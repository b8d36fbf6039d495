"""Tokenizers of the kinds that text encoders come with, knowing letters only. Nothing is fetched."""

import string
from typing import Any

from transformers import (
    BertTokenizer,
    ByT5Tokenizer,
    CLIPTokenizer,
    GemmaTokenizer,
    PreTrainedTokenizerFast,
    Qwen2Tokenizer,
    T5Tokenizer,
)

LETTERS = string.ascii_letters + string.digits + string.punctuation
_CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }} "
    "{% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}<|im_end|>{% endfor %}"
)
VOCABULARY = 256
"""No tokenizer here has more entries: the size of every tiny text encoder's table."""


def _numbered(*pieces: str) -> dict[str, int]:
    return {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}


def clip() -> CLIPTokenizer:
    vocabulary = _numbered(*LETTERS, *(letter + "</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>")
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def t5() -> T5Tokenizer:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((letter, -2.0) for letter in "▁" + LETTERS)]
    return T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=512)


def qwen() -> Qwen2Tokenizer:
    specials = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|vision_start|>", "<|vision_end|>")
    tokenizer = Qwen2Tokenizer(vocab=_numbered(*specials, *LETTERS, "Ġ", "Ċ"), merges=[], model_max_length=4096)
    tokenizer.add_special_tokens({"additional_special_tokens": list(specials[1:])})
    tokenizer.chat_template = _CHAT
    return tokenizer


def gemma() -> GemmaTokenizer:
    vocabulary = _numbered("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS)
    return GemmaTokenizer(vocab=vocabulary, merges=[], model_max_length=1024)


def bert() -> BertTokenizer:
    marks = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    vocabulary = _numbered(*marks, *LETTERS, *("##" + letter for letter in LETTERS))
    return BertTokenizer(vocab=vocabulary, model_max_length=77)


def byt5() -> ByT5Tokenizer:
    return ByT5Tokenizer(extra_ids=0)


def chat() -> PreTrainedTokenizerFast:
    """As large language models bring one: Mistral's, GLM's, Llama's."""
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=qwen()._tokenizer, pad_token="<|endoftext|>", eos_token="<|im_end|>", model_max_length=512
    )
    tokenizer.chat_template = _CHAT
    return tokenizer
