"""Files of Draw Things, Easy Diffusion, Midjourney and of programs that leave only their name."""

from gallery.provenance import LoraEntry
from tests.gallery.provenance.readers.files import (
    described,
    dumps,
    exif,
    png,
    sample,
    saved,
    unicode_comment,
)

DRAW_THINGS = {
    "c": "a red cube <small>",
    "uc": "blue",
    "model": "flux_1_dev_q8p.ckpt",
    "sampler": "DPM++ 2M Karras",
    "scale": 4.5,
    "seed": 2441935286,
    "seed_mode": "Scale Alike",
    "shift": 3,
    "size": "768x512",
    "steps": 8,
    "strength": 1,
    "v2": {"clipSkip": 2, "loras": [{"file": "detail.ckpt", "weight": 0.8, "mode": "all"}], "width": 768},
}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "&#xA;")


def _alternatives(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{_escaped(text)}</rdf:li></rdf:Alt>'


def _draw_things(comment: str) -> str:
    told = (
        "a red cube\n-blue\nSteps: 8, Sampler: DPM++ 2M Karras, Guidance Scale: 4.5, Seed: 2441935286, "
        "Size: 768x512, Model: flux_1_dev_q8p.ckpt, Strength: 1.0"
    )
    comment = f"<exif:UserComment>{_alternatives(comment)}</exif:UserComment>"
    return described(
        f"<dc:description>{_alternatives(told)}</dc:description><xmp:CreatorTool>Draw Things</xmp:CreatorTool>{comment}"
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
EASY = {
    "prompt": "a lamp",
    "negative_prompt": "dark",
    "seed": "4141789285",
    "use_stable_diffusion_model": "models/deliberate_v2",
    "clip_skip": "True",
    "use_vae_model": "None",
    "sampler_name": "euler_a",
    "width": "512",
    "height": "640",
    "num_inference_steps": "25",
    "guidance_scale": "7.5",
    "use_lora_model": "glowworm",
    "lora_alpha": "0.5",
}
MIDJOURNEY = (
    "a paper city, soft light --ar 16:9 --no cars, people --seed 123 --v 6.1 "
    "Job ID: 0a1b2c3d-1111-4222-8333-444455556666"
)

SAMPLES = (
    sample("drawthings.png", lambda: png(xmp=_draw_things(dumps(DRAW_THINGS))), "Draw Things", "", **DRAW_THINGS_TYPED),
    sample(
        "drawthings.jpg",
        lambda: saved("JPEG", xmp=_draw_things(dumps(DRAW_THINGS))),
        "Draw Things",
        "",
        **DRAW_THINGS_TYPED,
    ),
    sample(
        "drawthings-described.png",
        lambda: png(xmp=_draw_things("")),
        "Draw Things",
        "",
        prompt="a red cube",
        negative_prompt="blue",
        steps=8,
        cfg=4.5,
        sampler="DPM++ 2M",
        model_name="flux_1_dev_q8p",
        denoise=None,
    ),
    sample(
        "easydiffusion.png",
        lambda: png(EASY),
        "Easy Diffusion",
        "",
        prompt="a lamp",
        negative_prompt="dark",
        seed=4141789285,
        model_name="deliberate_v2",
        clip_skip=2,
        vae="",
        sampler="Euler a",
        height=640,
        steps=25,
        loras=(LoraEntry("glowworm", "", 0.5, 0.5),),
    ),
    sample(
        "easydiffusion.jpg",
        lambda: saved("JPEG", exif=exif(unicode_comment(dumps(EASY)))),
        "Easy Diffusion",
        "",
        prompt="a lamp",
        cfg=7.5,
    ),
    sample(
        "midjourney.png",
        lambda: png({"Description": MIDJOURNEY, "Author": "someone"}),
        "Midjourney",
        "6.1",
        prompt="a paper city, soft light",
        negative_prompt="cars, people",
        seed=123,
    ),
    sample(
        "firefly.jpg",
        lambda: saved("JPEG", xmp=described("<xmp:CreatorTool>Adobe Firefly 1.0</xmp:CreatorTool>")),
        "Adobe Firefly",
        "1.0",
        prompt="",
        steps=None,
    ),
    sample(
        "google.webp",
        lambda: saved("WEBP", xmp=described("<photoshop:Credit>Made with Google AI</photoshop:Credit>")),
        "Google AI",
        "",
        prompt="",
    ),
    sample("dalle.png", lambda: png({"Software": "DALL·E 3"}), "DALL-E", "3", prompt=""),
)
