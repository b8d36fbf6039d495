"""ComfyUI's graph is followed from the saved picture to the sampler that made it."""

import json

import pytest

from gallery.provenance import LoraEntry
from gallery.provenance.readers import Blocks, read
from tests.gallery.provenance.readers import graphs
from tests.gallery.provenance.readers.graphs import node


def recipe_of(graph, width=0, height=0, keyword="prompt"):
    return found_of(graph, width, height, keyword).recipe


def found_of(graph, width=0, height=0, keyword="prompt"):
    return read(Blocks(texts=((keyword, json.dumps(graph)),), width=width, height=height))


def prompt_with(**nodes):
    """The prompt of the simple graph where the sampler's positive input comes from node 20."""
    graph = graphs.simple(**nodes)
    graph["3"]["inputs"]["positive"] = ["20", 0]
    return recipe_of(graph).prompt


def loras_with(*nodes, last):
    graph = graphs.simple(**dict(nodes))
    graph["3"]["inputs"]["model"] = [last, 0]
    return recipe_of(graph)


def test_a_chain_of_lora_loaders_is_read_in_the_order_it_was_laid_on():
    recipe = loras_with(
        (
            "n20",
            node(
                "LoraLoader",
                lora_name="a.safetensors",
                strength_model=0.8,
                strength_clip=0.3,
                model=["4", 0],
                clip=["4", 1],
            ),
        ),
        ("n21", node("LoraLoaderModelOnly", lora_name="sub/b.safetensors", strength_model=-0.5, model=["20", 0])),
        ("n22", node("LoraLoader", lora_name="zero.safetensors", strength_model=0, strength_clip=0, model=["21", 0])),
        last="22",
    )
    assert recipe.loras == (LoraEntry("a", "", 0.8, 0.3), LoraEntry("b", "", -0.5, -0.5))
    assert recipe.model_name == "night-v2"


@pytest.mark.parametrize(
    "stack",
    [
        node("CR Apply LoRA Stack", model=["4", 0], lora_stack=["21", 0]),
        node(
            "Power Lora Loader (rgthree)",
            model=["4", 0],
            lora_1={"on": True, "lora": "a.pt", "strength": 0.7, "strengthTwo": 0.2},
            lora_2={"on": False, "lora": "b.pt", "strength": 1},
        ),
        node(
            "Lora Loader Stack (rgthree)",
            model=["4", 0],
            lora_01="a.pt",
            strength_01=0.7,
            clip_str_01=0.2,
            lora_02="None",
            strength_02=1,
        ),
        node(
            "LoraLoader|pysssss",
            model=["4", 0],
            lora_name={"content": "a.pt", "image": None},
            strength_model=0.7,
            strength_clip=0.2,
        ),
        node(
            "Lora Loader (LoraManager)",
            model=["4", 0],
            text="<lora:a:0.7>",
            loras={
                "__value__": [
                    {"name": "a", "strength": 0.7, "clipStrength": 0.2, "active": True},
                    {"name": "b", "strength": 1, "active": False},
                ]
            },
        ),
    ],
    ids=["cr-stack", "power", "rgthree-stack", "pysssss", "manager"],
)
def test_stacks_of_loras_are_read(stack):
    cr = node(
        "CR LoRA Stack",
        switch_1="On",
        lora_name_1="a.pt",
        model_weight_1=0.7,
        clip_weight_1=0.2,
        switch_2="Off",
        lora_name_2="b.pt",
        model_weight_2=1,
    )
    assert loras_with(("n20", stack), ("n21", cr), last="20").loras == (LoraEntry("a", "", 0.7, 0.2),)


def test_an_efficient_loader_holds_everything():
    graph = {
        "1": node(
            "Efficient Loader",
            ckpt_name="eff.ckpt",
            vae_name="own.pt",
            clip_skip=-2,
            lora_name="None",
            positive="a moth",
            negative="web",
            empty_latent_width=512,
            empty_latent_height=704,
            lora_stack=["2", 0],
        ),
        "2": node(
            "LoRA Stacker", lora_count=1, lora_name_1="wing.pt", lora_wt_1=0.6, lora_name_2="unused.pt", lora_wt_2=1
        ),
        "3": node(
            "KSampler (Efficient)",
            seed=5,
            steps=20,
            cfg=7,
            sampler_name="euler",
            scheduler="normal",
            denoise=1,
            model=["1", 0],
            positive=["1", 1],
            negative=["1", 2],
            latent_image=["1", 3],
        ),
        "4": node("SaveImage", images=["3", 5]),
    }
    recipe = recipe_of(graph)
    assert (recipe.prompt, recipe.negative_prompt, recipe.model_name, recipe.vae) == ("a moth", "web", "eff", "own")
    assert (recipe.width, recipe.height, recipe.clip_skip) == (512, 704, 2)
    assert recipe.loras == (LoraEntry("wing", "", 0.6, 0.6),)


