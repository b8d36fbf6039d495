"""Files with A1111's text: its own, Forge's, SD.Next's, Civitai's."""

from gallery.provenance import EmbeddingEntry, LoraEntry
from tests.gallery.provenance.readers.files import (
    exif,
    png,
    sample,
    saved,
    stealth,
    unicode_comment,
)

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
IMG2IMG = (
    "a hill\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 9, Size: 640x640, "
    "Denoising strength: 0.55, Mask blur: 4, Version: v1.9.4"
)
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
    "a garden\nNegative prompt: weeds\nSteps: 25, Sampler: Euler a, CFG scale: 4, Seed: 998877, Size: 832x1216, "
    "Clip skip: 2, Created Date: 2025-11-28T09:18:43.5269343Z, "
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

SAMPLES = (
    sample("a1111.png", lambda: png({"parameters": A1111}), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED),
    sample(
        "a1111.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(A1111))), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED
    ),
    sample(
        "a1111-little-endian.jpg",
        lambda: saved("JPEG", exif=exif(unicode_comment(A1111, "le"))),
        "AUTOMATIC1111",
        "v1.10.1",
        **A1111_TYPED,
    ),
    sample(
        "a1111.webp",
        lambda: saved("WEBP", exif=exif(unicode_comment(A1111))),
        "AUTOMATIC1111",
        "v1.10.1",
        **A1111_TYPED,
    ),
    sample(
        "a1111.avif",
        lambda: saved("AVIF", exif=exif(unicode_comment(A1111))),
        "AUTOMATIC1111",
        "v1.10.1",
        **A1111_TYPED,
    ),
    sample(
        "a1111-comment.jpg", lambda: saved("JPEG", comment=A1111.encode()), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED
    ),
    sample("a1111-stealth.png", lambda: stealth(A1111), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED),
    sample("a1111-stealth-plain.png", lambda: stealth(A1111, packed=False), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED),
    sample(
        "a1111-stealth-colours.png", lambda: stealth(A1111, colours=True), "AUTOMATIC1111", "v1.10.1", **A1111_TYPED
    ),
    sample(
        "a1111-stealth-colours-plain.png",
        lambda: stealth(A1111, colours=True, packed=False),
        "AUTOMATIC1111",
        "v1.10.1",
        **A1111_TYPED,
    ),
    sample("a1111-old-hires.png", lambda: png({"parameters": OLD_A1111}), "AUTOMATIC1111", "", **OLD_A1111_TYPED),
    sample(
        "a1111-inpaint.png",
        lambda: png({"parameters": IMG2IMG}),
        "AUTOMATIC1111",
        "v1.9.4",
        denoise=0.55,
        mask_blur=4,
        hires_denoise=None,
    ),
    sample(
        "a1111-no-settings.png",
        lambda: png({"parameters": "{red} fox\nNegative prompt: dog"}),
        "AUTOMATIC1111",
        "",
        prompt="{red} fox",
        negative_prompt="dog",
        steps=None,
    ),
    sample(
        "forge.png",
        lambda: png({"parameters": FORGE}),
        "Forge",
        "f2.0.1v1.10.1-previous-636-gb835f24a",
        guidance=3.5,
        cfg=1.0,
        scheduler="Simple",
        model_name="flux1-dev-bnb-nf4",
        refiner="glow",
        refiner_switch=0.8,
    ),
    sample(
        "sdnext.webp",
        lambda: saved("WEBP", exif=exif(unicode_comment(SD_NEXT))),
        "SD.Next",
        "a1b2c3d",
        prompt="a pier",
        negative_prompt="fog",
        sampler="UniPC",
        model_name="noon_XL",
        width=1024,
    ),
    sample("civitai.png", lambda: png(exif=exif(unicode_comment(CIVITAI))), "Civitai", "", **CIVITAI_TYPED),
    sample("civitai.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(CIVITAI))), "Civitai", "", **CIVITAI_TYPED),
    sample(
        "civitai-one-line.jpg",
        lambda: saved("JPEG", exif=exif(unicode_comment(CIVITAI_ONE_LINE))),
        "Civitai",
        "",
        prompt="a car in FOG",
        negative_prompt="",
        steps=23,
        model_name="civitai:2442439",
    ),
    sample(
        "civitai-hashes.png",
        lambda: png({"parameters": CIVITAI_HASHES}),
        "AUTOMATIC1111",
        "v1.7.0",
        model_hash="0011223344",
        vae_hash="9999911111",
        loras=(LoraEntry("reed", "aabbccddee"),),
        embeddings=(EmbeddingEntry("frog", "1234512345"),),
    ),
)
