"""From a post to its remix, to the page that shows what was changed; a style made, used and credited."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.embedded.process import Process
from gallery.models import Post, Remix, User
from gallery.provenance import LoraEntry
from generation.checkpoints import install_bundled
from generation.models import Checkpoint, Resource, StylePage, StylePost, Take
from generation.takes import publish
from tests.browser.looking import problems_of
from tests.browser.test_pages_gallery import sign_in
from tests.factories import make_asset, make_image, make_post, make_recipe, make_take, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]
DRAWN = 90_000


@pytest.fixture
def source(bundled: Path, server_passwords: None, transactional_db: None) -> Post:
    """A post of mika's, drawn here by the site's model."""
    install_bundled()
    mika = make_user("mika")
    take = make_take(mika, prompt="1girl, red hair, smile", width=64, height=80)
    return publish(mika, take, tags=["1girl", "red_hair"], rating="g")


@pytest.fixture
def haru(server_passwords: None, transactional_db: None) -> User:
    return make_user("haru")


@pytest.mark.worker
def test_a_remix_is_drawn_published_and_shows_what_was_changed(
    open_page: OpenPage, source: Post, haru: User, worker: Process
) -> None:
    page = open_page("/about")
    sign_in(page, "haru")
    page.goto(f"/posts/{source.pk}")
    page.get_by_role("link", name="Generate like this new seed").click()
    expect(page.locator(".recipe__credits")).to_contain_text(f"Remix of post {source.pk} by mika")
    page.fill("#id_prompt", "1girl, blue hair, (smile:1.2)")
    page.locator(".counts label", has_text="1").click()
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--done")).to_have_count(1, timeout=DRAWN)
    page.locator(".shot--done a.shot__frame").click()
    page.get_by_role("link", name="Publish", exact=True).click()
    page.locator("main form button[type=submit], main form .button--primary").last.click()
    page.wait_for_url("**/posts/*")
    remix = Post.objects.exclude(pk=source.pk).get()
    credits = page.locator("section", has=page.get_by_role("heading", name="Credits"))
    expect(credits).to_contain_text(f"Remixed from post {source.pk} by mika")
    credits.get_by_role("link", name="See what was changed").click()
    page.wait_for_url(f"**/posts/{remix.pk}/remix")
    expect(page.locator(".words del")).to_contain_text("red")
    expect(page.locator(".words ins")).to_contain_text("blue")
    expect(page.locator(".words__weights")).to_contain_text("1.2")
    expect(page.locator(".remix-pair img")).to_have_count(2)
    page.goto(f"/posts/{source.pk}")
    expect(page.locator("main")).to_contain_text("1 remix of it")


@pytest.mark.worker
def test_a_style_is_made_of_a_take_drawn_with_and_credited(
    open_page: OpenPage, source: Post, haru: User, worker: Process
) -> None:
    take = Take.objects.get(post=source)
    page = open_page("/about")
    sign_in(page, "mika")
    page.goto(f"/takes/{take.pk}")
    page.get_by_role("link", name="Make a style of this").click()
    page.fill("[name=name]", "Soft red")
    page.fill("[name=prompt]", "{prompt}, red hair")
    page.locator(".segmented label", has_text="Everybody").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Soft red")
    style = StylePage.objects.get()

    page = open_page("/about", width=390, height=800, has_touch=True)
    sign_in(page, "haru")
    page.goto("/styles")
    page.get_by_role("link", name="Soft red").tap()
    page.get_by_role("link", name="Draw with this style").tap()
    expect(page.locator("#id_prompt")).to_have_value("red hair")
    page.fill("#id_prompt", "1girl, red hair")
    page.locator(".counts label", has_text="1").tap()
    page.locator("[data-draw]").tap()
    expect(page.locator(".shot--done")).to_have_count(1, timeout=DRAWN)
    drawn = Take.objects.get(owner=haru)
    assert drawn.job is not None
    assert drawn.job.request.style == style
    post = publish(haru, drawn, tags=["1girl"], rating="g")
    page.goto(f"/posts/{post.pk}")
    expect(page.locator("main")).to_contain_text("In the style Soft red by mika")
    page.get_by_role("link", name="Soft red").tap()
    expect(page.locator(".tile__link")).to_have_count(1)


@pytest.fixture
def pages(source: Post, haru: User) -> dict[str, list[str]]:
    """Every page of remixes and styles, each by who looks at it."""
    mika = source.author
    long = ", ".join(f"tag number {number}" for number in range(40))
    ink = LoraEntry("ink", weight=0.8)
    before = make_recipe(prompt=f"1girl, (red hair:1.2), smile, 夕焼けの海, {long}", loras=(ink,))
    after = make_recipe(
        prompt=f"1girl, blue hair, (smile:1.3), 夕焼けの街、雨, {long}, umbrella", seed=43, steps=30, cfg=5.5,
        loras=(LoraEntry("ink", weight=1.0), LoraEntry("sea")), sampler="DPM++ 2M", negative_prompt="blurry, hands",
    )  # fmt: skip
    made = []
    for author, recipe, shape in ((mika, before, (832, 1216)), (haru, after, (1216, 832)), (mika, after, (640, 640))):
        asset = make_asset(author, image=make_image(*shape), recipe=recipe)
        made.append(make_post(author, asset=asset, recipe=recipe, title="夕焼けの街" if author is haru else ""))
    first, second, third = made
    for post, above in ((second, first), (third, second)):
        Remix.objects.create(post=post, source=above)
    for number in range(14):
        asset = make_asset(haru, image=make_image(200 + 40 * (number % 5), 240))
        Remix.objects.create(post=make_post(haru, asset=asset), source=first)
    hidden = make_post(mika, recipe=before, prompt_visibility="hidden")
    private = make_post(haru, recipe=after)
    Remix.objects.create(post=private, source=hidden)
    gone = make_post(haru, recipe=after)
    Remix.objects.create(post=gone, source=make_post(mika, status="removed"))
    lora = Resource.objects.create(kind="lora", slug="ink", name="Ink lines", family="sd1", path="/n", sha256="ab" * 32)
    names = ("Soft ink", "やわらかい水彩", "A name that is so long that it has to be broken somewhere in the middle")
    styles = [
        StylePage.objects.create(
            owner=mika, slug=f"style-{number}", name=name, about="Rain and paper.\n" * (number + 1),
            prompt="soft ink, {prompt}, paper texture", negative_prompt="neon", checkpoint=Checkpoint.objects.first(),
            audience="only_me" if number == 2 else "everybody",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    for style in styles:
        style.loras.create(resource=lora, weight=0.6)
        StylePost.objects.bulk_create(StylePost(style=style, post=post) for post in made[: 3 - styles.index(style)])
    take = Take.objects.get(post=source)
    return {
        "haru": [
            f"/posts/{first.pk}", f"/posts/{second.pk}", f"/posts/{second.pk}/remix", f"/posts/{third.pk}/remix",
            f"/posts/{private.pk}/remix", f"/posts/{gone.pk}/remix", f"/create?remix={first.pk}",
            "/create?style=style-0", "/styles/style-0",
        ],
        "mika": [
            "/styles", "/styles?of=me", "/styles/style-0", "/styles/style-2", "/styles/style-0/edit",
            "/styles/style-0/delete", f"/styles/new?take={take.pk}", f"/takes/{take.pk}",
        ],
        "": ["/styles", f"/posts/{second.pk}/remix"],
    }  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "ja"])
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_are_accessible_and_fit(
    open_page: OpenPage, pages: dict[str, list[str]], theme: str, width: int, locale: str
) -> None:
    def make(path: str = "/", **options: object) -> Page:
        return open_page(path, locale=locale, **options)

    assert problems_of(pages, make, theme, width) == []
