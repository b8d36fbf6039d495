"""Command line of the bundled model: ``python -m generation.bundled train|sheet|evaluate|export``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .train import PARTS, Plan, run_all, run_part
from .train_denoiser import DenoiserPlan
from .workplace import DEFAULT_FOLDER, Workplace

MODEL_FOLDER = Path(__file__).with_name("model")


def build_parser() -> argparse.ArgumentParser:
    """The command line's arguments."""
    parser = argparse.ArgumentParser(prog="python -m generation.bundled", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on training from the checkpoints")
    train.add_argument("--part", choices=("all", *PARTS), default="all")
    train.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    train.add_argument("--pictures", type=int, default=Plan.pictures, help="how many pictures to render")
    train.add_argument("--minutes", type=float, default=Plan.minutes, help="how long each part trains in this run")
    train.add_argument("--steps", type=int, default=None, help="stop after so many steps in this run")
    train.add_argument("--threads", type=int, default=Plan.threads)
    train.add_argument("--rate", type=float, default=None, help="peak learning rate of the chosen part")
    train.add_argument("--batch", type=int, default=None, help="batch size of the chosen part")
    train.add_argument("--start-from", type=Path, default=None, help="begin with what this exported model knows")
    sheet = commands.add_parser("sheet", help="draw the fixed prompts with the latest checkpoints")
    export = commands.add_parser("export", help="write the folder that the site installs")
    export.add_argument("--to", type=Path, default=MODEL_FOLDER, help=f"default: {MODEL_FOLDER}")
    evaluate = commands.add_parser("evaluate", help="measure how faithfully the exported model draws its tags")
    evaluate.add_argument("--model", type=Path, default=MODEL_FOLDER)
    evaluate.add_argument("--prompts", type=int, default=500)
    for command in (train, sheet, export, evaluate):
        command.add_argument("--size", type=int, choices=(128, 256), default=128)
        command.add_argument("--work-dir", type=Path, default=None, help=f"default: {DEFAULT_FOLDER}/SIZE")
    return parser


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    options = build_parser().parse_args(arguments)
    place = Workplace(options.work_dir or DEFAULT_FOLDER / str(options.size))
    if options.command == "train":
        rate, batch = options.rate, options.batch
        plan = Plan(
            size=options.size,
            pictures=options.pictures,
            device=options.device,
            minutes=options.minutes,
            steps=options.steps,
            threads=options.threads,
            decoder_rate=rate or Plan.decoder_rate,
            decoder_batch=batch or Plan.decoder_batch,
            denoiser=DenoiserPlan(
                rate=rate or DenoiserPlan.rate, batch=batch or DenoiserPlan.batch, start_from=options.start_from
            ),
        )
        if options.part == "all":
            handed_on = arguments[1:]
            return run_all(plan, place, handed_on)
        run_part(options.part, plan, place)
        return 0
    if options.command == "sheet":
        from .sample import sheet_of_samples

        sheet_of_samples(place, "latest")
        return 0
    if options.command == "export":
        from .export import export_model

        export_model(place, options.to, options.size)
        return 0
    if options.command == "evaluate":
        from .evaluate import as_table, evaluate

        sys.stdout.write(as_table(evaluate(place, options.model, options.prompts)) + "\n")
        return 0
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
