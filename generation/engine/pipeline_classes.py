"""The pipeline classes of diffusers that draw a picture from a text, and what a file of theirs is called here.

A name, not an import: the web process asks too. What isn't listed is no pipeline for a gallery (video, sound,
upscaling) or not diffusers' own, which would mean code from the model's folder.
"""

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

OTHER_PIPELINES: frozenset[str] = frozenset({
    "AuraFlowPipeline",
    "BriaFiboPipeline",
    "BriaPipeline",
    "ChromaPipeline",
    "CogView3PlusPipeline",
    "CogView4Pipeline",
    "DreamLitePipeline",
    "ErnieImagePipeline",
    "Flux2KleinPipeline",
    "Flux2Pipeline",
    "FluxPipeline",
    "GlmImagePipeline",
    "HiDreamImagePipeline",
    "HunyuanDiTPipeline",
    "HunyuanImagePipeline",
    "IFPipeline",
    "IFSuperResolutionPipeline",
    "Kandinsky3Pipeline",
    "KolorsPipeline",
    "Krea2Pipeline",
    "LongCatImagePipeline",
    "Lumina2Pipeline",
    "LuminaPipeline",
    "NucleusMoEImagePipeline",
    "OmniGenPipeline",
    "OvisImagePipeline",
    "PRXPipeline",
    "PixArtAlphaPipeline",
    "PixArtSigmaPipeline",
    "QwenImage21Pipeline",
    "QwenImagePipeline",
    "SanaPipeline",
    "SanaSprintPipeline",
    "StableDiffusion3Pipeline",
    "ZImagePipeline",
})  # fmt: skip

DIFFUSERS_MODULES = frozenset({"stable_diffusion", "deepfloyd_if", "kolors", "hunyuan_image", "krea2", "prx"})
"""Folders of diffusers' own `pipelines` that model_index.json may name as a component's library."""
