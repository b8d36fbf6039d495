"""ComfyUI graphs as its API and its editor write them."""


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def simple(**changes):
    """Checkpoint, two texts, empty latents, one KSampler, one saved picture; `changes` replace or add nodes."""
    graph = {
        "3": node(
            "KSampler", seed=156680208700286, steps=20, cfg=8, sampler_name="euler_ancestral", scheduler="karras",
            denoise=1, model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="SD1.5\\night-v2.safetensors"),
        "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
        "6": node("CLIPTextEncode", text="a lighthouse, 夜", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="blurry", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    }  # fmt: skip
    return graph | {name.removeprefix("n"): value for name, value in changes.items()}


def hires():
    """A second KSampler over latents enlarged one and a half times."""
    return simple(
        n10=node("LatentUpscaleBy", upscale_method="nearest-exact", scale_by=1.5, samples=["3", 0]),
        n11=node(
            "KSampler", seed=7, steps=12, cfg=6, sampler_name="dpmpp_2m", scheduler="normal", denoise=0.45,
            model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["10", 0],
        ),
        n8=node("VAEDecode", samples=["11", 0], vae=["12", 0]),
        n12=node("VAELoader", vae_name="bright.pt"),
    )  # fmt: skip


def flux():
    """SamplerCustomAdvanced with its parts in nodes of their own, LoRAs for the model only, FluxGuidance."""
    return {
        "1": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
        "2": node("DualCLIPLoader", clip_name1="t5xxl.safetensors", clip_name2="clip_l.safetensors", type="flux"),
        "3": node("VAELoader", vae_name="ae.safetensors"),
        "4": node("CLIPTextEncode", text=["14", 0], clip=["2", 0]),
        "5": node("FluxGuidance", guidance=3.5, conditioning=["4", 0]),
        "6": node("LoraLoaderModelOnly", lora_name="ink.safetensors", strength_model=0.8, model=["1", 0]),
        "7": node("LoraLoaderModelOnly", lora_name="folder/glow.safetensors", strength_model=0.5, model=["6", 0]),
        "8": node("ModelSamplingFlux", max_shift=1.15, base_shift=0.5, width=1024, height=1216, model=["7", 0]),
        "9": node("BasicGuider", model=["8", 0], conditioning=["5", 0]),
        "10": node("RandomNoise", noise_seed=["16", 0]),
        "11": node("KSamplerSelect", sampler_name="dpmpp_2m"),
        "12": node("BasicScheduler", scheduler="sgm_uniform", steps=28, denoise=1.0, model=["8", 0]),
        "13": node("EmptySD3LatentImage", width=["15", 0], height=1216, batch_size=1),
        "14": node("StringConcatenate", string_a="a fox", string_b=["17", 0], delimiter=", "),
        "15": node("PrimitiveInt", value=1024),
        "16": node("Seed (rgthree)", seed=18446744073709551615),
        "17": node("PrimitiveStringMultiline", value="in snow"),
        "18": node(
            "SamplerCustomAdvanced", noise=["10", 0], guider=["9", 0], sampler=["11", 0], sigmas=["12", 0],
            latent_image=["13", 0],
        ),
        "19": node("VAEDecode", samples=["18", 0], vae=["3", 0]),
        "20": node("SaveImage", filename_prefix="flux", images=["19", 0]),
    }  # fmt: skip


def editor_node(number, kind, widgets=(), inputs=(), outputs=(), mode=0, **more):
    """One node of the editor's graph; `inputs` are (name, type, link), `outputs` (type, links)."""
    return {
        "id": number,
        "type": kind,
        "mode": mode,
        "inputs": [{"name": name, "type": sort, "link": link} for name, sort, link in inputs],
        "outputs": [{"name": sort, "type": sort, "links": list(links)} for sort, links in outputs],
        "widgets_values": list(widgets),
        "properties": {"cnr_id": "comfy-core", "ver": "0.3.40"},
    } | more


def editor():
    """The editor's graph: a bypassed LoRA, a muted sampler, a reroute and a primitive for the seed."""
    nodes = [
        editor_node(
            1, "CheckpointLoaderSimple", ["dusk.safetensors"], outputs=[("MODEL", [1]), ("CLIP", [3]), ("VAE", [9])],
        ),
        editor_node(
            2, "LoraLoader", ["off.safetensors", 1, 1], [("model", "MODEL", 1), ("clip", "CLIP", 3)],
            [("MODEL", [2]), ("CLIP", [4, 5])], mode=4,
        ),
        editor_node(3, "CLIPTextEncode", ["a harbour"], [("clip", "CLIP", 4)], [("CONDITIONING", [6])]),
        editor_node(4, "CLIPTextEncode", ["fog"], [("clip", "CLIP", 5)], [("CONDITIONING", [7])]),
        editor_node(5, "EmptyLatentImage", [640, 512, 1], outputs=[("LATENT", [8])]),
        editor_node(
            6, "KSampler", [0, "randomize", 25, 5.5, "dpmpp_2m_sde_gpu", "exponential", 1],
            [("model", "MODEL", 2), ("positive", "CONDITIONING", 6), ("negative", "CONDITIONING", 7),
             ("latent_image", "LATENT", 8), ("seed", "INT", 12)],
            [("LATENT", [10])],
        ),
        editor_node(7, "Reroute", [], [("", "*", 10)], [("*", [11])]),
        editor_node(8, "VAEDecode", [], [("samples", "LATENT", 11), ("vae", "VAE", 9)], [("IMAGE", [13])]),
        editor_node(9, "SaveImage", ["ComfyUI"], [("images", "IMAGE", 13)]),
        editor_node(10, "PrimitiveNode", [4242, "fixed"], outputs=[("INT", [12])]),
        editor_node(11, "KSampler", [1, "fixed", 99, 1, "euler", "simple", 1], outputs=[("LATENT", [])], mode=2),
    ]  # fmt: skip
    links = [
        [1, 1, 0, 2, 0, "MODEL"], [2, 2, 0, 6, 0, "MODEL"], [3, 1, 1, 2, 1, "CLIP"], [4, 2, 1, 3, 0, "CLIP"],
        [5, 2, 1, 4, 0, "CLIP"], [6, 3, 0, 6, 1, "CONDITIONING"], [7, 4, 0, 6, 2, "CONDITIONING"],
        [8, 5, 0, 6, 3, "LATENT"], [9, 1, 2, 8, 1, "VAE"], [10, 6, 0, 7, 0, "LATENT"], [11, 7, 0, 8, 0, "LATENT"],
        [12, 10, 0, 6, 4, "INT"], [13, 8, 0, 9, 0, "IMAGE"],
    ]  # fmt: skip
    return {"nodes": nodes, "links": links, "version": 0.4, "extra": {}}


def editor_with_subgraph():
    """Texts and sampler in a subgraph, whose inputs and output are its own nodes -10 and -20; the rest outside."""
    inner = {
        "id": "c0ffee00-0000-4000-8000-000000000000",
        "name": "Draw",
        "inputs": [{"name": "model", "type": "MODEL"}, {"name": "clip", "type": "CLIP"}],
        "outputs": [{"name": "LATENT", "type": "LATENT"}],
        "nodes": [
            editor_node(1, "CLIPTextEncode", ["a bridge"], [("clip", "CLIP", 2)], [("CONDITIONING", [3])]),
            editor_node(2, "CLIPTextEncode", ["rain"], [("clip", "CLIP", 6)], [("CONDITIONING", [4])]),
            editor_node(3, "EmptyLatentImage", [896, 640, 1], outputs=[("LATENT", [5])]),
            editor_node(
                4, "KSampler", [77, "fixed", 18, 6, "heun", "simple", 1],
                [("model", "MODEL", 1), ("positive", "CONDITIONING", 3), ("negative", "CONDITIONING", 4),
                 ("latent_image", "LATENT", 5)],
                [("LATENT", [7])],
            ),
        ],
        "links": [
            {"id": number, "origin_id": origin, "origin_slot": slot, "target_id": target, "target_slot": into}
            for number, origin, slot, target, into in (
                (1, -10, 0, 4, 0), (2, -10, 1, 1, 0), (3, 1, 0, 4, 1), (4, 2, 0, 4, 2), (5, 3, 0, 4, 3),
                (6, -10, 1, 2, 0),
                (7, 4, 0, -20, 0),
            )
        ],
    }  # fmt: skip
    nodes = [
        editor_node(
            1, "CheckpointLoaderSimple", ["dawn.safetensors"], outputs=[("MODEL", [1]), ("CLIP", [2]), ("VAE", [4])]
        ),
        editor_node(2, inner["id"], [], [("model", "MODEL", 1), ("clip", "CLIP", 2)], [("LATENT", [3])]),
        editor_node(3, "VAEDecode", [], [("samples", "LATENT", 3), ("vae", "VAE", 4)], [("IMAGE", [5])]),
        editor_node(4, "SaveImage", ["x"], [("images", "IMAGE", 5)]),
    ]
    links = [
        [1, 1, 0, 2, 0, "MODEL"],
        [2, 1, 1, 2, 1, "CLIP"],
        [3, 2, 0, 3, 0, "LATENT"],
        [4, 1, 2, 3, 1, "VAE"],
        [5, 3, 0, 4, 0, "IMAGE"],
    ]
    return {"nodes": nodes, "links": links, "definitions": {"subgraphs": [inner]}}


def editor_with_group():
    """The same in an old group node: its inside by places in a list, its values and free sockets in a row."""
    inside = [
        editor_node(None, "CLIPTextEncode", ["old"], [("clip", "CLIP", None)], [("CONDITIONING", [])]),
        editor_node(None, "CLIPTextEncode", ["old"], [("clip", "CLIP", None)], [("CONDITIONING", [])]),
        editor_node(
            None, "KSampler", [1, "fixed", 1, 1, "euler", "simple", 1],
            [("model", "MODEL", None), ("positive", "CONDITIONING", None), ("negative", "CONDITIONING", None),
             ("latent_image", "LATENT", None)],
            [("LATENT", [])],
        ),
        editor_node(None, "EmptyLatentImage", [8, 8, 1], outputs=[("LATENT", [])]),
    ]  # fmt: skip
    group = {
        "nodes": [each | {"index": place} for place, each in enumerate(inside)],
        "links": [[0, 0, 2, 1, 6, "CONDITIONING"], [1, 0, 2, 2, 7, "CONDITIONING"], [3, 0, 2, 3, 5, "LATENT"],
                  [None, 1, 0, 0, 4, "CLIP"]],
        "external": [[2, 0, "LATENT"]],
    }  # fmt: skip
    whole = editor_with_subgraph()
    values = ["a bridge", "rain", 77, "fixed", 18, 6, "heun", "simple", 1, 896, 640, 1]
    sockets = [("clip", "CLIP", 2), ("CLIPTextEncode clip", "CLIP", 6), ("model", "MODEL", 1)]
    whole["nodes"][1] = editor_node(2, "workflow>Draw", values, sockets, [("LATENT", [3])])
    whole["nodes"][0]["outputs"][1]["links"] = [2, 6]
    whole["links"][0][4], whole["links"][1][4] = 2, 0
    whole["links"].append([6, 1, 1, 2, 1, "CLIP"])
    return {"nodes": whole["nodes"], "links": whole["links"], "extra": {"groupNodes": {"Draw": group}}}