@pytest.mark.parametrize(
    ("nodes", "prompt"),
    [
        (
            {
                "n20": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["21", 0]),
                "n21": node("CLIPTextEncode", text="b", clip=["4", 1]),
            },
            "a lighthouse, 夜\nb",
        ),
        ({"n20": node("ConditioningConcat", conditioning_to=["6", 0], conditioning_from=["6", 0])}, "a lighthouse, 夜"),
        (
            {"n20": node("ConditioningSetArea", conditioning=["6", 0], width=64, height=64, x=0, y=0, strength=1)},
            "a lighthouse, 夜",
        ),
        (
            {
                "n20": node(
                    "ControlNetApplyAdvanced",
                    positive=["6", 0],
                    negative=["7", 0],
                    control_net=["21", 0],
                    image=["22", 0],
                ),
                "n21": node("ControlNetLoader", control_net_name="pose.pt"),
                "n22": node("LoadImage", image="pose.png"),
            },
            "a lighthouse, 夜",
        ),
        (
            {"n20": node("CLIPTextEncodeSDXL", text_g="wide", text_l="near", clip=["4", 1], width=1, height=1)},
            "wide, near",
        ),
        ({"n20": node("CLIPTextEncodeSDXL", text_g="same", text_l="same", clip=["4", 1])}, "same"),
        ({"n20": node("CLIPTextEncodeFlux", clip_l="", t5xxl="long words", guidance=3.5, clip=["4", 1])}, "long words"),
        (
            {
                "n20": node("CLIPTextEncode", text=["21", 0], clip=["4", 1]),
                "n21": node("ShowText|pysssss", text=["22", 0], text_0="what was shown"),
                "n22": node("Wildcards", seed=1),
            },
            "what was shown",
        ),
        (
            {
                "n20": node("CLIPTextEncode", text=["21", 0], clip=["4", 1]),
                "n21": node(
                    "Text Concatenate", delimiter="; ", clean_whitespace="true", text_b="second", text_a=["22", 0]
                ),
                "n22": node("String Literal", string="first"),
            },
            "first; second",
        ),
        ({"n20": node("Reroute", value=["6", 0])}, "a lighthouse, 夜"),
    ],
    ids=["combine", "concat", "area", "controlnet", "sdxl", "sdxl-same", "flux", "shown", "joined", "reroute"],
)
def test_the_prompt_is_found_behind_other_nodes(nodes, prompt):
    assert prompt_with(**nodes) == prompt


def test_negative_conditioning_that_was_zeroed_is_none():
    graph = graphs.simple(n20=node("ConditioningZeroOut", conditioning=["6", 0]))
    graph["3"]["inputs"]["negative"] = ["20", 0]
    assert recipe_of(graph).negative_prompt == ""


def test_clip_skip_counts_from_one():
    graph = graphs.simple(n20=node("CLIPSetLastLayer", stop_at_clip_layer=-2, clip=["4", 1]))
    graph["6"]["inputs"]["clip"] = ["20", 0]
    assert recipe_of(graph).clip_skip == 2


def test_a_loaded_picture_makes_the_denoising_a_strength():
    graph = graphs.simple(
        n20=node("LoadImage", image="sketch.png"), n21=node("VAEEncode", pixels=["20", 0], vae=["4", 2])
    )
    graph["3"]["inputs"] |= {"latent_image": ["21", 0], "denoise": 0.6}
    found = found_of(graph)
    assert (found.recipe.denoise, found.recipe.width) == (0.6, None)
    assert found.rest["source"] == "sketch.png"


