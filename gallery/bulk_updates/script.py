"""Scripts: one command a line, `#` before what is only said. Reading looks nothing up; a rehearsal tries it all."""

from dataclasses import dataclass, replace

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from gallery.bulk_updates.commands import ALL, Command
from gallery.bulk_updates.commands.base import known_tag
from gallery.bulk_updates.problems import PROBLEMS, sentence
from gallery.errors import Invalid
from gallery.models import User
from tagging.relations import lock_relations

MAX_LINES = 100
MAX_LENGTH = 20_000
LONGEST_WAIT = "2s"
"""Whoever tries a script waits no longer for those who change tags, and they for nobody who tries one."""
SHOWN = 80  # characters of a line that a sentence repeats

# Longer keywords first: `create alias` before `alias`.
_BY_KEYWORD = sorted(
    ((keyword, command) for command in ALL for keyword in command.keywords), key=lambda pair: -len(pair[0])
)


@dataclass(frozen=True)
class Line:
    """A command and where it stands in the text, counted from 1."""

    number: int
    command: Command


@dataclass(frozen=True)
class Tried:
    """A line as it was typed, the command that it is, and what is wrong with it (empty: nothing)."""

    number: int
    text: str
    command: Command | None
    problem: str = ""


def read_script(script: str) -> list[Line]:
    """The commands of a script. Raises Invalid that names the line and what would be right."""
    lines = []
    for number, text in _lines(script):
        try:
            lines.append(Line(number, _read_line(text)))
        except PROBLEMS as error:
            raise Invalid("bad_script_line", line=number, problem=sentence(error)) from error
    return lines


def try_script(script: str, viewer: User, editor: User) -> list[Tried]:
    """Every line with what is wrong with it, after what the lines before it change about tags; that is taken back.

    Raises Invalid for a script without commands or with too many, and when others are changing tags just now.
    """
    lines = [_read_or_problem(number, text) for number, text in _lines(script)]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
            lock_relations()
            tried = _try(lines, viewer, editor)
            transaction.set_rollback(True)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Invalid("tags_busy") from error
        raise
    return tried


def _try(lines: list[Tried], viewer: User, editor: User) -> list[Tried]:
    # Asked before a line makes any of them: afterwards they all are there, those on hidden posts alone as well.
    # Moderators may know of all.
    made = {name for line in lines if line.command for name in line.command.makes()}
    new_to_viewer = {name for name in made if not viewer.is_moderator and known_tag(name, viewer) is None}
    fresh: set[str] = set()
    tried = []
    for line in lines:
        problem = line.problem
        if line.command is not None:
            try:
                with transaction.atomic():
                    line.command.check(viewer, frozenset(fresh))
                    line.command.relate(editor)
            except PROBLEMS as error:
                problem = sentence(error)
            else:
                fresh |= new_to_viewer.intersection(line.command.makes())
        tried.append(replace(line, problem=problem))
    return tried


def _read_or_problem(number: int, text: str) -> Tried:
    try:
        return Tried(number, text, _read_line(text))
    except PROBLEMS as error:
        return Tried(number, text, None, sentence(error))


def require_sound(tried: list[Tried]) -> None:
    """Raises Invalid for the first line that has a problem."""
    for line in tried:
        if line.problem:
            raise Invalid("bad_script_line", line=line.number, problem=line.problem)


def _lines(script: str) -> list[tuple[int, str]]:
    """The lines that hold a command, with their numbers. Raises Invalid."""
    if len(script) > MAX_LENGTH:
        raise Invalid("script_too_long", length=len(script), limit=MAX_LENGTH)
    numbered = ((number, " ".join(text.split())) for number, text in enumerate(script.splitlines(), start=1))
    lines = [(number, text.replace("\x00", "")) for number, text in numbered if text and not text.startswith("#")]
    if len(lines) > MAX_LINES:
        raise Invalid("script_too_many_lines", limit=MAX_LINES)
    if not lines:
        raise Invalid("script_empty")
    return lines


def _read_line(text: str) -> Command:
    for keyword, command in _BY_KEYWORD:
        if text.lower().startswith(f"{keyword} ") or text.lower() == keyword:
            return command.read(text[len(keyword) :].strip())
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    raise Invalid("unknown_command", text=shown, commands=", ".join(command.keywords[0] for command in ALL))
