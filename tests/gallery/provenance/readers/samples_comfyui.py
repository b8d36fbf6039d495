"""Files with graphs: ComfyUI's own and Civitai's."""

import json

from gallery.provenance import LoraEntry
from tests.gallery.provenance.readers import graphs
from tests.gallery.provenance.readers.files import (
    chunk,
    dumps,
    exif,
    png,
    sample,
    saved,
    unicode_comment,
    with_chunks,
)
from tests.gallery.provenance.readers.samples_infotext import A1111

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
COMFY_HIRES = {
    **COMFY,
    "hires_denoise": 0.45,
    "hires_steps": 12,
    "hires_scale": 1.5,
    "hires_upscaler": "nearest-exact",
    "vae": "bright",
}
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

SAMPLES = (
    sample(
        "civitai-comfyui.jpg",
        lambda: saved("JPEG", exif=exif(unicode_comment(dumps(CIVITAI_COMFY)))),
        "Civitai",
        "",
        prompt="a meadow",
        negative_prompt="mud",
        seed=246,
        model_name="civitai:290640",
        loras=(LoraEntry("civitai:55", "", 0.7, 0.7),),
        width=1024,
        clip_skip=2,
        scheduler="Karras",
    ),
    sample(
        "comfyui.png",
        lambda: png({"prompt": dumps(graphs.simple()), "workflow": dumps(graphs.editor())}),
        "ComfyUI",
        "0.3.40",
        **COMFY,
    ),
    sample(
        "comfyui-and-a1111.png",
        lambda: png({"parameters": A1111, "prompt": dumps(graphs.simple())}),
        "ComfyUI",
        "",
        **COMFY,
    ),
    sample(
        "comfyui-after-pixels.png",
        lambda: with_chunks(
            png(), chunk(b"tEXt", b"prompt\0" + json.dumps(graphs.simple()).encode()), after_pixels=True
        ),
        "ComfyUI",
        "",
        **COMFY,
    ),
    sample(
        "comfyui.webp",
        lambda: saved(
            "WEBP",
            exif=exif(model=f"prompt:{json.dumps(graphs.simple())}", make=f"workflow:{json.dumps(graphs.editor())}"),
        ),
        "ComfyUI",
        "0.3.40",
        **COMFY,
    ),
    sample(
        "comfyui.avif",
        lambda: saved("AVIF", exif=exif(model=f"prompt:{json.dumps(graphs.simple())}")),
        "ComfyUI",
        "",
        **COMFY,
    ),
    sample(
        "comfyui.jpg", lambda: saved("JPEG", exif=exif(unicode_comment(dumps(graphs.simple())))), "ComfyUI", "", **COMFY
    ),
    sample("comfyui-hires.png", lambda: png({"prompt": dumps(graphs.hires())}), "ComfyUI", "", **COMFY_HIRES),
    sample("comfyui-flux.png", lambda: png({"prompt": dumps(graphs.flux())}), "ComfyUI", "", **COMFY_FLUX),
    sample(
        "comfyui-editor-only.png",
        lambda: png({"workflow": dumps(graphs.editor())}),
        "ComfyUI",
        "0.3.40",
        **COMFY_EDITOR,
    ),
    sample(
        "comfyui-subgraph.png",
        lambda: png({"workflow": dumps(graphs.editor_with_subgraph())}),
        "ComfyUI",
        "0.3.40",
        **COMFY_SUBGRAPH,
    ),
    sample(
        "comfyui-group-node.png",
        lambda: png({"workflow": dumps(graphs.editor_with_group())}),
        "ComfyUI",
        "0.3.40",
        **COMFY_SUBGRAPH,
    ),
)
