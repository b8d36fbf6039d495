"""What a prompt says, for text encoders that know nothing of weights."""

from generation.engine.prompt_schedule import texts_by_step
from generation.engine.prompt_syntax import Syntax, parse


def plain_text(prompt: str, syntax: Syntax, steps: int) -> str:
    """Return the words of a prompt without its weights and LoRAs.

    Of a text that changes during the `steps` of drawing, what holds for most of them.
    """
    if syntax == "a1111":
        runs = texts_by_step(prompt, steps)
        starts = (0, *(end for end, _text in runs))
        (_end, prompt), _start = max(zip(runs, starts, strict=False), key=lambda run: run[0][0] - run[1])
    return " ".join("".join(span.text for span in chunk) for chunk in parse(prompt, syntax).chunks)
