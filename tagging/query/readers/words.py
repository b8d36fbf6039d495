"""Words: fixed ones, free text, names, digests, and ids that may also be words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tagging.query.readers.numbers import integers
from tagging.query.readers.ranges import presence
from tagging.query.values import BadValue, Choices, Clock, Reader, Text, UserName, Value


def choices(spellings: Mapping[str, str], *, nullable: bool = False) -> Reader:
    """A reader of a comma list of words in any case; `spellings` maps each accepted word to its canonical one. With
    `nullable` also `any` and `none`, alone.
    """
    accepted = {word.lower(): canonical for word, canonical in spellings.items()}
    shown = (*spellings, *(("any", "none") if nullable else ()))

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        words = [part.strip().lower() for part in text.split(",")]
        if all(word in accepted for word in words):
            return Choices(frozenset(accepted[word] for word in words))
        if nullable and (found := presence(text, quoted)):
            return found
        raise BadValue("choices", choices=shown)

    return read


def text(limit: int = 1000, *, nullable: bool = False) -> Reader:
    """A reader of any text that is not empty, up to `limit` characters. With `nullable` also `any` and `none`, unless
    they are quoted.
    """

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if nullable and (found := presence(text, quoted)):
            return found
        if not text.strip() or len(text) > limit:
            raise BadValue("text_or_none" if nullable else "text", limit=limit)
        return Text(text, literal=quoted)

    return read


def user_name(limit: int = 150, *, nullable: bool = False) -> Reader:
    """A reader of an account's name, up to `limit` characters. With `nullable` also `any` and `none`, unless they are
    quoted.
    """

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if nullable and (found := presence(text, quoted)):
            return found
        if not text.strip() or len(text) > limit:
            raise BadValue("user_name_or_none" if nullable else "user_name", limit=limit)
        return UserName(text.strip())

    return read


def hex_digests(length: int, *, shortest: int | None = None) -> Reader:
    """A reader of a comma list of digests of `length` hexadecimal digits, as Choices in lower case. With `shortest`
    beginnings of at least so many digits are taken as well.
    """
    digits = re.compile(rf"[0-9a-f]{{{shortest or length},{length}}}")

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        words = [part.strip().lower() for part in text.split(",")]
        if not all(digits.fullmatch(word) for word in words):
            raise BadValue("hex_digests", length=length)
        return Choices(frozenset(words))

    return read


def id_or_presence(spellings: Mapping[str, str] | None = None) -> Reader:
    """A reader of ids (Numbers), of `any` and `none` (Presence), and of the words in `spellings` (Choices)."""
    words = choices(spellings or {}, nullable=True)
    numbers = integers()

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if text.strip()[:1].isalpha():
            try:
                return words(text, quoted, clock)
            except BadValue as error:
                raise BadValue("id_or_presence", **error.params) from error
        try:
            return numbers(text, quoted, clock)
        except BadValue as error:
            if error.expected == "smaller_number":
                raise
            raise BadValue("id_or_presence", choices=(*(spellings or ()), "any", "none")) from error

    return read


def id_or_name(limit: int = 200, *, nullable: bool = False) -> Reader:
    """A reader of one id (Numbers) or of a name (Text; digits in quotation marks are a name). With `nullable` also
    `any` and `none`, unless they are quoted.
    """
    numbers = integers()
    names = text(limit, nullable=nullable)

    def read(text: str, quoted: bool, clock: Clock) -> Value:
        if not quoted and re.fullmatch("[0-9]{1,19}", text):
            return numbers(text, quoted, clock)
        return names(text, quoted, clock)

    return read
