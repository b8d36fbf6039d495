"""Chunks of posts as lines for COPY, for the site's own tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.posts import RATINGS, STATUSES, Posts
from benchmarks.corpus.vocabulary import ARTIST, CHARACTER, COPYRIGHT, GENERAL, META, MODEL, Vocabulary
from gallery.provenance import searchable

BEGAN, YEARS = np.datetime64("2020-01-01", "us"), 6
AUTHORS = 2_000
SIZES = ((832, 1216), (1024, 1024), (1216, 832), (768, 1344), (512, 768), (1344, 768), (1664, 2432), (2048, 2048))
SAMPLERS = ("Euler a", "DPM++ 2M", "Euler", "DPM++ SDE", "DDIM", "UniPC", "Heun", "LMS")
SCHEDULERS = ("Karras", "Normal", "Simple", "Exponential", "")
GENERATORS = ("irodori", "a1111", "comfyui", "novelai", "invokeai", "")
STEPS, GUIDANCE = (20, 25, 28, 30, 35, 40, 50, 12, 8), (7.0, 5.0, 6.0, 4.5, 8.0, 3.5, 11.0, 1.0)
NEGATIVES = ("", "lowres, bad anatomy", "worst quality, low quality", "blurry, text, watermark", "extra fingers")
LORAS = tuple(f"style_{number}" for number in range(60))
LEVELS = ("generated", "composite", "assisted", "human", "unknown")
LONG_PROMPTS = 0.05

TABLES = {
    "gallery_asset": "id, key, owner_id, origin, width, height, pixel_sha256, dominant_color, thumbhash, created_at",
    "gallery_post": "id, asset_id, author_id, title, commentary, rating, status, ai_level, ai_evidence,"
    " prompt_visibility, tag_ids, tag_count, general_tags, artist_tags, copyright_tags, character_tags, meta_tags,"
    " model_tags, parent_id, source, width, height, file_size, file_type, created_at, updated_at",
    "gallery_poststats": "post_id, score, up_score, down_score, fav_count, views",
    "gallery_postgeneration": "post_id, prompt, negative_prompt, prompt_words, negative_words, model_name, model_hash,"
    " sampler, scheduler, steps, cfg, seed, denoise, loras, width, height, generator, generator_version, extra",
}
TAG_STRINGS = "tag_strings"
"""Beside the site's tables: the same posts with their tags as one text."""


