"""Which pipelines of diffusers 0.42 are drawn with as they are, and what each makes of a job. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from generation.engine.sampler_names import SAMPLER_NAMES, samplers_for

FLOW_SAMPLERS = ("Euler",)
"""Flow-matching pipelines come with an Euler scheduler of their own kind and take no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFamily:
    """One pipeline class.

    multiple: pixels that both sides are a multiple of. guidance: the argument that takes the job's guidance, empty
    for none. takes_negative: False where a negative prompt is accepted but would not be used.
    image_to_image, inpainting: the classes that draw on a picture, empty where diffusers has none.
    samplers: names that a job may ask for. always: arguments that every call gets. left_out: components that are not
    loaded.
    """

    multiple: int = 16
    guidance: str = "guidance_scale"
    takes_negative: bool = True
    image_to_image: str = ""
    inpainting: str = ""
    samplers: tuple[str, ...] = FLOW_SAMPLERS
    always: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[str, ...] = ()


# Sizes are drawn as asked for, not at the nearest of a list; captions are left as typed.
_AS_ASKED = MappingProxyType({"use_resolution_binning": False})
_AS_TYPED = MappingProxyType({"use_resolution_binning": False, "clean_caption": False})
_CHECKERS = ("safety_checker", "feature_extractor", "image_encoder", "watermarker")

STOCK_FAMILIES: dict[str, StockFamily] = {
    "AuraFlowPipeline": StockFamily(),
    "BriaPipeline": StockFamily(left_out=_CHECKERS),
    # Its inpainting pipeline asks the transformer for a setting that it doesn't have, and fails.
    "ChromaPipeline": StockFamily(image_to_image="ChromaImg2ImgPipeline", left_out=_CHECKERS),
    "CogView3PlusPipeline": StockFamily(samplers=("DDIM",)),
    "CogView4Pipeline": StockFamily(),
    # A model that rewrites prompts comes with it (as with LongCat's); here a prompt is drawn as typed.
    "ErnieImagePipeline": StockFamily(left_out=("pe", "pe_tokenizer"), always=MappingProxyType({"use_pe": False})),
    "Flux2KleinPipeline": StockFamily(inpainting="Flux2KleinInpaintPipeline"),
    "Flux2Pipeline": StockFamily(),
    # Its guidance is an input of the model; a negative prompt would need a second, real guidance scale.
    "FluxPipeline": StockFamily(
        takes_negative=False,
        image_to_image="FluxImg2ImgPipeline",
        inpainting="FluxInpaintPipeline",
        left_out=_CHECKERS,
    ),
    "HiDreamImagePipeline": StockFamily(),
    "HunyuanDiTPipeline": StockFamily(samplers=SAMPLER_NAMES, always=_AS_ASKED, left_out=_CHECKERS),
    "HunyuanImagePipeline": StockFamily(multiple=64, guidance="distilled_guidance_scale"),
    "IFPipeline": StockFamily(
        multiple=8,
        image_to_image="IFImg2ImgPipeline",
        inpainting="IFInpaintingPipeline",
        samplers=("DDPM",),
        always=MappingProxyType({"clean_caption": False}),
        left_out=_CHECKERS,
    ),
    "Krea2Pipeline": StockFamily(),
    "LongCatImagePipeline": StockFamily(
        left_out=("text_processor",), always=MappingProxyType({"enable_prompt_rewrite": False})
    ),
    "Lumina2Pipeline": StockFamily(),
    "LuminaPipeline": StockFamily(always=MappingProxyType({"clean_caption": False})),
    "OvisImagePipeline": StockFamily(),
    "PixArtAlphaPipeline": StockFamily(samplers=SAMPLER_NAMES, always=_AS_TYPED),
    "PixArtSigmaPipeline": StockFamily(samplers=SAMPLER_NAMES, always=_AS_TYPED),
    "QwenImagePipeline": StockFamily(
        guidance="true_cfg_scale",
        image_to_image="QwenImageImg2ImgPipeline",
        inpainting="QwenImageInpaintPipeline",
    ),
    "SanaPipeline": StockFamily(multiple=32, always=_AS_TYPED),
    "SanaSprintPipeline": StockFamily(multiple=32, image_to_image="SanaSprintImg2ImgPipeline", always=_AS_TYPED),
    "StableDiffusion3Pipeline": StockFamily(
        image_to_image="StableDiffusion3Img2ImgPipeline",
        inpainting="StableDiffusion3InpaintPipeline",
        left_out=_CHECKERS,
    ),
    "ZImagePipeline": StockFamily(image_to_image="ZImageImg2ImgPipeline", inpainting="ZImageInpaintPipeline"),
}
"""By `_class_name` of model_index.json."""


def samplers_of_family(family: str, scheduler_config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the samplers that suit a checkpoint of pipeline class `family` with this scheduler_config.json."""
    stock = STOCK_FAMILIES.get(family)
    if stock is None or stock.samplers is SAMPLER_NAMES:
        return samplers_for(scheduler_config)
    return stock.samplers


def abilities_of_family(family: str) -> tuple[str, ...]:
    """Return what a checkpoint of this pipeline class can do: txt2img, img2img, inpaint."""
    stock = STOCK_FAMILIES.get(family)
    if stock is None:
        return ("txt2img", "img2img", "inpaint")
    more = (("img2img", stock.image_to_image), ("inpaint", stock.inpainting))
    return ("txt2img", *(name for name, pipeline in more if pipeline))
