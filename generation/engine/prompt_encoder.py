"""Prompts to embeddings: parsed, divided into chunks, encoded in one batch, weighted as A1111 does.

A prompt of one chunk and no weights is exactly what the stock pipelines' `encode_prompt` makes of it. Clip skip is
counted as A1111 counts it: 1 is the text encoder's last layer. (It is done here, as diffusers' own fails with
transformers 5.6 and later.)
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from generation.engine.conditioning import Conditioning
from generation.engine.errors import EngineError
from generation.engine.prompt_syntax import Syntax, parse
from generation.engine.prompt_tokens import Chunk, Learnt, TokenChunker

CACHED_PROMPTS = 256
"""Negative prompts repeat across people; 256 embeddings of SD 1.5 in float32 are 60 MB."""

MAX_RATIO = 10.0
"""Beyond this, both ways, the mean of a weighted chunk is not restored."""

Vectors = Mapping[str, tuple[torch.Tensor, ...]]
"""What words of textual inversion stand for: for each text encoder, in order, vectors (n, width)."""


class PromptEncoder:
    """Encodes prompts with a checkpoint's text encoders, and remembers the latest results.

    One encoder gives its last layer (or an earlier one, by clip skip), normalised. Two (Stable Diffusion XL) give
    their last layer but one side by side, whatever clip skip says, and the second one a pooled embedding.
    """

    def __init__(self, encoders: Sequence[tuple[Any, Any]], device: torch.device) -> None:
        """`encoders`: (tokenizer, text encoder) each; of two, the second one has a projection."""
        self._encoders = [_Encoder(tokenizer, model, device) for tokenizer, model in encoders]
        self._cache: OrderedDict[Hashable, Conditioning] = OrderedDict()

    def encode(
        self,
        text: str,
        syntax: Syntax = "a1111",
        clip_skip: int = 1,
        vectors: Vectors | None = None,
        variant: Hashable = None,
    ) -> Conditioning:
        """Return the embedding of a prompt, however long.

        `variant` tells apart what changes the result besides: the LoRAs that are on, the files of `vectors`. Raises
        EngineError bad_clip_skip when there are not so many layers.
        """
        if len(self._encoders) > 1:
            clip_skip = 1
        key = (text, syntax, clip_skip, variant)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        result = self._compute(text, syntax, clip_skip, vectors or {})
        self._cache[key] = result
        if len(self._cache) > CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return result

    def _compute(self, text: str, syntax: Syntax, clip_skip: int, vectors: Vectors) -> Conditioning:
        prompt = parse(text, syntax).chunks
        chunks = [
            encoder.chunker.chunks(prompt, {word: len(tables[place]) for word, tables in vectors.items()})
            for place, encoder in enumerate(self._encoders)
        ]
        for one in chunks:
            one += [Chunk()] * (max(map(len, chunks)) - len(one))
        if len(self._encoders) == 1:
            (encoder,) = self._encoders
            return Conditioning(encoder.layer(chunks[0], clip_skip, _tables(vectors, 0)))
        hidden = []
        pooled = None
        for place, encoder in enumerate(self._encoders):
            tokens, pooled = encoder.layer_and_pooled(chunks[place], _tables(vectors, place))
            hidden.append(tokens)
        return Conditioning(torch.cat(hidden, dim=-1), pooled)


def _tables(vectors: Vectors, place: int) -> dict[str, torch.Tensor]:
    return {word: tables[place] for word, tables in vectors.items()}


class _Encoder:
    """One tokenizer with its CLIP text encoder."""

    def __init__(self, tokenizer: Any, model: Any, device: torch.device) -> None:
        self._model = model
        # The text model proper: before transformers 5.6 a part of its own, with a projection it still is.
        self._text_model = getattr(model, "text_model", model)
        self._device = device
        self.chunker = TokenChunker(tokenizer, model.config.max_position_embeddings)

    def layer(self, chunks: Sequence[Chunk], clip_skip: int, tables: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the `clip_skip`-th layer from the end, normalised: (1, tokens of all chunks, width)."""
        layers = self._model.config.num_hidden_layers
        if clip_skip > layers:
            raise EngineError("bad_clip_skip", clip_skip=clip_skip, maximum=layers)
        output = self._run(chunks, tables, output_hidden_states=clip_skip > 1)
        hidden = output[0]
        if clip_skip > 1:
            hidden = self._text_model.final_layer_norm(output.hidden_states[-clip_skip])
        return self._finish(hidden, chunks)

    def layer_and_pooled(
        self, chunks: Sequence[Chunk], tables: Mapping[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the last layer but one, (1, tokens, width), and what the encoder pooled from the first chunk."""
        output = self._run(chunks, tables, output_hidden_states=True)
        return self._finish(output.hidden_states[-2], chunks), output[0][:1]

    def _run(self, chunks: Sequence[Chunk], tables: Mapping[str, torch.Tensor], **arguments: Any) -> Any:
        ids = torch.tensor([self.chunker.ids(chunk) for chunk in chunks], device=self._device)
        if getattr(self._model.config, "use_attention_mask", False):
            lengths = torch.tensor([len(chunk.tokens) + 2 for chunk in chunks], device=self._device)
            places = torch.arange(self.chunker.max_tokens, device=self._device)
            arguments["attention_mask"] = (places[None, :] < lengths[:, None]).to(torch.long)
        with self._learnt(chunks, tables):
            return self._model(ids, **arguments)

    @contextmanager
    def _learnt(self, chunks: Sequence[Chunk], tables: Mapping[str, torch.Tensor]) -> Iterator[None]:
        """While this lasts, the model reads the learnt vectors at their places: nothing shared is changed."""
        places = [
            (row, column + 1, token)
            for row, chunk in enumerate(chunks)
            for column, token in enumerate(chunk.tokens)
            if isinstance(token, Learnt)
        ]
        if not places:
            yield
            return

        def replace(_module: Any, _arguments: Any, embedded: torch.Tensor) -> torch.Tensor:
            embedded = embedded.clone()
            for row, column, token in places:
                embedded[row, column] = tables[token.word][token.number].to(embedded)
            return embedded

        hook = self._text_model.embeddings.token_embedding.register_forward_hook(replace)
        try:
            yield
        finally:
            hook.remove()

    def _finish(self, hidden: torch.Tensor, chunks: Sequence[Chunk]) -> torch.Tensor:
        """Weigh each chunk's tokens, keeping the chunk's mean as it was, and lay the chunks one after the other."""
        hidden = hidden.to(dtype=self._model.dtype, device=self._device)
        if any(weight != 1 for chunk in chunks for weight in chunk.weights):
            hidden = torch.stack([_weighed(row, chunk.weights) for row, chunk in zip(hidden, chunks, strict=True)])
        return hidden.reshape(1, -1, hidden.shape[-1])


def _weighed(hidden: torch.Tensor, weights: Sequence[float]) -> torch.Tensor:
    """Multiply tokens (length, width) by their weights, then all of them so that their mean is what it was."""
    if all(weight == 1 for weight in weights):
        return hidden
    factors = torch.ones(len(hidden), dtype=torch.float32)
    factors[1 : len(weights) + 1] = torch.tensor(weights, dtype=torch.float32)
    weighed = hidden * factors.to(hidden)[:, None]
    ratio = float(hidden.float().mean() / weighed.float().mean())
    # A mean near zero, or one that weights below zero have turned round, says nothing about strength.
    return weighed * ratio if 1 / MAX_RATIO <= ratio <= MAX_RATIO else weighed
