"""Who asks for what, and when."""

import random
from dataclasses import dataclass

SAMPLERS = ("Euler a", "DPM++ 2M Karras", "DDIM", "Euler")
WORDS = ("1girl", "red hair", "night sky", "smile", "city", "rain", "flowers", "armor", "sword", "glasses")
STEPS = 28


@dataclass(frozen=True)
class Arrival:
    """One picture that `user` asks for `at` seconds after the start."""

    at: float
    user: int
    prompt: str
    negative_prompt: str
    seed: int
    sampler: str
    steps: int
    guidance: float


def poisson(users: int, each: int, pause: float, seed: int = 1, steps: int = STEPS) -> list[Arrival]:
    """`each` pictures for each of `users`, who ask by a Poisson process of their own, `pause` seconds apart on average.

    Prompts, seeds, samplers, guidance and steps (within a quarter of `steps`) differ from picture to picture.
    """
    chance = random.Random(seed)
    arrivals = []
    for user in range(users):
        at = 0.0
        for _ in range(each):
            at += chance.expovariate(1 / pause) if pause else 0.0
            arrivals.append(
                Arrival(
                    at=at,
                    user=user,
                    prompt=", ".join(chance.sample(WORDS, 5)),
                    negative_prompt=chance.choice(("", "low quality, blurry")),
                    seed=chance.randrange(2**32),
                    sampler=chance.choice(SAMPLERS),
                    steps=chance.randint(round(steps * 0.75), round(steps * 1.25)),
                    guidance=chance.choice((5.0, 7.0, 9.0)),
                )
            )
    return sorted(arrivals, key=lambda arrival: arrival.at)


def one(steps: int = STEPS, turn: int = 0) -> Arrival:
    """The picture by which one job alone is measured, with other words at each turn: the engine remembers texts."""
    prompt = ", ".join(["1girl", "red hair", "smile", f"{turn} stars"])
    return Arrival(0.0, 0, prompt, f"low quality, {turn}", 7, "Euler a", steps, 7.0)
