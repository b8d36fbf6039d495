"""kill -9 for the process that draws, in the middle of a job: seconds until the page shows the take (goal: 40).

A whole site as `python -m config up` starts it. Prints each round's seconds and the largest.
"""

import os
import re
import signal
import tempfile
import time
import urllib.parse
from pathlib import Path

from benchmarks.click_to_take import PROMPT, Visitor, field
from tests.config.running_site import RunningSite

ROUNDS, GOAL_SECONDS = 3, 40


def ask(visitor: Visitor, page: str, seed: int, steps: int) -> str:
    """Ask for one picture; returns the number of its request."""
    fields = {"prompt": PROMPT, "model": field(page, "model"), "shape": "square", "steps": str(steps)}
    fields |= {"sampler": "DDIM", "guidance": "4", "seed": str(seed), "count": "1", "key": f"killed-{seed}"}
    address = visitor.send(page, "/create", fields)
    return urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["request"][0]


def wait_for(visitor: Visitor, number: str, sign: str) -> None:
    """Wait until the part of the page that shows a request contains `sign`."""
    began = time.perf_counter()
    while sign not in (part := visitor.request(number)):
        if time.perf_counter() - began > 300:
            raise SystemExit(f"{sign} didn't come within five minutes:\n{part}")
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    """The direct children of a process, from /proc."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def drawing_process(site: int) -> int:
    """The pool process of the site's Celery worker, of which there is one."""
    for pid in children(site):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"celery" in b" ".join(words) and b"worker" in words and children(pid):
            return children(pid)[0]
    raise SystemExit("The site has no worker with a process that draws.")


def killed_round(site: RunningSite, visitor: Visitor, page: str, seed: int, steps: int) -> float:
    """Ask for a picture, kill whoever draws it, and count the seconds from there to the take."""
    number = ask(visitor, page, seed, steps)
    wait_for(visitor, number, "shot__preview")
    os.kill(drawing_process(site.process.pid), signal.SIGKILL)
    killed = time.perf_counter()
    wait_for(visitor, number, "/takes/")
    return time.perf_counter() - killed


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="irodori-bench-") as folder, RunningSite(Path(folder) / "var") as site:
        visitor = Visitor(site)
        link = urllib.parse.urlsplit(site.owner_link).path
        visitor.send(visitor.get(link), link, {})
        page = visitor.get("/create")
        # As long as the model allows, so that it is hit in the middle.
        allowed = re.search(r'name="steps"[^>]*max="(\d+)"', page)
        steps = int(allowed[1]) if allowed else 50
        wait_for(visitor, ask(visitor, page, 1, 2), "/takes/")  # loads the model
        seconds = []
        for number in range(1, 1 + ROUNDS):
            seconds.append(killed_round(site, visitor, page, 1 + number, steps))
            print(f"round {number}: {seconds[-1]:6.1f} s from the kill to the take", flush=True)
    print(f"largest {max(seconds):6.1f} s   (goal: {GOAL_SECONDS} s)")


if __name__ == "__main__":
    main()
