"""`python -m config up` and its companions: the commands that stand outside Django's manage.py."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config")
    commands = {
        "up": "start the whole site on this machine and stay until Ctrl-C",
        "stop": "stop the site that runs from the data folder, and wait until it has",
        "prepare": "migrate, collect static files, install the bundled model; then end",
        "catalogues": "compile the translation catalogues; then end",
        "translations": "fail unless every sentence is translated into every language",
    }
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, text in commands.items():
        subparser = subparsers.add_parser(name, help=text)
        if name == "prepare":
            subparser.add_argument(
                "--owner-link", action="store_true", help="also print a link that signs the owner in"
            )
    arguments = parser.parse_args()
    command = arguments.command
    # Each imports its own: the supervisor stays small and `prepare` needs Django.
    if command == "up":
        from config.up import up

        return up()
    if command == "stop":
        from config.embedded.data_folder import stop
        from config.embedded.preflight import StartError
        from config.up import data_folder

        try:
            print("Stopped." if stop(data_folder()) else f"No site runs from {data_folder()}.")  # noqa: T201
        except StartError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
        return 0
    if command == "prepare":
        import os

        from config.prepare import prepare

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("IRODORI_HASHED_STATIC", "1")
        prepare(owner_link=arguments.owner_link)
        return 0
    base = Path(__file__).resolve().parent.parent
    if command == "catalogues":
        from config.catalogues import compile_catalogues

        compile_catalogues(base / "locale")
        return 0
    from config.translations import check_translations

    faults = check_translations(base, ["ja"])
    print("\n".join(faults) or "Every sentence is translated.")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
