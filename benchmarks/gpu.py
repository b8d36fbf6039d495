"""The engine beside bare diffusers, on the GPU if there is one, else on the processor: `python -m benchmarks.gpu`.

Needs torch, diffusers, transformers and this repository's folder, nothing installed and no Django: also on a bare
machine, as `PYTHONPATH=/path/to/carried/packages python3 benchmarks/gpu.py`. Models have random weights in the shapes
of SD 1.5 and SDXL, so that speed is real and pictures are noise. Two questions:

- What does one picture alone cost with the engine, compared with the stock pipeline? Rounds take turns.
- What do 1, 4, 8 and 16 people get who ask at random moments (Poisson), against the stock pipeline that draws one
  picture after the other? The same arrivals on both sides, twice as many as the stock pipeline could draw at 4 users.

Prints Markdown, and with `--json FILE` keeps the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# As the workers have it: on small models a second thread costs both sides more than it brings.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Threads that wait by spinning would measure whatever else the machine is doing.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

if TYPE_CHECKING:
    import torch

    from benchmarks.engine.shapes import Shape

USERS = (1, 4, 8, 16)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--device", default="auto", help="cuda, cuda:1 … or cpu; auto takes a GPU if there is one")
    parser.add_argument("--shapes", default="", help="sd15,sdxl on a GPU and small on a CPU unless said")
    parser.add_argument("--sides", default="", help="sizes in pixels, such as 512,1024; those of the shape unless said")
    parser.add_argument("--users", default=",".join(map(str, USERS)))
    parser.add_argument("--each", type=int, default=3, help="pictures that each user asks for")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of one picture alone")
    parser.add_argument("--steps", type=int, default=28)
    parser.add_argument("--max-batch", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=60, help="begin nothing new after so many minutes")
    parser.add_argument("--json", type=Path, help="where to keep the figures")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for and print it."""
    options = parse(arguments)
    import torch

    from benchmarks.engine.shapes import SHAPES

    there_is_one = torch.cuda.is_available()
    device = torch.device(("cuda" if there_is_one else "cpu") if options.device == "auto" else options.device)
    if device.type == "cuda" and not there_is_one:
        print("There is no CUDA device here; ask for --device cpu.", file=sys.stderr)
        return 2
    if not there_is_one:
        print("No CUDA device here: nothing below says how fast a GPU is.")
    chosen = options.shapes or ("small" if device.type == "cpu" else "sd15,sdxl")
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{os.cpu_count()} × {platform.machine()}"
    print(
        f"{card}, torch {torch.__version__}, Python {platform.python_version()}, "
        f"{torch.get_num_threads()} thread(s), {options.steps} steps\n",
        flush=True,
    )
    figures: dict[str, Any] = {"device": card, "torch": torch.__version__, "alone": [], "load": []}
    deadline = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="irodori-bench-") as temporary:
        for name in chosen.split(","):
            if name not in SHAPES:
                print(f"There is no shape {name!r}; there are {', '.join(SHAPES)}.", file=sys.stderr)
                return 2
            measure(SHAPES[name], Path(temporary) / name, device, options, deadline, figures)
    print_tables(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), "utf-8")
    return 0


def measure(
    shape: Shape,
    folder: Path,
    device: torch.device,
    options: argparse.Namespace,
    deadline: float,
    figures: dict[str, Any],
) -> None:
    """Build one model and put it through both questions; lines are printed as they come."""
    import torch

    from benchmarks.engine import report
    from benchmarks.engine.arrivals import one, poisson
    from benchmarks.engine.sides import Bare, Batched

    dtype = torch.float32 if device.type == "cpu" else torch.float16
    shape.write(folder, device, dtype)
    bare = Bare(folder, device, dtype)
    engine = Batched(folder, device, str(dtype).removeprefix("torch."), options.max_batch)
    sides = [int(text) for text in options.sides.split(",")] if options.sides else list(shape.sides)
    for side in sides:
        for warm in (bare, engine):
            warm.draw([one(options.steps)], side)
        pictures = [one(options.steps, turn) for turn in range(1, options.rounds + 1)]
        rounds = [(bare.draw([picture], side), engine.draw([picture], side)) for picture in pictures]
        line = report.alone(
            shape.title, side, options.steps, [b.seconds for b, _ in rounds], [e.seconds for _, e in rounds]
        )
        print(line, flush=True)
        figures["alone"].append(line)
        pace = sorted(b.seconds for b, _ in rounds)[options.rounds // 2]
        for users in (int(text) for text in options.users.split(",")):
            if time.monotonic() > deadline:
                print(f"(out of time before {users} users at {side}²)", flush=True)
                return
            # At 4 users, people ask for twice what the stock pipeline can draw.
            arrivals = poisson(users, options.each, 2 * pace, seed=users, steps=options.steps)
            line = report.load(shape.title, side, users, bare.draw(arrivals, side), engine.draw(arrivals, side))
            print(line, flush=True)
            figures["load"].append(line)


def print_tables(figures: dict[str, Any]) -> None:
    """All lines again, as two tables."""
    from benchmarks.engine import report

    print("\nOne picture alone:\n\n" + report.table(report.ALONE_HEAD, figures["alone"]))
    print("\nPeople who ask at random moments:\n\n" + report.table(report.LOAD_HEAD, figures["load"]))


if __name__ == "__main__":
    sys.exit(main())
