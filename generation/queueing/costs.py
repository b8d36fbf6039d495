"""What a pass of denoising costs, in the unit that the queue counts in. Of whole pictures: `workload`."""


def cost_of(width: int, height: int, calls: int) -> float:
    """Megapixel-steps of `calls` denoiser calls at `width` x `height` pixels."""
    return width * height / 1e6 * calls
