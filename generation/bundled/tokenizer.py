"""A tokenizer whose tokens are whole tags.

Unknown text vanishes; commas, order, case, underscores, brackets and weights do not matter. It is a byte-pair model
without merges and without an unknown token, to which every tag is added as one token; the longest tag wins.
"""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, processors
from transformers import PreTrainedTokenizerFast

END, START = "<|endoftext|>", "<|startoftext|>"
MAX_TOKENS = 32

# Spellings people type, applied after lower-casing and after underscores became spaces.
ALIASES: tuple[tuple[str, str], ...] = (
    ("blond hair", "blonde hair"),
    ("gray", "grey"),
    ("moustache", "mustache"),
    ("one eyed", "one-eyed"),
)


def build_tokenizer(tags: Sequence[str]) -> PreTrainedTokenizerFast:
    """A tokenizer in which the tag at place i of ``tags`` has the number i + 2 (0 is end and padding, 1 is start)."""
    tokenizer = Tokenizer(models.BPE(vocab={END: 0, START: 1}, merges=[]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace("\\", ""),
            normalizers.Replace(Regex(r"[_\s]+"), " "),
            *(normalizers.Replace(typed, meant) for typed, meant in ALIASES),
        ]
    )
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in (END, START)])
    tokenizer.add_tokens([AddedToken(spoken(tag), single_word=True, normalized=True) for tag in tags])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, 1), (END, 0)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=START,
        eos_token=END,
        pad_token=END,
        unk_token=END,
        model_max_length=MAX_TOKENS,
        clean_up_tokenization_spaces=False,
    )


def spoken(tag: str) -> str:
    """The tag as it is matched: with spaces for underscores."""
    return tag.replace("_", " ")


def token_numbers(tags: Sequence[str], known: dict[str, int]) -> list[int]:
    """The padded token numbers of a list of tags, as the tokenizer would give them, without running it."""
    numbers = [1, *(known[tag] for tag in tags)][: MAX_TOKENS - 1]
    return numbers + [0] * (MAX_TOKENS - len(numbers))
