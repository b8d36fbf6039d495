"""From the click on "Draw" to the take on the page, beside a bare diffusers call of the same job, in one run.

Prints the seconds of both, their difference (what the site adds) and their ratio. Both sides run alternately on the
same machine with the same number of threads, so the ratio means something where the seconds do not.
"""

import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from tests.config.running_site import RunningSite

BUNDLED = Path(__file__).resolve().parent.parent / "generation" / "bundled" / "model"
MODEL = Path(os.environ.get("IRODORI_BUNDLED_MODEL") or BUNDLED)
PROMPT = "1girl, red hair, smile, blue background"
STEPS, SIDE, ROUNDS = 20, 128, 5


class Bare:
    """A process that has the stock pipeline loaded and draws on request."""

    program = """
import sys, time, torch
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained(sys.argv[1], local_files_only=True, safety_checker=None)
pipe.set_progress_bar_config(disable=True)
print("ready", flush=True)
for line in sys.stdin:
    seed = int(line)
    began = time.perf_counter()
    pipe(sys.argv[2], num_inference_steps=int(sys.argv[3]), width=int(sys.argv[4]), height=int(sys.argv[4]),
         guidance_scale=float(sys.argv[5]), generator=torch.Generator("cpu").manual_seed(seed))
    print(time.perf_counter() - began, flush=True)
"""

    def __init__(self, guidance: float) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", self.program, str(MODEL), PROMPT, str(STEPS), str(SIDE), str(guidance)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
        assert self.child.stdout is not None
        if self.child.stdout.readline().strip() != "ready":
            raise SystemExit("The stock pipeline could not load the bundled model.")

    def draw(self, seed: int) -> float:
        """Seconds of one call."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(f"{seed}\n")
        self.child.stdin.flush()
        return float(self.child.stdout.readline())

    def stop(self) -> None:
        """End the process."""
        self.child.terminate()
        self.child.wait()


class Visitor:
    """A browser without a screen: cookies, forms and redirects."""

    def __init__(self, site: RunningSite) -> None:
        self.site = site
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        """The page's text."""
        return self._read(path, {})

    def request(self, number: str) -> str:
        """The part of the page that shows one request and no other, as the page's own script asks for it."""
        return self._read(f"/requests/{number}", {"HX-Request": "true"})

    def _read(self, path: str, headers: dict[str, str]) -> str:
        request = urllib.request.Request(urllib.parse.urljoin(self.site.url, path), headers=headers)
        with self.opener.open(request, timeout=60) as answer:
            if urllib.parse.urlsplit(answer.geturl()).path != path and path.startswith("/requests/"):
                raise SystemExit(f"{path} led to {answer.geturl()}.")
            return answer.read().decode()

    def send(self, page: str, action: str, fields: dict[str, str]) -> str:
        """Post `fields` with the page's CSRF token; returns the address it ended at."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise SystemExit(f"No form on the page before {action}.")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token[1]}).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.site.url, action), body, {"Referer": self.site.url})
        with self.opener.open(request, timeout=60) as answer:
            return answer.geturl()

    def draw(self, page: str, seed: int, guidance: float) -> float:
        """Seconds from the click until the request shows its one take."""
        fields = {"prompt": PROMPT, "model": field(page, "model"), "shape": "exact", "width": str(SIDE)}
        fields |= {"height": str(SIDE), "steps": str(STEPS), "sampler": "DDIM", "guidance": str(guidance)}
        fields |= {"seed": str(seed), "count": "1"}
        began = time.perf_counter()
        address = self.send(page, "/create", fields)
        number = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["request"][0]
        while time.perf_counter() - began < 120:
            part = self.request(number)
            if f'id="request-{number}"' not in part:
                raise SystemExit(f"The answer doesn't show request {number}:\n{part}")
            if "data-live" not in part:
                if 'data-done="1"' not in part or "/takes/" not in part:
                    raise SystemExit(f"The picture wasn't drawn:\n{part}")
                return time.perf_counter() - began
            time.sleep(0.05)
        raise SystemExit("No take within two minutes.")


def field(page: str, name: str) -> str:
    """The chosen value of the select or input `name`."""
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    if select:
        chosen = re.search(r'value="([^"]*)"[^>]*selected', select[0]) or re.search(r'value="([^"]*)"', select[0])
        return chosen[1] if chosen else ""
    plain = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return plain[1] if plain else ""


def main() -> None:
    """Measure and print."""
    guidance = 4.0
    with tempfile.TemporaryDirectory(prefix="irodori-bench-") as folder, RunningSite(Path(folder) / "var") as site:
        visitor = Visitor(site)
        link = urllib.parse.urlsplit(site.owner_link).path
        visitor.send(visitor.get(link), link, {})
        page = visitor.get("/create")
        bare = Bare(guidance)
        try:
            bare.draw(1)
            visitor.draw(page, 1, guidance)  # loads the model
            pairs = [(bare.draw(seed), visitor.draw(page, seed, guidance)) for seed in range(2, 2 + ROUNDS)]
        finally:
            bare.stop()
    alone = statistics.median(pair[0] for pair in pairs)
    whole = statistics.median(pair[1] for pair in pairs)
    print(f"bare diffusers call   {alone:6.2f} s   ({STEPS} steps, {SIDE}×{SIDE}, DDIM, median of {ROUNDS})")
    print(f"click to take         {whole:6.2f} s")
    print(f"the site adds         {whole - alone:6.2f} s   ratio {whole / alone:.2f}")


if __name__ == "__main__":
    main()
