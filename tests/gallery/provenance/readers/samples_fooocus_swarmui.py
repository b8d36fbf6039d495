"""Files of Fooocus, RuinedFooocus and SwarmUI."""

from gallery.provenance import LoraEntry
from tests.gallery.provenance.readers.files import (
    dumps,
    exif,
    png,
    sample,
    saved,
    stealth,
    unicode_comment,
)

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
    "a ship, cinematic, masterpiece\nNegative prompt: drawing, ugly\nSteps: 30, Sampler: DPM++ 2M SDE Karras, "
    'Seed: 12, Size: 1152x896, CFG scale: 4, Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", Model: juggernautXL_v8, '
    "Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, VAE: Default (model), "
    'Raw prompt: "a ship, at sea", Raw negative prompt: drawing, Lora hashes: "sea: 4a64bb3c7b", '
    'Lora weights: "sea: 0.3", '
    "Version: Fooocus v2.5.5"
)
RUINED = {
    "Prompt": "a cave",
    "Negative": "bats",
    "steps": 20,
    "cfg": 5,
    "width": 1024,
    "height": 1024,
    "seed": 6,
    "sampler_name": "euler",
    "scheduler": "simple",
    "base_model_name": "deep.safetensors",
    "base_model_hash": "aabbccddee",
    "loras": [],
    "software": "RuinedFooocus",
}
OLD_FOOOCUS = {
    "Prompt": "a well",
    "Negative Prompt": "",
    "Performance": "Speed",
    "Resolution": "(1024, 1024)",
    "Base Model": "old.safetensors",
    "Sampler": "dpmpp_2m_sde_gpu",
    "Seed": 5,
    "Guidance Scale": 7,
    "LoRA 1": "moss.safetensors : 0.5",
    "Version": "v2.1.0",
}
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

SAMPLES = (
    sample(
        "fooocus.png",
        lambda: png({"parameters": dumps(FOOOCUS), "fooocus_scheme": "fooocus"}),
        "Fooocus",
        "2.5.5",
        **FOOOCUS_TYPED,
    ),
    sample(
        "fooocus.jpg",
        lambda: saved(
            "JPEG", exif=exif(dumps(FOOOCUS), in_first=True, software="Fooocus v2.5.5", maker_note="fooocus")
        ),
        "Fooocus",
        "2.5.5",
        **FOOOCUS_TYPED,
    ),
    sample(
        "fooocus.webp",
        lambda: saved(
            "WEBP", exif=exif(dumps(FOOOCUS), in_first=True, software="Fooocus v2.5.5", maker_note="fooocus")
        ),
        "Fooocus",
        "2.5.5",
        **FOOOCUS_TYPED,
    ),
    sample(
        "fooocus-a1111.png",
        lambda: png({"parameters": FOOOCUS_A1111, "fooocus_scheme": "a1111"}),
        "Fooocus",
        "2.5.5",
        prompt="a ship, at sea",
        negative_prompt="drawing",
        sampler="DPM++ 2M SDE",
        scheduler="Karras",
        loras=(LoraEntry("sea", "4a64bb3c7b", 0.3, 0.3),),
        model_name="juggernautXL_v8",
    ),
    sample(
        "fooocus-2.1.png",
        lambda: png({"Comment": dumps(OLD_FOOOCUS)}),
        "Fooocus",
        "2.1.0",
        prompt="a well",
        model_name="old",
        cfg=7.0,
        loras=(LoraEntry("moss", "", 0.5, 0.5),),
        width=1024,
    ),
    sample(
        "ruinedfooocus.png",
        lambda: png({"parameters": dumps(RUINED)}),
        "RuinedFooocus",
        "",
        prompt="a cave",
        negative_prompt="bats",
        model_name="deep",
        sampler="Euler",
        scheduler="Simple",
        cfg=5.0,
    ),
    sample("swarmui.png", lambda: png(international={"parameters": dumps(SWARM)}), "SwarmUI", "0.9.6.2", **SWARM_TYPED),
    sample(
        "swarmui.jpg",
        lambda: saved("JPEG", exif=exif(unicode_comment(dumps(SWARM), "le"))),
        "SwarmUI",
        "0.9.6.2",
        **SWARM_TYPED,
    ),
    sample("swarmui-stealth.png", lambda: stealth(dumps(SWARM), colours=True), "SwarmUI", "0.9.6.2", **SWARM_TYPED),
)
