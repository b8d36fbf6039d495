"""The web process may import the engine's names without paying for torch."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "generation.engine",
        "generation.engine.sampler_names",
        "generation.engine.checkpoint_files",
        "generation.engine.canvas",
        "generation.engine.masks",
        "generation.engine.prompt_syntax",
        "generation.engine.prompt_schedule",
        "generation.engine.prompt_tokens",
        "generation.engine.stock.families",
    ],
)
def test_importing_it_loads_no_torch(module: str) -> None:
    script = (
        f"import sys, {module}; print(sorted({{'torch', 'diffusers', 'transformers', 'django'}} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import generation.engine

    with pytest.raises(AttributeError):
        _ = generation.engine.Motor