def test_a_refiner_takes_over_where_it_started():
    graph = graphs.simple(
        n3=node(
            "KSamplerAdvanced",
            add_noise="enable",
            noise_seed=9,
            steps=25,
            cfg=7,
            sampler_name="euler",
            scheduler="normal",
            start_at_step=0,
            end_at_step=20,
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["5", 0],
        ),
        n10=node("CheckpointLoaderSimple", ckpt_name="refine.safetensors"),
        n11=node(
            "KSamplerAdvanced",
            add_noise="disable",
            noise_seed=0,
            steps=25,
            cfg=7,
            sampler_name="euler",
            scheduler="normal",
            start_at_step=20,
            end_at_step=10000,
            model=["10", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["3", 0],
        ),
        n8=node("VAEDecode", samples=["11", 0], vae=["4", 2]),
    )
    recipe = recipe_of(graph)
    assert (recipe.refiner, recipe.refiner_switch, recipe.seed, recipe.model_name) == ("refine", 0.8, 9, "night-v2")
    assert (recipe.hires_denoise, recipe.hires_scale) == (None, None)


def test_an_upscaling_sampler_is_the_second_pass():
    graph = graphs.simple(
        n10=node("UpscaleModelLoader", model_name="4x-sharp.pth"),
        n11=node(
            "UltimateSDUpscale",
            image=["8", 0],
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            vae=["4", 2],
            upscale_model=["10", 0],
            upscale_by=2,
            seed=1,
            steps=15,
            cfg=7,
            sampler_name="euler",
            scheduler="normal",
            denoise=0.2,
        ),
        n9=node("SaveImage", images=["11", 0]),
    )
    recipe = recipe_of(graph)
    assert (recipe.hires_scale, recipe.hires_denoise, recipe.hires_steps, recipe.hires_upscaler) == (
        2.0,
        0.2,
        15,
        "4x-sharp",
    )
    assert recipe.steps == 20


def test_a_detailer_is_not_the_sampler_that_made_the_picture():
    graph = graphs.simple(
        n11=node(
            "FaceDetailer",
            image=["8", 0],
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            seed=1,
            steps=99,
            cfg=1,
            sampler_name="ddim",
            scheduler="normal",
            denoise=0.5,
        ),
        n9=node("SaveImage", images=["11", 0]),
    )
    assert recipe_of(graph).steps == 20


def test_of_two_saved_pictures_the_size_says_which_this_is():
    graph = graphs.hires()
    graph["30"] = node("VAEDecode", samples=["3", 0], vae=["4", 2])
    graph["31"] = node("SaveImage", images=["30", 0])
    assert recipe_of(graph, 512, 768).hires_scale is None
    assert recipe_of(graph, 768, 1152).hires_scale == 1.5


def test_a_saved_picture_goes_before_a_preview():
    graph = graphs.hires()
    graph["9"]["class_type"] = "PreviewImage"
    graph["30"] = node("VAEDecode", samples=["3", 0], vae=["4", 2])
    graph["31"] = node("SaveImage", images=["30", 0])
    assert recipe_of(graph).hires_scale is None


def test_a_seed_too_large_for_the_column_is_kept_beside_it():
    graph = graphs.simple()
    graph["3"]["inputs"]["seed"] = 2**64 - 1
    found = found_of(graph)
    assert (found.recipe.seed, found.rest["seed"]) == (None, 2**64 - 1)


def test_nan_in_a_graph_is_no_number_and_no_obstacle():
    text = json.dumps(graphs.simple()).replace('"cfg": 8', '"cfg": NaN').replace('"denoise": 1', '"denoise": Infinity')
    found = read(Blocks(texts=(("prompt", text),)))
    assert (found.recipe.cfg, found.rest["cfg"], found.recipe.steps) == (None, "NaN", 20)


def test_widgets_of_unknown_nodes_are_named_by_their_inputs():
    """Newer editors list which inputs are widgets; a seed has one more value after it."""
    graph = graphs.editor()
    sampler = next(each for each in graph["nodes"] if each["id"] == 6)
    sampler["type"] = "MySampler"
    sampler["inputs"] = sampler["inputs"][:4] + [
        {"name": name, "type": "*", "link": None, "widget": {"name": name}}
        for name in ("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise")
    ]
    sampler["widgets_values"][0] = 31
    recipe = recipe_of(graph, keyword="workflow")
    assert (recipe.seed, recipe.steps, recipe.cfg, recipe.scheduler) == (31, 25, 5.5, "Exponential")
