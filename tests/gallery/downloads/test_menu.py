"""The menu on the pages of posts and takes."""

import re

import pytest

from tests.factories import PASSWORD, make_checkpoint, make_post, make_take, make_user

pytestmark = pytest.mark.django_db


def links(page):
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*\?download[^"]*)"', page.text)]


def test_a_reader_of_the_prompt_chooses_with_or_without_it(client):
    post = make_post(make_user("author"))
    page = client.get(f"/posts/{post.pk}")
    base = f"/media/{post.asset.key}/original."
    whole = [f"{base}{extension}?download" for extension in ("png", "jpg", "webp", "avif")]
    assert links(page) == [whole[0], *whole, *(f"{link}&prompt=0" for link in whole)]
    assert "PNG, 64 × 48" in page.text
    assert all(client.get(link).status_code == 200 for link in links(page))


def test_who_may_not_read_the_prompt_is_offered_each_file_once_and_told_why(client):
    post = make_post(make_user("author"), prompt_visibility="hidden")
    page = client.get(f"/posts/{post.pk}")
    assert len(links(page)) == 5
    assert not [link for link in links(page) if "prompt" in link]
    assert "these files do not hold it" in page.text
    client.login(username="author", password=PASSWORD)
    assert len(links(client.get(f"/posts/{post.pk}"))) == 9


def test_a_take_offers_its_own_files_and_once_published_its_posts(client):
    maker = make_user("maker")
    make_checkpoint()
    take = make_take(maker)
    client.login(username="maker", password=PASSWORD)
    offered = links(client.get(f"/takes/{take.pk}"))
    assert offered[0] == f"/takes/{take.pk}/file.png?download"
    assert len(offered) == 9
    assert all(client.get(link).status_code == 200 for link in offered)
    take.post = make_post(maker, asset=take.asset)
    take.save()
    assert links(client.get(f"/takes/{take.pk}"))[0] == f"/media/{take.asset.key}/original.png?download"
