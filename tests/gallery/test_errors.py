"""Every error has a sentence, and every sentence an error."""

import re
from pathlib import Path
from types import ModuleType

import gallery
import generation
from gallery.errors import SearchTimeout, UserFacingError
from gallery.sentences import MESSAGES

RAISED = (
    r"(?:NotAllowed|Invalid|InvalidTransition|LinkUnusable|Busy|NotNow|Gone|NoFreeSlot|TooOften|PictureRefused|BrokenSidecar"
    r"|__init__|checked_choice|_whole)"
)
CODE = re.compile(RAISED + r'\(\s*(?:[^()]*, )?"(\w+)"')
SHOWN = re.compile(r'MESSAGES\["(\w+)"\]|UserFacingError\(\S+ or "(\w+)"\)')
OTHERWISE = re.compile(RAISED + r'\("\w+" if .* else "(\w+)"')


def test_every_code_that_is_raised_has_a_sentence_and_no_sentence_is_left_over():
    here, above = codes_in(gallery), codes_in(generation)
    assert here - set(MESSAGES) == set()
    # The floor above says some of them too.
    assert set(MESSAGES) - here - above == set()


def codes_in(floor: ModuleType) -> set[str]:
    folder = Path(str(floor.__file__)).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    shown = {code for codes in SHOWN.findall(sources) for code in codes if code}
    return {*CODE.findall(sources), *OTHERWISE.findall(sources)} | shown


def test_an_error_reads_as_its_sentence():
    assert str(UserFacingError("unknown_user", name="mika")) == "There is no account named “mika”."
    assert "Add a tag" in SearchTimeout().message
