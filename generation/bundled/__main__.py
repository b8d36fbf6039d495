"""Command line of the bundled model: ``python -m generation.bundled COMMAND`` (``--help`` lists the commands)."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from .plans import DEVICES, MORE_PARTS, PARTS, SIZES, Plan, plan_for
from .workplace import DEFAULT_FOLDER, Workplace

MODEL_FOLDER = Path(__file__).with_name("model")


def build_parser() -> argparse.ArgumentParser:
    """The command line's arguments."""
    parser = argparse.ArgumentParser(prog="python -m generation.bundled", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on training from the checkpoints")
    train.add_argument("--part", choices=("all", *PARTS, *MORE_PARTS), default="all")
    train.add_argument("--evaluate", type=int, default=0, metavar="PROMPTS", help="measure so many prompts at the end")
    overfit = commands.add_parser("overfit", help="check that the denoiser can learn a few pictures by heart")
    overfit.add_argument("--samples", type=int, default=64, help="how many pictures to draw again")
    for command in (train, overfit):
        command.add_argument("--device", choices=DEVICES, default="cpu")
        command.add_argument("--pictures", type=int, default=None, help="how many pictures to render")
        command.add_argument("--minutes", type=float, default=None, help="how long to train in this run")
        command.add_argument("--steps", type=int, default=None, help="stop each part after so many steps in this run")
        command.add_argument("--threads", type=int, default=None, help="torch's threads in each part")
        command.add_argument("--workers", type=int, default=None, help="processes that render")
        command.add_argument("--rate", type=float, default=None, help="peak learning rate of the chosen part")
        command.add_argument("--batch", type=int, default=None, help="batch size of the chosen part")
        command.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=None)
        command.add_argument(
            "--compile-minutes", type=float, default=None, help="how long compiling may take; 0: never"
        )
        command.add_argument("--start-from", type=Path, default=None, help="begin with what this exported model knows")
    sheet = commands.add_parser("sheet", help="draw the fixed prompts with the latest checkpoints")
    export = commands.add_parser("export", help="write the folder that the site installs")
    export.add_argument("--to", type=Path, default=None, help="default: where the site looks for it")
    evaluate = commands.add_parser("evaluate", help="measure how faithfully the exported model draws its tags")
    evaluate.add_argument("--model", type=Path, default=MODEL_FOLDER)
    evaluate.add_argument("--prompts", type=int, default=500)
    for command in (export, evaluate):
        command.add_argument("--part", choices=("model", "tagger"), default="model")
    seeds = commands.add_parser("seeds", help="propose seeds for the starter pictures, best first")
    seeds.add_argument("--model", type=Path, default=MODEL_FOLDER)
    seeds.add_argument("--seeds", type=int, default=10, help="how many seeds to try for each")
    collect = commands.add_parser("collect", help="copy model, sheets and logs as at most 8 files of limited size")
    collect.add_argument("--to", type=Path, required=True)
    collect.add_argument("--limit-mib", type=float, default=16.0, help="size of one file at most")
    collect.add_argument("--wait", type=float, default=0.0, metavar="MINUTES", help="wait for the end of the training")
    for command in (train, overfit, sheet, export, evaluate, seeds, collect):
        command.add_argument("--size", type=int, choices=SIZES, default=128)
        command.add_argument("--work-dir", type=Path, default=None, help=f"default: {DEFAULT_FOLDER}/SIZE")
    return parser


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan for device and size, with what the command line changes in it."""
    plan = plan_for(options.device, options.size)
    given = {
        name: value
        for name in ("pictures", "minutes", "steps", "threads", "workers", "bf16", "compile_minutes")
        if (value := getattr(options, name)) is not None
    }
    step = {name: value for name in ("rate", "batch") if (value := getattr(options, name)) is not None}
    return replace(
        plan,
        **given,
        decoder=replace(plan.decoder, **step),
        denoiser=replace(plan.denoiser, **step, start_from=options.start_from),
    )


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    options = build_parser().parse_args(arguments)
    place = Workplace(options.work_dir or DEFAULT_FOLDER / str(options.size))
    match options.command:
        case "train" if options.part == "all":
            from .driver import Driver

            return Driver(plan_of(options), place, arguments[1:], options.evaluate).run()
        case "train":
            from .train import run_part

            run_part(options.part, plan_of(options), place)
        case "overfit":
            from .overfit import overfit

            sys.stdout.write(overfit(place, plan_of(options), options.samples).as_text() + "\n")
        case "sheet":
            from .sample import sheet_of_samples

            sheet_of_samples(place, "latest")
        case "export" if options.part == "tagger":
            from .tagger import export as tagger_export

            tagger_export.export_tagger(place, options.to or tagger_export.MODEL_FOLDER)
        case "export":
            from .export import export_model

            export_model(place, options.to or MODEL_FOLDER, options.size)
        case "evaluate" if options.part == "tagger":
            from .tagger import evaluate as tagger_evaluate
            from .tagger.export import MODEL_FOLDER as TAGGER_FOLDER

            result = tagger_evaluate.evaluate_tagger(place, TAGGER_FOLDER, options.model)
            sys.stdout.write(tagger_evaluate.as_table(result) + "\n")
        case "evaluate":
            from .evaluate import as_table, evaluate

            sys.stdout.write(as_table(evaluate(place, options.model, options.prompts)) + "\n")
        case "seeds":
            from .seeds import propose_seeds

            for title, best in propose_seeds(place, options.model, options.seeds):
                sys.stdout.write(f"{title}: {', '.join(map(str, best))}\n")
        case "collect":
            from .collect import MIB, collect, wait_for_end

            ended = wait_for_end(place, options.wait)
            for path in collect(place, options.to, int(options.limit_mib * MIB), options.size):
                sys.stdout.write(f"{path.stat().st_size / MIB:6.2f} MiB  {path}\n")
            sys.stdout.write("the training has ended\n" if ended else "the training still runs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
