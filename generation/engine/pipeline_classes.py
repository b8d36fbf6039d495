"""The pipeline classes of diffusers that draw a picture from a text, and what a file of theirs is called here.

A name, not an import: the web process asks too. What isn't listed is no pipeline for a gallery (video, sound,
upscaling) or not diffusers' own, which would mean code from the model's folder.
"""

from generation.engine.stock.families import STOCK_FAMILIES

SD_PIPELINES: dict[str, str] = {
    "StableDiffusionPipeline": "sd1",
    "StableDiffusionImg2ImgPipeline": "sd1",
    "StableDiffusionInpaintPipeline": "sd1",
    "LatentConsistencyModelPipeline": "sd1",
    "StableDiffusionXLPipeline": "sdxl",
    "StableDiffusionXLImg2ImgPipeline": "sdxl",
    "StableDiffusionXLInpaintPipeline": "sdxl",
}
"""The Stable Diffusion 1, 2 and XL pipelines with their base; a text encoder of 1024 numbers a token makes it sd2."""

OTHER_PIPELINES: frozenset[str] = frozenset(STOCK_FAMILIES)

DIFFUSERS_MODULES = frozenset({"stable_diffusion", "deepfloyd_if", "kolors", "hunyuan_image", "krea2", "prx"})
"""Folders of diffusers' own `pipelines` that model_index.json may name as a component's library."""
