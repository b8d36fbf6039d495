"""One crafted file of every generator in every container it writes, and what ought to be read from it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gallery.provenance import EmbeddingEntry, LoraEntry
from tests.gallery.provenance.readers import graphs
from tests.gallery.provenance.readers.files import (
    chunk,
    described,
    dumps,
    exif,
    png,
    saved,
    stealth,
    unicode_comment,
    with_chunks,
)


@dataclass(frozen=True)
class Sample:
    """A file by its name; `build` makes it; `typed` are the parts of the recipe that must be exactly so."""

    name: str
    build: Callable[[], bytes]
    generator: str
    version: str
    typed: dict[str, Any]


A1111 = (
    "1girl, (red hair:1.2), <lora:ink:0.8>, 夜\n"
    "Negative prompt: blurry, bad-hands\n"
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 1234567890, Size: 512x768, "
    'Model hash: 6ce0161689, Model: v1-5-pruned, VAE hash: 735e4c3a44, VAE: "vae, bright.pt", Clip skip: 2, RNG: CPU, '
    'Lora hashes: "ink: 0123456789ab", TI hashes: "bad-hands: aa7bde2ba4", Version: v1.10.1'
)
A1111_TYPED = {
    "prompt": "1girl, (red hair:1.2), <lora:ink:0.8>, 夜",
    "negative_prompt": "blurry, bad-hands",
    "steps": 28,
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "cfg": 6.5,
    "seed": 1234567890,
    "width": 512,
    "height": 768,
    "model_hash": "6ce0161689",
    "model_name": "v1-5-pruned",
    "vae": "vae, bright",
    "vae_hash": "735e4c3a44",
    "clip_skip": 2,
    "rng": "CPU",
    "loras": (LoraEntry("ink", "", 0.8, 0.8, "0123456789ab"),),
    "embeddings": (EmbeddingEntry("bad-hands", "aa7bde2ba4"),),
    "denoise": None,
}
OLD_A1111 = (
    "castle\nSteps: 20, Sampler: DPM++ 2M SDE Karras, CFG scale: 7, Seed: 5, Size: 512x512, Model hash: abcdef0123, "
    "Denoising strength: 0.4, Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent (nearest-exact)"
)
OLD_A1111_TYPED = {
    "prompt": "castle",
    "sampler": "DPM++ 2M SDE",
    "scheduler": "Karras",
    "denoise": None,
    "hires_denoise": 0.4,
    "hires_scale": 2.0,
    "hires_steps": 10,
    "hires_upscaler": "Latent (nearest-exact)",
}
IMG2IMG = "a hill\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 9, Size: 640x640, Denoising strength: 0.55, Mask blur: 4, Version: v1.9.4"
FORGE = (
    "a fox\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 77, "
    "Size: 896x1152, Model hash: e224b17b6f, Model: flux1-dev-bnb-nf4, "
    "Version: f2.0.1v1.10.1-previous-636-gb835f24a, Module 1: ae, Refiner: glow [0123456789], Refiner switch at: 0.8"
)
SD_NEXT = (
    "a pier\nNegative prompt: fog\nSteps: 24, Size: 1024x1024, Sampler: UniPC, Seed: 31, CFG scale: 5, "
    "Model: noon_XL, Model hash: 1122334455, App: SD.Next, Version: a1b2c3d, Pipeline: StableDiffusionXLPipeline, "
    "Operations: txt2img"
)
CIVITAI = (
    "a garden\nNegative prompt: weeds\nSteps: 25, Sampler: Euler a, CFG scale: 4, Seed: 998877, Size: 832x1216, Clip skip: 2, "
    "Created Date: 2025-11-28T09:18:43.5269343Z, "
    'Civitai resources: [{"type":"checkpoint","modelVersionId":290640,"modelName":"Pony","modelVersionName":"V6 XL"},'
    '{"type":"lora","weight":0.7,"modelVersionId":55,"modelName":"Petals, small"}], Civitai metadata: {"remixOfId": 12}'
)
CIVITAI_TYPED = {
    "prompt": "a garden",
    "negative_prompt": "weeds",
    "seed": 998877,
    "model_name": "Pony",
    "loras": (LoraEntry("Petals, small", "", 0.7, 0.7),),
    "clip_skip": 2,
    "width": 832,
    "height": 1216,
}
CIVITAI_ONE_LINE = (
    "a car in FOG Negative prompt: Steps: 23, Sampler: Undefined, CFG scale: 3.5, Seed: 1760020955, Size: 832x1216, "
    'Civitai resources: [{"type":"checkpoint","modelVersionId":2442439}], Civitai metadata: {}'
)
CIVITAI_HASHES = (
    "a pond\nSteps: 20, Sampler: Euler, CFG scale: 5, Seed: 3, Size: 512x512, Model: lake, Version: v1.7.0, "
    'Hashes: {"model": "0011223344", "lora:reed": "aabbccddee", "embed:frog": "1234512345", "vae": "9999911111"}'
)
COMFY = {
    "prompt": "a lighthouse, 夜",
    "negative_prompt": "blurry",
    "steps": 20,
    "sampler": "Euler a",
    "scheduler": "Karras",
    "cfg": 8.0,
    "seed": 156680208700286,
    "width": 512,
    "height": 768,
    "model_name": "night-v2",
    "denoise": None,
    "loras": (),
}
COMFY_HIRES = {**COMFY, "hires_denoise": 0.45, "hires_steps": 12, "hires_scale": 1.5, "hires_upscaler": "nearest-exact", "vae": "bright"}
COMFY_FLUX = {
    "prompt": "a fox, in snow",
    "negative_prompt": "",
    "seed": None,
    "steps": 28,
    "sampler": "DPM++ 2M",
    "scheduler": "SGM Uniform",
    "guidance": 3.5,
    "width": 1024,
    "height": 1216,
    "model_name": "flux1-dev",
    "vae": "ae",
    "loras": (LoraEntry("ink", "", 0.8, 0.8), LoraEntry("glow", "", 0.5, 0.5)),
}
COMFY_EDITOR = {
    "prompt": "a harbour",
    "negative_prompt": "fog",
    "seed": 4242,
    "steps": 25,
    "cfg": 5.5,
    "sampler": "DPM++ 2M SDE",
    "scheduler": "Exponential",
    "model_name": "dusk",
    "loras": (),
    "width": 640,
    "height": 512,
}
COMFY_SUBGRAPH = {
    "prompt": "a bridge",
    "negative_prompt": "rain",
    "seed": 77,
    "steps": 18,
    "sampler": "Heun",
    "model_name": "dawn",
    "width": 896,
    "height": 640,
}
NOVELAI_COMMENT = {
    "prompt": "1girl, rain",
    "steps": 28,
    "height": 1216,
    "width": 832,
    "scale": 5.0,
    "uncond_scale": 0.0,
    "cfg_rescale": 0.2,
    "seed": 2561483728,
    "n_samples": 1,
    "noise_schedule": "karras",
    "sampler": "k_euler_ancestral",
    "v4_prompt": {
        "caption": {
            "base_caption": "2girls, rain",
            "char_captions": [
                {"char_caption": "girl, red coat", "centers": [{"x": 0.3, "y": 0.5}]},
                {"char_caption": "girl, umbrella", "centers": [{"x": 0.7, "y": 0.5}]},
            ],
        },
        "use_coords": True,
        "use_order": True,
    },
    "v4_negative_prompt": {"caption": {"base_caption": "lowres", "char_captions": []}},
    "uc": "lowres",
    "request_type": "PromptGenerateRequest",
    "signed_hash": "c2lnbmVk",
}
NOVELAI = {
    "Title": "NovelAI generated image",
    "Description": "2girls, rain",
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V4.5 4BDE2A90",
    "Generation time": "4.2",
    "Comment": dumps(NOVELAI_COMMENT),
}
NOVELAI_TYPED = {
    "prompt": "2girls, rain | girl, red coat | girl, umbrella",
    "negative_prompt": "lowres",
    "steps": 28,
    "sampler": "Euler a",
    "scheduler": "Karras",
    "cfg": 5.0,
    "seed": 2561483728,
    "width": 832,
    "height": 1216,
    "model_name": "NovelAI Diffusion V4.5",
    "denoise": None,
}
NOVELAI_3 = NOVELAI | {
    "Source": "Stable Diffusion XL 7BCCAA2C",
    "Description": "1girl, rain",
    "Comment": dumps(
        {key: value for key, value in NOVELAI_COMMENT.items() if not key.startswith("v4")}
        | {"request_type": "Img2ImgRequest", "strength": 0.6}
    ),
}
INVOKE = {
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "a tower",
    "negative_prompt": "crowd",
    "width": 1024,
    "height": 768,
    "seed": 3141592653,
    "rand_device": "cpu",
    "cfg_scale": 7.5,
    "cfg_rescale_multiplier": 0,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "clip_skip": 1,
    "model": {"key": "1-2-3", "hash": "blake3:abc", "name": "Juggernaut XL", "base": "sdxl", "type": "main"},
    "loras": [{"model": {"name": "ivy", "hash": "sha256:0123456789"}, "weight": 0.6}],
    "strength": 0.7,
    "app_version": "5.4.2",
    "positive_style_prompt": "",
}
INVOKE_2 = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "model_hash": "cc6cb27103417325ff94f52b7a5d2dde45a7515b25c255d8e396c90014281516",
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "2.3.5",
    "image": {
        "prompt": [{"prompt": "a mill [cars, people]", "weight": 1.0}],
        "steps": 50,
        "cfg_scale": 7.5,
        "height": 512,
        "width": 640,
        "seed": 42,
        "type": "txt2img",
        "sampler": "k_lms",
    },
}
FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8",
    "base_model_hash": "aeb7e9e689",
    "full_prompt": ["a ship, cinematic", "masterpiece"],
    "full_negative_prompt": ["drawing"],
    "guidance_scale": 4,
    "loras": [["sea", 0.3, "4a64bb3c7b"]],
    "lora_combined_1": "sea : 0.3",
    "metadata_scheme": "fooocus",
    "negative_prompt": "drawing",
    "performance": "Speed",
    "prompt": "a ship",
    "refiner_model": "None",
    "refiner_switch": 0.5,
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "8765432109876543210",
    "sharpness": 2,
    "steps": 30,
    "styles": "['Fooocus V2']",
    "vae": "Default (model)",
    "version": "Fooocus v2.5.5",
}
FOOOCUS_TYPED = {
    "prompt": "a ship",
    "negative_prompt": "drawing",
    "seed": 8765432109876543210,
    "steps": 30,
    "cfg": 4.0,
    "sampler": "DPM++ 2M SDE",
    "scheduler": "Karras",
    "width": 1152,
    "height": 896,
    "model_name": "juggernautXL_v8",
    "model_hash": "aeb7e9e689",
    "loras": (LoraEntry("sea", "4a64bb3c7b", 0.3, 0.3),),
    "refiner": "",
    "refiner_switch": None,
}
FOOOCUS_A1111 = (
    "a ship, cinematic, masterpiece\nNegative prompt: drawing, ugly\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 12, "
    'Size: 1152x896, CFG scale: 4, Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", Model: juggernautXL_v8, '
    'Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, VAE: Default (model), Raw prompt: "a ship, at sea", '
    'Raw negative prompt: drawing, Lora hashes: "sea: 4a64bb3c7b", Lora weights: "sea: 0.3", Version: Fooocus v2.5.5'
)
RUINED = {
    "Prompt": "a cave", "Negative": "bats", "steps": 20, "cfg": 5, "width": 1024, "height": 1024, "seed": 6,
    "sampler_name": "euler", "scheduler": "simple", "base_model_name": "deep.safetensors", "base_model_hash": "aabbccddee",
    "loras": [], "software": "RuinedFooocus",
}  # fmt: skip
OLD_FOOOCUS = {
    "Prompt": "a well", "Negative Prompt": "", "Performance": "Speed", "Resolution": "(1024, 1024)", "Base Model": "old.safetensors",
    "Sampler": "dpmpp_2m_sde_gpu", "Seed": 5, "Guidance Scale": 7, "LoRA 1": "moss.safetensors : 0.5", "Version": "v2.1.0",
}  # fmt: skip
SWARM = {
    "sui_image_params": {
        "prompt": "a photo of a cat",
        "negativeprompt": "dog",
        "model": "OfficialStableDiffusion/sd_xl_base_1.0",
        "seed": 1,
        "steps": "20",
        "cfgscale": "7.0",
        "width": 1024,
        "height": 1024,
        "sampler": "dpmpp_2m",
        "scheduler": "karras",
        "loras": ["fur/soft", "tail"],
        "loraweights": ["0.9", "0.4"],
        "refinerupscale": 1.5,
        "refinercontrolpercentage": 0.3,
        "refinerupscalemethod": "pixel-lanczos",
        "swarm_version": "0.9.6.2",
    },
    "sui_extra_data": {"date": "2025-01-25", "generation_time": "4.84 sec"},
    "sui_models": [
        {"name": "OfficialStableDiffusion/sd_xl_base_1.0.safetensors", "param": "model", "hash": "0x" + "d7" * 32},
        {"name": "fur/soft.safetensors", "param": "loras", "hash": "0x" + "ab" * 32},
    ],
}
SWARM_TYPED = {
    "prompt": "a photo of a cat",
    "negative_prompt": "dog",
    "model_name": "sd_xl_base_1.0",
    "seed": 1,
    "steps": 20,
    "cfg": 7.0,
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "loras": (LoraEntry("soft", "", 0.9, 0.9, "ab" * 32), LoraEntry("tail", "", 0.4, 0.4)),
    "hires_scale": 1.5,
    "hires_denoise": 0.3,
    "hires_upscaler": "pixel-lanczos",
}
DRAW_THINGS = {
    "c": "a red cube <small>", "uc": "blue", "model": "flux_1_dev_q8p.ckpt", "sampler": "DPM++ 2M Karras", "scale": 4.5,
    "seed": 2441935286, "seed_mode": "Scale Alike", "shift": 3, "size": "768x512", "steps": 8, "strength": 1,
    "v2": {"clipSkip": 2, "loras": [{"file": "detail.ckpt", "weight": 0.8, "mode": "all"}], "width": 768},
}  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "&#xA;")


def _draw_things(comment: str) -> str:
    told = "a red cube\n-blue\nSteps: 8, Sampler: DPM++ 2M Karras, Guidance Scale: 4.5, Seed: 2441935286, Size: 768x512, Model: flux_1_dev_q8p.ckpt, Strength: 1.0"
    comment = f'<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(comment)}</rdf:li></rdf:Alt></exif:UserComment>'
    return described(
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(told)}</rdf:li></rdf:Alt></dc:description>'
        f"<xmp:CreatorTool>Draw Things</xmp:CreatorTool>{comment}"
    )


DRAW_THINGS_TYPED = {
    "prompt": "a red cube <small>",
    "negative_prompt": "blue",
    "model_name": "flux_1_dev_q8p",
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "cfg": 4.5,
    "seed": 2441935286,
    "width": 768,
    "height": 512,
    "steps": 8,
    "denoise": None,
    "clip_skip": 2,
    "loras": (LoraEntry("detail", "", 0.8, 0.8),),
}
CIVITAI_COMFY = graphs.simple() | {
    "extra": {"airs": ["urn:air:sdxl:checkpoint:civitai:257749@290640", "urn:air:sdxl:lora:civitai:11@55"]},
    "extraMetadata": dumps(
        {
            "prompt": "a meadow",
            "negativePrompt": "mud",
            "steps": 30,
            "cfgScale": 5,
            "sampler": "Euler a",
            "seed": 246,
            "width": 1024,
            "height": 1024,
            "clipSkip": 2,
            "workflowId": "txt2img",
            "resources": [{"modelVersionId": 290640}, {"modelVersionId": 55, "strength": 0.7}],
        }
    ),
}
EASY = {
    "prompt": "a lamp", "negative_prompt": "dark", "seed": "4141789285", "use_stable_diffusion_model": "models/deliberate_v2",
    "clip_skip": "True", "use_vae_model": "None", "sampler_name": "euler_a", "width": "512", "height": "640",
    "num_inference_steps": "25", "guidance_scale": "7.5", "use_lora_model": "glowworm", "lora_alpha": "0.5",
}  # fmt: skip
MIDJOURNEY = "a paper city, soft light --ar 16:9 --no cars, people --seed 123 --v 6.1 Job ID: 0a1b2c3d-1111-4222-8333-444455556666"

SAMPLES = (
    Sample("a1111.png", lambda: png({"parameters": A1111}), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(A1111))), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-little-endian.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(A1111, "le"))), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111.webp", lambda: saved("WEBP", exif=exif(unicode_comment(A1111))), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111.avif", lambda: saved("AVIF", exif=exif(unicode_comment(A1111))), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-comment.jpg", lambda: saved("JPEG", comment=A1111.encode()), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-stealth.png", lambda: stealth(A1111), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-stealth-plain.png", lambda: stealth(A1111, packed=False), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-stealth-colours.png", lambda: stealth(A1111, colours=True), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-stealth-colours-plain.png", lambda: stealth(A1111, colours=True, packed=False), "AUTOMATIC1111", "v1.10.1", A1111_TYPED),
    Sample("a1111-old-hires.png", lambda: png({"parameters": OLD_A1111}), "AUTOMATIC1111", "", OLD_A1111_TYPED),
    Sample("a1111-inpaint.png", lambda: png({"parameters": IMG2IMG}), "AUTOMATIC1111", "v1.9.4", {"denoise": 0.55, "mask_blur": 4, "hires_denoise": None}),
    Sample("a1111-no-settings.png", lambda: png({"parameters": "{red} fox\nNegative prompt: dog"}), "AUTOMATIC1111", "", {"prompt": "{red} fox", "negative_prompt": "dog", "steps": None}),
    Sample("forge.png", lambda: png({"parameters": FORGE}), "Forge", "f2.0.1v1.10.1-previous-636-gb835f24a", {"guidance": 3.5, "cfg": 1.0, "scheduler": "Simple", "model_name": "flux1-dev-bnb-nf4", "refiner": "glow", "refiner_switch": 0.8}),
    Sample("sdnext.webp", lambda: saved("WEBP", exif=exif(unicode_comment(SD_NEXT))), "SD.Next", "a1b2c3d", {"prompt": "a pier", "negative_prompt": "fog", "sampler": "UniPC", "model_name": "noon_XL", "width": 1024}),
    Sample("civitai.png", lambda: png(exif=exif(unicode_comment(CIVITAI))), "Civitai", "", CIVITAI_TYPED),
    Sample("civitai.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(CIVITAI))), "Civitai", "", CIVITAI_TYPED),
    Sample("civitai-one-line.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(CIVITAI_ONE_LINE))), "Civitai", "", {"prompt": "a car in FOG", "negative_prompt": "", "steps": 23, "model_name": "civitai:2442439"}),
    Sample("civitai-hashes.png", lambda: png({"parameters": CIVITAI_HASHES}), "AUTOMATIC1111", "v1.7.0", {"model_hash": "0011223344", "vae_hash": "9999911111", "loras": (LoraEntry("reed", "aabbccddee"),), "embeddings": (EmbeddingEntry("frog", "1234512345"),)}),
    Sample("civitai-comfyui.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(dumps(CIVITAI_COMFY)))), "Civitai", "", {"prompt": "a meadow", "negative_prompt": "mud", "seed": 246, "model_name": "civitai:290640", "loras": (LoraEntry("civitai:55", "", 0.7, 0.7),), "width": 1024, "clip_skip": 2, "scheduler": "Karras"}),
    Sample("comfyui.png", lambda: png({"prompt": dumps(graphs.simple()), "workflow": dumps(graphs.editor())}), "ComfyUI", "0.3.40", COMFY),
    Sample("comfyui-and-a1111.png", lambda: png({"parameters": A1111, "prompt": dumps(graphs.simple())}), "ComfyUI", "", COMFY),
    Sample("comfyui-after-pixels.png", lambda: with_chunks(png(), chunk(b"tEXt", b"prompt\0" + dumps(graphs.simple()).encode()), after_pixels=True), "ComfyUI", "", COMFY),
    Sample("comfyui.webp", lambda: saved("WEBP", exif=exif(model=f"prompt:{json.dumps(graphs.simple())}", make=f"workflow:{json.dumps(graphs.editor())}")), "ComfyUI", "0.3.40", COMFY),
    Sample("comfyui.avif", lambda: saved("AVIF", exif=exif(model=f"prompt:{json.dumps(graphs.simple())}")), "ComfyUI", "", COMFY),
    Sample("comfyui.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(dumps(graphs.simple())))), "ComfyUI", "", COMFY),
    Sample("comfyui-hires.png", lambda: png({"prompt": dumps(graphs.hires())}), "ComfyUI", "", COMFY_HIRES),
    Sample("comfyui-flux.png", lambda: png({"prompt": dumps(graphs.flux())}), "ComfyUI", "", COMFY_FLUX),
    Sample("comfyui-editor-only.png", lambda: png({"workflow": dumps(graphs.editor())}), "ComfyUI", "0.3.40", COMFY_EDITOR),
    Sample("comfyui-subgraph.png", lambda: png({"workflow": dumps(graphs.editor_with_subgraph())}), "ComfyUI", "0.3.40", COMFY_SUBGRAPH),
    Sample("novelai.png", lambda: png(NOVELAI), "NovelAI", "V4.5", NOVELAI_TYPED),
    Sample("novelai-stealth.png", lambda: stealth(dumps(NOVELAI)), "NovelAI", "V4.5", NOVELAI_TYPED),
    Sample("novelai-stealth.webp", lambda: stealth(dumps(NOVELAI), kind="WEBP"), "NovelAI", "V4.5", NOVELAI_TYPED),
    Sample("novelai.webp", lambda: saved("WEBP", exif=exif(unicode_comment(dumps(NOVELAI)))), "NovelAI", "V4.5", NOVELAI_TYPED),
    Sample("novelai-img2img.png", lambda: png(NOVELAI_3), "NovelAI", "", {"prompt": "1girl, rain", "denoise": 0.6, "model_name": "Stable Diffusion XL"}),
    Sample("invokeai.png", lambda: png({"invokeai_metadata": dumps(INVOKE), "invokeai_graph": "{}"}), "InvokeAI", "5.4.2", {"prompt": "a tower", "negative_prompt": "crowd", "sampler": "DPM++ 2M", "scheduler": "Karras", "seed": 3141592653, "model_name": "Juggernaut XL", "model_hash": "", "clip_skip": 2, "denoise": 0.7, "rng": "cpu", "loras": (LoraEntry("ivy", "0123456789", 0.6, 0.6),)}),
    Sample("invokeai-2.png", lambda: png({"sd-metadata": dumps(INVOKE_2), "Dream": "ignored"}), "InvokeAI", "2.3.5", {"prompt": "a mill", "negative_prompt": "cars, people", "sampler": "LMS", "steps": 50, "width": 640, "model_name": "stable-diffusion-1.5", "model_hash": INVOKE_2["model_hash"]}),
    Sample("invokeai-1.png", lambda: png({"Dream": '"a barn [hay]" -s 50 -S 3134 -W 512 -H 448 -C 7.5 -A k_euler_a -f 0.75'}), "InvokeAI", "", {"prompt": "a barn", "negative_prompt": "hay", "steps": 50, "seed": 3134, "width": 512, "height": 448, "cfg": 7.5, "sampler": "Euler a", "denoise": 0.75}),
    Sample("fooocus.png", lambda: png({"parameters": dumps(FOOOCUS), "fooocus_scheme": "fooocus"}), "Fooocus", "2.5.5", FOOOCUS_TYPED),
    Sample("fooocus.jpg", lambda: saved("JPEG", exif=exif(dumps(FOOOCUS), in_first=True, software="Fooocus v2.5.5", maker_note="fooocus")), "Fooocus", "2.5.5", FOOOCUS_TYPED),
    Sample("fooocus.webp", lambda: saved("WEBP", exif=exif(dumps(FOOOCUS), in_first=True, software="Fooocus v2.5.5", maker_note="fooocus")), "Fooocus", "2.5.5", FOOOCUS_TYPED),
    Sample("fooocus-a1111.png", lambda: png({"parameters": FOOOCUS_A1111, "fooocus_scheme": "a1111"}), "Fooocus", "2.5.5", {"prompt": "a ship, at sea", "negative_prompt": "drawing", "sampler": "DPM++ 2M SDE", "scheduler": "Karras", "loras": (LoraEntry("sea", "4a64bb3c7b", 0.3, 0.3),), "model_name": "juggernautXL_v8"}),
    Sample("fooocus-2.1.png", lambda: png({"Comment": dumps(OLD_FOOOCUS)}), "Fooocus", "2.1.0", {"prompt": "a well", "model_name": "old", "cfg": 7.0, "loras": (LoraEntry("moss", "", 0.5, 0.5),), "width": 1024}),
    Sample("ruinedfooocus.png", lambda: png({"parameters": dumps(RUINED)}), "RuinedFooocus", "", {"prompt": "a cave", "negative_prompt": "bats", "model_name": "deep", "sampler": "Euler", "scheduler": "Simple", "cfg": 5.0}),
    Sample("swarmui.png", lambda: png(international={"parameters": dumps(SWARM)}), "SwarmUI", "0.9.6.2", SWARM_TYPED),
    Sample("swarmui.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(dumps(SWARM), "le"))), "SwarmUI", "0.9.6.2", SWARM_TYPED),
    Sample("swarmui-stealth.png", lambda: stealth(dumps(SWARM), colours=True), "SwarmUI", "0.9.6.2", SWARM_TYPED),
    Sample("drawthings.png", lambda: png(xmp=_draw_things(dumps(DRAW_THINGS))), "Draw Things", "", DRAW_THINGS_TYPED),
    Sample("drawthings.jpg", lambda: saved("JPEG", xmp=_draw_things(dumps(DRAW_THINGS))), "Draw Things", "", DRAW_THINGS_TYPED),
    Sample("drawthings-described.png", lambda: png(xmp=_draw_things("")), "Draw Things", "", {"prompt": "a red cube", "negative_prompt": "blue", "steps": 8, "cfg": 4.5, "sampler": "DPM++ 2M", "model_name": "flux_1_dev_q8p", "denoise": None}),
    Sample("easydiffusion.png", lambda: png(EASY), "Easy Diffusion", "", {"prompt": "a lamp", "negative_prompt": "dark", "seed": 4141789285, "model_name": "deliberate_v2", "clip_skip": 2, "vae": "", "sampler": "Euler a", "height": 640, "steps": 25, "loras": (LoraEntry("glowworm", "", 0.5, 0.5),)}),
    Sample("easydiffusion.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(dumps(EASY)))), "Easy Diffusion", "", {"prompt": "a lamp", "cfg": 7.5}),
    Sample("midjourney.png", lambda: png({"Description": MIDJOURNEY, "Author": "someone"}), "Midjourney", "6.1", {"prompt": "a paper city, soft light", "negative_prompt": "cars, people", "seed": 123}),
    Sample("firefly.jpg", lambda: saved("JPEG", xmp=described("<xmp:CreatorTool>Adobe Firefly 1.0</xmp:CreatorTool>")), "Adobe Firefly", "1.0", {"prompt": "", "steps": None}),
    Sample("google.webp", lambda: saved("WEBP", xmp=described("<photoshop:Credit>Made with Google AI</photoshop:Credit>")), "Google AI", "", {"prompt": ""}),
    Sample("dalle.png", lambda: png({"Software": "DALL·E 3"}), "DALL-E", "3", {"prompt": ""}),
)  # fmt: skip
