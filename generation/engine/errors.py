"""What can go wrong in the engine, as codes with parameters; the edge turns them into sentences."""

from typing import Any

ERROR_CODES: dict[str, tuple[str, ...]] = {
    # Refused by Engine.add: the job as asked for can't run.
    "unknown_sampler": ("sampler", "known"),
    "bad_size": ("width", "height", "multiple"),
    "bad_steps": ("steps", "maximum"),
    "bad_guidance": ("guidance",),
    "bad_seed": ("seed", "maximum"),
    "bad_clip_skip": ("clip_skip", "maximum"),
    "bad_weight": ("weight", "maximum"),
    "bad_strength": ("strength",),
    "mask_without_source": (),
    "mask_of_another_size": ("mask", "source"),
    "empty_mask": (),  # also as a Failed event: when the mask is too small or too soft to paint anything
    "full_mask": (),
    # Refused by Engine.add: what is added to the checkpoint (LoRA, embedding, VAE) can't be used with it.
    "missing_resource": ("resource",),
    "corrupt_resource": ("resource", "reason"),
    "resource_of_another_family": ("resource", "family", "wanted"),
    "unsupported": ("what", "checkpoint"),
    "duplicate_job": ("job",),
    # Refused by Engine.add: the checkpoint can't be used.
    "missing_checkpoint": ("checkpoint",),
    "corrupt_checkpoint": ("checkpoint", "file", "reason"),
    "unsupported_checkpoint": ("checkpoint", "reason", "found"),
    # Not now: other jobs hold the memory (EngineBusy).
    "engine_busy": ("checkpoint",),
    # Of a checkpoint that an image server draws with, mostly as a Failed event.
    "remote_address": ("endpoint",),
    "remote_without_key": ("variable",),
    "remote_unreachable": ("reason",),
    "remote_key": ("status",),
    "remote_unknown_model": ("model",),
    "remote_busy": ("status",),
    "remote_rejected": ("status", "answer"),
    "remote_failed": ("status", "answer"),
    "remote_timeout": ("seconds",),
    "remote_bad_answer": ("reason",),
    "remote_wrong_size": ("width", "height", "drawn_width", "drawn_height"),
    # Also as a Failed event of a job that was running.
    "out_of_memory": (),
    "not_a_number": ("step",),
    "black_image": (),
    "engine_error": ("error",),
}
"""Every code the engine uses, with the names of its parameters (all JSON values).

Reasons of corrupt_checkpoint: missing_file, unreadable, not_json, missing_tensors, load, and of a safetensors file
header, header_size, tensor_count, metadata_size, dtype, shape, offsets, truncated.
Reasons of unsupported_checkpoint: family, component, pickle, channels, schedule, format, remote_code,
no_text_encoder, no_vae, tokenizer.
Reasons of corrupt_resource: those of a safetensors file, missing_file, unreadable, keys (no LoRA, embedding or VAE),
lycoris (LoHa, LoKr and the like), load, pickle, format.
Reasons of remote_unreachable: refused (nobody listens), silent (no connection in time), name (no such host), tls,
broken (the connection ended early).
Reasons of remote_bad_answer: redirect, not_json, no_picture, not_a_picture, too_large.
`what` of unsupported: img2img, inpaint, only_masked, hires, lora, embedding, vae, clip_skip.
"""


class EngineError(Exception):
    """A job or a checkpoint that the engine refuses; `code` is a key of `ERROR_CODES`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}"


class EngineBusy(EngineError):  # noqa: N818 - not an error of the job: it may be offered again
    """There is no room for this job's checkpoint while others run; offer the job again later."""

    def __init__(self, checkpoint: str) -> None:
        super().__init__("engine_busy", checkpoint=checkpoint)