@dataclass
class Rows:
    """Makes the lines, and counts tags on the way as the site would have."""

    vocabulary: Vocabulary
    standing: NDArray[np.int64] = field(init=False)
    general: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        number = len(self.vocabulary.names)
        self.standing, self.general = np.zeros(number, np.int64), np.zeros(number, np.int64)
        self.key_texts = np.array([str(key) for key in self.vocabulary.keys], object)
        self.names = np.array(self.vocabulary.names, object)

    def of(self, posts: Posts) -> dict[str, str]:
        """Lines of one chunk by table."""
        self._count(posts)
        random, number = posts.random, len(posts)
        ids = range(posts.first, posts.first + number)
        width, height = np.array(SIZES)[random.choice(len(SIZES), number, p=_falling(len(SIZES)))].T
        made = _times(posts.time)
        author = 1 + np.minimum(random.zipf(1.3, number), AUTHORS) - 1
        author = author.tolist()
        width, height = width.tolist(), height.tolist()
        assets = [
            f"{id_}\tbench{id_:017d}\t{who}\tdrawn\t{w}\t{h}\t{id_:064x}\t#{id_ * 40503 % 0x1000000:06x}\t\t{at}\n"
            for id_, who, w, h, at in zip(ids, author, width, height, made, strict=True)
        ]
        return {
            "gallery_asset": "".join(assets),
            "gallery_post": "".join(self._posts(posts, ids, author, width, height, made)),
            "gallery_poststats": "".join(_stats(posts, ids)),
            "gallery_postgeneration": "".join(self._recipes(posts, width, height)),
            TAG_STRINGS: "".join(
                f"{id_}\t{' '.join(names)}\n" for id_, names in zip(ids, self._split(posts, self.names), strict=True)
            ),
        }

    def _count(self, posts: Posts) -> None:
        post, tag = posts.pairs.T
        standing = np.isin(STATUSES, ("active", "flagged"))[posts.status[post]]
        size = len(self.standing)
        self.standing += np.bincount(tag[standing], minlength=size)
        self.general += np.bincount(tag[standing & (posts.rating[post] == 0)], minlength=size)

    def _split(self, posts: Posts, texts: NDArray) -> Iterator[list[str]]:
        """For each post the `texts` of its tags."""
        found = texts[posts.pairs[:, 1]].tolist()
        ends = np.concatenate([[0], np.cumsum(np.bincount(posts.pairs[:, 0], minlength=len(posts)))]).tolist()
        return (found[begin:end] for begin, end in pairwise(ends))

    def _posts(self, posts: Posts, ids: range, author: list, width: list, height: list, made: list) -> Iterator[str]:
        random, number = posts.random, len(posts)
        post, tag = posts.pairs.T
        categories = self.vocabulary.categories[tag]
        counts = [
            np.bincount(post[categories == category], minlength=number)
            for category in (GENERAL, ARTIST, COPYRIGHT, CHARACTER, META, MODEL)
        ]
        counted = ["\t".join(map(str, row)) for row in np.column_stack([sum(counts), *counts]).tolist()]
        rating = RATINGS[posts.rating].tolist()
        level = np.where(posts.ai, random.choice(2, number, p=[0.93, 0.07]), random.integers(2, 5, number))
        here = posts.ai & (random.random(number) < 0.4)
        elsewhere = np.where(posts.ai, "metadata", "declared")
        evidence = np.where(here, "site_job", elsewhere).tolist()
        hidden = np.where(random.random(number) < 0.05, "hidden", "visible").tolist()
        has_parent = random.random(number) < 0.04
        parent = np.arange(posts.first, posts.first + number) - random.integers(1, 500, number)
        parents = np.where(has_parent & (parent > 0), parent.astype(str), r"\N").tolist()
        size = random.lognormal(np.log(1.2e6), 0.6, number).astype(int).tolist()
        sourced = (random.random(number) < 0.06).tolist()
        changed = _times(posts.time + random.random(number) * (1 - posts.time))
        levels, statuses = np.array(LEVELS)[level].tolist(), STATUSES[posts.status].tolist()
        for place, (id_, keys) in enumerate(zip(ids, self._split(posts, self.key_texts), strict=True)):
            source = f"https://pictures.example/{id_ * 7919 % 9_999_991}" if sourced[place] else ""
            yield (
                f"{id_}\t{id_}\t{author[place]}\t\t\t{rating[place]}\t{statuses[place]}\t{levels[place]}\t"
                f"{evidence[place]}\t{hidden[place]}\t{{{','.join(keys)}}}\t{counted[place]}\t{parents[place]}\t"
                f"{source}\t{width[place]}\t{height[place]}\t{size[place]}\tpng\t{made[place]}\t{changed[place]}\n"
            )

    def _recipes(self, posts: Posts, width: list, height: list) -> Iterator[str]:
        random, number = posts.random, len(posts)
        models = self.vocabulary.names[self.vocabulary.first(MODEL) :]
        long = (random.random(number) < LONG_PROMPTS).tolist()
        draws = {
            name: random.choice(len(choices), number, p=_falling(len(choices))).tolist()
            for name, choices in (
                ("sampler", SAMPLERS),
                ("scheduler", SCHEDULERS),
                ("steps", STEPS),
                ("cfg", GUIDANCE),
                ("negative", NEGATIVES),
                ("generator", GENERATORS),
            )
        }
        seeds = random.integers(0, 2**32, number).tolist()
        lora = random.integers(0, int(len(LORAS) / 0.2), number).tolist()
        model, ai = posts.model.tolist(), posts.ai.tolist()
        negatives = [(text, searchable(text)) for text in NEGATIVES]
        for place, names in enumerate(self._split(posts, self.names)):
            if not ai[place]:
                continue
            prompt = ", ".join(names[: 20 if long[place] else 4])
            negative, negative_words = negatives[draws["negative"][place]]
            loras = LORAS[lora[place]] if lora[place] < len(LORAS) else ""
            yield (
                f"{posts.first + place}\t{prompt}\t{negative}\t{searchable(prompt)}\t{negative_words}\t"
                f"{models[model[place]]}\t{model[place]:064x}\t{SAMPLERS[draws['sampler'][place]]}\t"
                f"{SCHEDULERS[draws['scheduler'][place]]}\t{STEPS[draws['steps'][place]]}\t"
                f"{GUIDANCE[draws['cfg'][place]]}\t{seeds[place]}\t\\N\t{{{loras}}}\t{width[place]}\t{height[place]}\t"
                f"{GENERATORS[draws['generator'][place]]}\t\t{{}}\n"
            )


def _stats(posts: Posts, ids: range) -> Iterator[str]:
    random, number = posts.random, len(posts)
    liked = random.lognormal(1.2, 1.1, number)
    up, down = random.poisson(liked), random.poisson(liked * 0.08)
    favourites, views = random.poisson(liked * 1.6), random.poisson(liked * 40)
    columns = np.column_stack([up - down, up, down, favourites, views]).tolist()
    return ("\t".join(map(str, [id_, *row])) + "\n" for id_, row in zip(ids, columns, strict=True))


def _times(moments: NDArray[np.float64]) -> list[str]:
    """Parts of the site's life as times in UTC."""
    microseconds = (moments * YEARS * 365.25 * 86_400e6).astype(np.int64).astype("timedelta64[us]")
    texts: list[str] = np.datetime_as_string(BEGAN + microseconds, timezone="UTC").tolist()
    return texts


def _falling(number: int) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, number + 1)
    return weights / weights.sum()
