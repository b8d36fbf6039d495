"""What a picture costs: megapixel-steps, all its passes together."""

from generation.engine.sampler_names import denoiser_calls
from generation.models import GenerationRequest


def cost_of(width: int, height: int, calls: int) -> float:
    """Megapixel-steps of one pass: `calls` denoiser calls at `width` x `height` pixels."""
    return width * height / 1e6 * calls


def cost_of_picture(request: GenerationRequest) -> float:
    """Megapixel-steps of one picture of `request`: a source saves the steps that its strength leaves out, a hires fix
    adds a second pass at its full size."""
    width, height, sampler = request.width, request.height, request.sampler
    steps = request.steps if request.strength is None else max(1, int(request.steps * request.strength))
    cost = cost_of(width, height, denoiser_calls(sampler, steps))
    if request.hires_scale is not None and request.hires_steps is not None:
        steps = max(1, int(request.hires_steps * (request.hires_strength or 1.0)))
        scale = request.hires_scale
        cost += cost_of(round(width * scale), round(height * scale), denoiser_calls(sampler, steps))
    return cost
