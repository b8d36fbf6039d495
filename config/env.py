"""Typed readers of environment variables; nonsense stops the start with one clear line."""

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """The variable's text, or `default` where it is unset or empty."""
    return os.environ.get(name) or default


def env_bool(name: str, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off (any case); else `ImproperlyConfigured`."""
    text = env_str(name)
    if not text:
        return default
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}; use 1 or 0.")


def env_int(name: str, default: int, minimum: int = 0) -> int:
    """A whole number of at least `minimum`; else `ImproperlyConfigured`."""
    text = env_str(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {text!r}; use a whole number.") from None
    if value < minimum:
        raise ImproperlyConfigured(f"{name} is {value}; use {minimum} or more.")
    return value


def env_list(name: str, default: list[str]) -> list[str]:
    """A comma-separated list, blanks dropped."""
    text = env_str(name)
    return [part.strip() for part in text.split(",") if part.strip()] if text else default


def env_pairs(name: str, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """Comma-separated `key=value`, each key one of `keys`; else `ImproperlyConfigured` naming them."""
    pairs = []
    for part in env_list(name, []):
        key, sign, value = part.partition("=")
        if key.strip() not in keys or not sign or not value.strip():
            raise ImproperlyConfigured(f"{name} has {part!r}; write key=value, with a key of {', '.join(keys)}.")
        pairs.append((key.strip(), value.strip()))
    return pairs


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of `choices`; else `ImproperlyConfigured` naming them."""
    value = env_str(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(choices)}.")
    return value


def env_pattern(name: str, default: str, pattern: str, expected: str) -> str:
    """A text that matches `pattern` as a whole; else `ImproperlyConfigured`, which says what was `expected`."""
    value = env_str(name, default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} is {value!r}; use {expected}.")
    return value


def env_weights(name: str, default: Mapping[str, float]) -> dict[str, float]:
    """`default` with what `name=number,name=number` changes; a name outside it or a number not above 0 is refused."""
    weights = dict(default)
    for part in env_list(name, []):
        key, _, text = part.partition("=")
        try:
            weight = float(text)
        except ValueError:
            weight = 0.0
        if key.strip() not in default or not (weight > 0 and math.isfinite(weight)):
            known = ",".join(f"{known}={number:g}" for known, number in default.items())
            raise ImproperlyConfigured(f"{name} has {part!r}; use numbers above 0, such as {known}.")
        weights[key.strip()] = weight
    return weights


def env_path(name: str, default: Path) -> Path:
    """An absolute path, `~` expanded."""
    text = env_str(name)
    return Path(text).expanduser().resolve() if text else default


def env_secret(name: str, default: str) -> str:
    """A secret from the variable, or from the file that `NAME_FILE` points to."""
    file = env_str(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return env_str(name, default)
