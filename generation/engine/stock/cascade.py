"""DeepFloyd IF's folder: the first stage's, with the next stages in folders within. Light: imports no torch.

`stage_2` holds an IFSuperResolutionPipeline, `stage_3` a StableDiffusionUpscalePipeline, which enlarges 4 x. A
checkpoint with fewer stages draws smaller pictures.
"""

from pathlib import Path
from types import MappingProxyType

from generation.engine.pipeline_folder import PipelineFolder, read_folder

STAGE_PIPELINES = MappingProxyType(
    {"stage_2": "IFSuperResolutionPipeline", "stage_3": "StableDiffusionUpscalePipeline"}
)

_UPSCALER_SCALE = 4


def read_stages(folder: Path) -> dict[str, PipelineFolder]:
    """Check the folders of the further stages, in order.

    Raises EngineError corrupt_checkpoint, unsupported_checkpoint.
    """
    stages: dict[str, PipelineFolder] = {}
    for name, pipeline in STAGE_PIPELINES.items():
        if not (folder / name).is_dir():
            break
        stages[name] = read_folder(folder / name, stage=pipeline)
    return stages


def scales_of(first: PipelineFolder, stages: dict[str, PipelineFolder]) -> list[int]:
    """Return by how much each further stage enlarges the picture of the one before."""
    scales = []
    for name, stage in stages.items():
        sides = (one.configs["unet"].get("sample_size") for one in (stage, first))
        drawn, small = (side if isinstance(side, int) and side > 0 else 64 for side in sides)
        scales.append(max(1, drawn // small) if name == "stage_2" else _UPSCALER_SCALE)
    return scales
