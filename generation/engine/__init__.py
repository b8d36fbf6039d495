"""The image engine: jobs in, pictures and progress out. It knows no Django and can be used alone.

One engine per device. It advances all running jobs one denoising step at a time; jobs that share a checkpoint
and a size share one batched denoiser call, whatever their prompts, seeds, step counts, guidance or sampler. Each
job owns its diffusers scheduler and its random generator, so its picture equals what the stock pipeline draws
(CPU, float32: within one level of 255; rounding differs with the batch size, `exact=True` runs a job alone). A job
may start from a picture, paint under a mask, or draw a second time larger; it shares calls with the others all the
same.

    engine = Engine(device="cpu")
    engine.add(EngineJob(id=1, checkpoint="/models/tiny", prompt="red hair", width=128, height=128,
                         steps=20, sampler="Euler a", guidance=5.0, seed=42))
    while not engine.idle:
        for event in engine.step():
            match event:
                case Progress(job_id, step, total): ...
                case Preview(job_id, step, image): ...      # PIL, at most 128 pixels a side
                case Finished(job_id=job_id, image=image): ...
                case Failed(job_id, code, params): ...
                case Cancelled(job_id): ...

`Engine.add` raises `EngineError` (code and parameters, all listed in `errors.ERROR_CODES`); what goes wrong later
comes as `Failed` with the same codes. `EngineBusy` means: not now, ask again when a job has ended.
An engine belongs to one thread.

Importing this package does not import torch or diffusers (six seconds of CPU): only `Engine` does, when it is
first asked for. The web process may use `sampler_names`, `checkpoint_files`, `prompt_syntax`,
`prompt_schedule` and `prompt_tokens` freely.

How it is laid out: `engine` is the loop (who runs, who leaves, whose turn it is at the VAE), `batch_limits` says how
many share a call; `resident` holds loaded checkpoints under a byte budget; a *family* (`families`: the protocol;
`stable_diffusion`, `stable_diffusion_xl`) turns a job into a run and knows how to prepare, predict, preview and decode
it; what can't be batched, `stock` draws with the pipelines of diffusers as they are, a step at a time; `remote` has an
image server draw. Of the Stable Diffusion families `denoising` is one job's way through
its passes (`noise_levels`) and the shared call (`conditioning`: what prompts tell it); what a pass starts from is made
by `image_to_image`, `inpainting` and `hires`, on the way between pictures and latents that `latent_codec` and
`framing` know. `canvas` enlarges a picture for outpainting.
Prompts go from text to spans (`prompt_syntax`, `prompt_schedule`), to tokens (`prompt_tokens`), to embeddings
(`prompt_encoder`), to which one is used when (`prompt_plan`). What a job adds to a checkpoint: `adapters` (LoRAs),
`embeddings` (textual inversion), `other_vaes`.
Not here: queues, leases, users, files of finished pictures.
"""

from typing import TYPE_CHECKING, Any

from generation.engine.errors import EngineBusy, EngineError
from generation.engine.events import Cancelled, Event, Failed, Finished, Preview, Progress
from generation.engine.jobs import EmbeddingUse, EngineJob, HiresFix, LoraUse
from generation.engine.sampler_names import SAMPLER_NAMES

if TYPE_CHECKING:
    from generation.engine.engine import Engine

__all__ = [
    "SAMPLER_NAMES",
    "Cancelled",
    "EmbeddingUse",
    "Engine",
    "EngineBusy",
    "EngineError",
    "EngineJob",
    "Event",
    "Failed",
    "Finished",
    "HiresFix",
    "LoraUse",
    "Preview",
    "Progress",
]


def __getattr__(name: str) -> Any:
    """Load `Engine`, and torch with it, only when somebody asks for it."""
    if name == "Engine":
        from generation.engine.engine import Engine

        return Engine
    raise AttributeError(name)
