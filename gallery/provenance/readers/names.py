"""One spelling for what programs spell in many ways: generators, samplers, schedules, models."""

import re

AUTOMATIC1111 = "AUTOMATIC1111"
FORGE = "Forge"
SD_NEXT = "SD.Next"
COMFYUI = "ComfyUI"
NOVELAI = "NovelAI"
INVOKEAI = "InvokeAI"
FOOOCUS = "Fooocus"
RUINED_FOOOCUS = "RuinedFooocus"
SWARMUI = "SwarmUI"
DRAW_THINGS = "Draw Things"
CIVITAI = "Civitai"
EASY_DIFFUSION = "Easy Diffusion"
MIDJOURNEY = "Midjourney"
FIREFLY = "Adobe Firefly"
DALL_E = "DALL-E"
GOOGLE = "Google AI"
IRODORI = "Irodori"

GENERATORS: dict[str, str] = {
    "a1111": AUTOMATIC1111,
    "automatic1111": AUTOMATIC1111,
    "webui": AUTOMATIC1111,
    "forge": FORGE,
    "sdnext": SD_NEXT,
    "comfyui": COMFYUI,
    "comfy": COMFYUI,
    "novelai": NOVELAI,
    "nai": NOVELAI,
    "invokeai": INVOKEAI,
    "invoke": INVOKEAI,
    "fooocus": FOOOCUS,
    "ruinedfooocus": RUINED_FOOOCUS,
    "swarmui": SWARMUI,
    "swarm": SWARMUI,
    "drawthings": DRAW_THINGS,
    "civitai": CIVITAI,
    "easydiffusion": EASY_DIFFUSION,
    "midjourney": MIDJOURNEY,
    "firefly": FIREFLY,
    "dalle": DALL_E,
    "google": GOOGLE,
    "irodori": IRODORI,
}
"""What people type to what posts have as their generator."""


def generator_name(typed: str) -> str:
    """The generator that `typed` means, in whatever case and with or without blanks; `typed` itself if none does."""
    key = re.sub(r"[\W_]+", "", typed.lower())
    known = {re.sub(r"[\W_]+", "", name.lower()): name for name in GENERATORS.values()}
    return GENERATORS.get(key) or known.get(key) or typed


# As A1111 writes them; to the left as k-diffusion, ComfyUI, InvokeAI and diffusers do.
_SAMPLERS = {
    "euler": "Euler",
    "euler_a": "Euler a",
    "euler_ancestral": "Euler a",
    "heun": "Heun",
    "dpm_2": "DPM2",
    "dpm2": "DPM2",
    "kdpm_2": "DPM2",
    "dpm_2_ancestral": "DPM2 a",
    "dpm_2_a": "DPM2 a",
    "dpm2_a": "DPM2 a",
    "kdpm_2_a": "DPM2 a",
    "lms": "LMS",
    "dpm_fast": "DPM fast",
    "dpm_adaptive": "DPM adaptive",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_2s_a": "DPM++ 2S a",
    "dpmpp_2s": "DPM++ 2S",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_2m_sde_heun": "DPM++ 2M SDE Heun",
    "dpmpp_3m": "DPM++ 3M",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "plms": "PLMS",
    "lcm": "LCM",
    "tcd": "TCD",
    "deis": "DEIS",
    "uni_pc": "UniPC",
    "unipc": "UniPC",
    "uni_pc_bh2": "UniPC bh2",
    "sa_solver": "SA Solver",
    "restart": "Restart",
}
_SCHEDULES = {
    "karras": "Karras",
    "exponential": "Exponential",
    "polyexponential": "Polyexponential",
    "sgm_uniform": "SGM Uniform",
    "uniform": "Uniform",
    "simple": "Simple",
    "normal": "Normal",
    "ddim_uniform": "DDIM",
    "beta": "Beta",
    "kl_optimal": "KL Optimal",
    "align_your_steps": "Align Your Steps",
}
_AFTER_NAME = re.compile(r"^(.+?) (Karras|Exponential|Polyexponential|SGM Uniform|Beta)$")
_FILE_KIND = re.compile(r"\.(?:safetensors|ckpt|pt|pth|bin|gguf|sft|onnx)$", re.IGNORECASE)
_AIR = re.compile(r"^urn:air:[^:]*:[^:]*:([^:]+):(?:[^@]*@)?([^@?.]+)")


def sampler_and_schedule(sampler: str, schedule: str = "") -> tuple[str, str]:
    """`("dpmpp_2m_sde_gpu", "karras")`, `("k_dpmpp_2m_k", "")`, `("DPM++ 2M Karras", "")` as A1111 calls them.

    Names that nobody else has stay as they are.
    """
    key = sampler.strip().lower().replace(" ", "_").removeprefix("k_").removeprefix("sample_").removesuffix("_gpu")
    known = _SAMPLERS.get(key)
    if known is None and key.endswith("_k") and key[:-2] in _SAMPLERS:
        known, schedule = _SAMPLERS[key[:-2]], schedule or "karras"
    if known is None:
        known = sampler.strip()
        if together := _AFTER_NAME.match(known[:100]):
            known, schedule = together[1], schedule or together[2]
    return known, _SCHEDULES.get(schedule.strip().lower().replace(" ", "_"), schedule.strip())


def model_name(file: str) -> str:
    """`SDXL\\\\night.safetensors` is `night`; Civitai's `urn:air:sdxl:lora:civitai:1@23` is `civitai:23`."""
    if address := _AIR.match(file[:300]):
        return f"{address[1]}:{address[2]}"
    return _FILE_KIND.sub("", re.split(r"[/\\]", file.strip())[-1]).strip()
