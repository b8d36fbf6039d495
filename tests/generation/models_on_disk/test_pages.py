"""The pages of models: what everybody sees of them, and how admins manage them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.functional import Promise

from gallery.links.searches import posts_url
from gallery.models import PostGeneration
from generation.engine.limits import REMOTE
from generation.models import Checkpoint, Resource
from generation.models_on_disk.defaults import BASE_NAMES
from tagging.query import parse, print_query
from tests.factories import make_checkpoint, make_post, make_recipe, make_resource, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user("boss", role="admin"))
    return client


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return str(response.content.decode())


def test_the_index_lists_what_the_viewer_may_use(client: Client) -> None:
    make_checkpoint("open", name="Open one", trigger_words=["glow"])
    make_checkpoint("staff", name="Staff one", min_role="moderator")
    make_resource("detail", name="More detail")
    make_resource("secret", name="Secret detail", min_role="owner")
    shown = text(client.get("/models"))
    assert "Open one" in shown
    assert "glow" in shown
    assert "More detail" in shown
    assert "Staff one" not in shown
    assert "Secret detail" not in shown
    assert "Manage models" not in shown
    client.force_login(make_user(role="owner"))
    shown = text(client.get("/models"))
    assert "Staff one" in shown
    assert "Secret detail" in shown
    assert "Manage models" in shown


def test_an_empty_site_says_what_to_do(client: Client) -> None:
    assert "No models yet" in text(client.get("/models"))


def test_a_models_page_tells_hash_licence_words_users_and_shows_its_visible_posts(client: Client) -> None:
    row = make_checkpoint("anime", name="My Anime", licence="OpenRAIL", trigger_words=["glow"], min_role="moderator")
    row.allowed_users.add(make_user("ann"))
    make_resource("detail", name="More detail")
    make_resource("other", name="Other base", family="sdxl")
    seen = make_post(recipe=make_recipe(model_name="My Anime"), title="Seen one")
    hidden = make_post(recipe=make_recipe(model_name="My Anime"), rating="e")
    client.force_login(make_user(role="moderator", shown_ratings=["g"]))
    shown = text(client.get("/models/anime"))
    for part in (row.short_hash, row.sha256, "OpenRAIL", "glow", "Stable Diffusion 1", "More detail"):
        assert part in shown, part
    assert "Moderator and above, and 1 account by name" in shown
    assert "ann" not in shown.split("Who may use it")[1].split("</dl>")[0].replace("and", "")
    assert "Other base" not in shown
    assert f"/posts/{seen.pk}" in shown
    assert f"/posts/{hidden.pk}" not in shown
    assert posts_url(print_query(parse('model:"My Anime"'))) in shown


def test_a_loras_page_tells_how_to_call_it_and_shows_its_posts(client: Client) -> None:
    make_checkpoint("anime", name="My Anime")
    make_resource("detail", name="More detail", weights_sha256="ab" * 32, trigger_words=["glow"], default_weight=0.8)
    seen = make_post()
    PostGeneration.objects.filter(post=seen).update(loras=["detail"])
    shown = text(client.get("/models/lora/detail"))
    for part in ("&lt;lora:detail:0.8&gt;, glow", "abababababab", "My Anime", f"/posts/{seen.pk}", "lora%3Adetail"):
        assert part in shown, part


@pytest.mark.parametrize("address", ["lora/none", "checkpoint/none", "lora/%00", "lora/" + "x" * 300])
def test_a_resource_that_is_not_there_is_not_found(address: str, client: Client) -> None:
    assert client.get(f"/models/{address}").status_code == 404


def test_only_admins_and_the_owner_manage(client: Client, models_dir: Path) -> None:
    row = make_checkpoint("anime")
    for address in ("/manage/models", f"/manage/models/checkpoint/{row.pk}"):
        assert client.get(address).status_code == 302
    client.force_login(make_user(role="moderator"))
    for address in ("/manage/models", f"/manage/models/checkpoint/{row.pk}"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"act": "remove"}).status_code == 403
    assert Checkpoint.objects.filter(pk=row.pk).exists()


def test_an_admin_adds_a_file_that_the_page_offers(admin: Client, checkpoint_file: Callable[..., Path]) -> None:
    checkpoint_file("anime files")
    assert "anime files.safetensors" in text(admin.get("/manage/models"))
    assert 'value="anime files.safetensors"' in text(admin.get("/manage/models?path=anime+files.safetensors"))
    make_user("ann")
    said = {
        "path": "anime files.safetensors", "name": "Anime", "licence": "OpenRAIL", "trigger_words": "a, b",
        "min_role": "moderator", "users": "ann", "kind": "", "base": "", "vae": "", "act": "add",
    }  # fmt: skip
    response = admin.post("/manage/models", said)
    row = Checkpoint.objects.get()
    assert response["Location"] == f"/manage/models/checkpoint/{row.pk}"
    assert (row.name, row.trigger_words, row.min_role) == ("Anime", ["a", "b"], "moderator")
    assert row.allowed_users.get().username == "ann"
    shown = text(admin.post("/manage/models", said), 422)
    assert "added before, as “Anime”" in shown
    assert "OpenRAIL" in shown, "what was typed stays"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../outside.safetensors", "..", ".", "link", "link/outside.safetensors", "a\0b", "~"]
)
def test_no_path_leads_out_of_the_folder(
    path: str, admin: Client, models_dir: Path, lora_file: Callable[..., Path]
) -> None:
    lora_file("outside").rename(models_dir.parent / "outside.safetensors")
    (models_dir / "link").symlink_to(models_dir.parent)
    response = admin.post("/manage/models", {"path": path, "min_role": "member"})
    shown = text(response, 422)
    assert "root:" not in shown
    assert not Resource.objects.exists()
    if path not in ("a\0b", "~"):
        assert "Only files below" in shown


def test_what_cannot_be_added_is_said_beside_its_field(admin: Client, checkpoint_file: Callable[..., Path]) -> None:
    checkpoint_file("bare", with_vae=False)
    shown = text(
        admin.post("/manage/models", {"path": "bare.safetensors", "min_role": "member", "users": "nobody"}), 422
    )
    assert "no account named nobody" in shown
    shown = text(admin.post("/manage/models", {"path": "bare.safetensors", "min_role": "member"}), 422)
    assert "has no VAE" in shown


def changed(row: Checkpoint, **fields: Any) -> dict[str, Any]:
    whole = {
        "name": "New name", "licence": "MIT", "words": "x, y", "min_role": "admin", "users": "ann",
        "default_steps": 30, "max_steps": 60, "default_sampler": "Euler", "default_guidance": 5, "default_clip_skip": 2,
        "native_width": 64, "native_height": 64, "min_side": 64, "max_side": 256, "default_vae": "",
        "default_negative_prompt": "blurry", "device_class": "big", "card": "Good.", "act": "save",
    }  # fmt: skip
    return whole | fields


def test_an_admin_changes_a_model(admin: Client) -> None:
    make_checkpoint("first")
    ann, row = make_user("ann"), make_checkpoint("anime")
    address = f"/manage/models/checkpoint/{row.pk}"
    assert "Anime" in text(admin.get(address))
    assert admin.post(address, changed(row)).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.licence, row.trigger_words, row.min_role) == ("New name", "MIT", ["x", "y"], "admin")
    assert (row.default_steps, row.default_clip_skip, row.default_negative_prompt) == (30, 2, "blurry")
    assert row.device_class == "big"
    assert list(row.allowed_users.all()) == [ann]
    assert 'value="ann"' in text(admin.get(address))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("users", "nobody"), ("default_sampler", "Guess"), ("default_guidance", "nan"),
        ("default_guidance", "31"), ("default_steps", "0"), ("default_steps", "61"), ("default_clip_skip", "0"),
        ("native_width", "300"), ("native_width", "67"), ("min_side", "4"), ("max_side", "32"), ("min_role", "king"),
        ("default_vae", "999"), ("device_class", "Big GPU"), ("device_class", "remote"),
    ],
)  # fmt: skip
def test_impossible_changes_are_refused_and_nothing_is_saved(field: str, value: str, admin: Client) -> None:
    make_user("ann")
    make_checkpoint("first")
    row = make_checkpoint("anime")
    shown = text(admin.post(f"/manage/models/checkpoint/{row.pk}", changed(row, **{field: value})), 422)
    assert "Nothing was saved yet" in shown
    row.refresh_from_db()
    assert (row.name, row.licence, row.allowed_users.count()) == ("Anime", "", 0)


def test_the_default_model_stays_open_to_all_and_only_an_open_one_becomes_it(admin: Client) -> None:
    make_user("ann")
    row, staff = make_checkpoint("anime"), make_checkpoint("staff", min_role="moderator")
    shown = text(admin.post(f"/manage/models/checkpoint/{row.pk}", changed(row, name="Typed")), 422)
    assert "“Anime” is the default" in shown
    assert 'value="Typed"' in shown, "what was typed stays"
    address = f"/manage/models/checkpoint/{staff.pk}"
    assert "Make it the default" not in text(admin.get(address))
    assert "Only a model that all members may use" in text(admin.post(address, {"act": "default"}, follow=True))
    row.refresh_from_db()
    assert (row.is_default, row.min_role, row.name) == (True, "member", "Anime")


def test_a_restricted_vae_is_named_to_those_alone_who_may_use_it(client: Client) -> None:
    vae = make_resource("bright", kind="vae", name="Secret bright", min_role="moderator")
    make_checkpoint("anime", default_vae=vae)
    assert "Secret bright" not in text(client.get("/models/anime"))
    client.force_login(make_user("mira"))
    assert "Secret bright" not in text(client.get("/models/anime"))
    client.force_login(make_user("mod", role="moderator"))
    assert "Secret bright" in text(client.get("/models/anime"))


def server(**changed: str) -> dict[str, str]:
    said = {
        "endpoint": "http://gpu:8000/v1", "model": "org/name",
        "key_variable": "IMAGE_SERVER_KEY_GPU", "name": "Far one",
        "licence": "MIT", "trigger_words": "a, b", "min_role": "member", "users": "", "device_class": "remote",
    } | changed  # fmt: skip
    return {f"server-{name}": value for name, value in said.items()} | {"act": "server"}


def test_an_admin_adds_a_model_of_an_image_server(admin: Client) -> None:
    assert "Add a model of an image server" in text(admin.get("/manage/models"))
    response = admin.post("/manage/models", server())
    row = Checkpoint.objects.get()
    assert response["Location"] == f"/manage/models/checkpoint/{row.pk}"
    assert (row.endpoint, row.endpoint_model, row.name) == ("http://gpu:8000/v1", "org/name", "Far one")
    assert (row.endpoint_key_variable, row.device_class) == ("IMAGE_SERVER_KEY_GPU", "remote")
    shown = text(admin.get(response["Location"]))
    assert "IMAGE_SERVER_KEY_GPU" in shown
    assert "Clip skip" not in shown, "a server takes none"
    assert "This model of this server was added before" in text(admin.post("/manage/models", server()), 422)
    kept = changed(row, max_side=2048, min_role="member", users="", default_clip_skip="", device_class="")
    kept |= {"min_side": 256, "native_width": 1024, "native_height": 1024, "default_sampler": row.default_sampler}
    assert admin.post(response["Location"], kept).status_code == 302
    row.refresh_from_db()
    assert (row.device_class, row.default_clip_skip, row.endpoint) == ("any", 1, "http://gpu:8000/v1")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("endpoint", "", "Type the address"),
        ("endpoint", "ftp://gpu/v1", "no address of an image server"),
        ("endpoint", "http://gpu/v1#a", "no address of an image server"),
        ("endpoint", "http://[::1/v1", "no address of an image server"),
        ("endpoint", "a\0b", "Null"),
        ("key_variable", "IMAGE_SERVER_KEY-1", "not the key itself"),
        ("key_variable", "IRODORI_SECRET_KEY", "begins with IMAGE_SERVER_KEY"),
        ("users", "nobody", "no account named nobody"),
        ("min_role", "king", "king"),
        ("device_class", "My GPU", "small letters"),
    ],
)
def test_what_cannot_be_a_server_is_said_beside_its_field(field: str, value: str, said: str, admin: Client) -> None:
    response = admin.post("/manage/models", server(**{field: value}))
    shown = text(response, 422)
    assert said in str(response.context["server_form"].errors[field])
    assert 'value="Far one"' in shown, "what was typed stays"
    assert not response.context["form"].errors, "the other form has nothing to do with it"
    assert not Checkpoint.objects.exists()


def test_the_kind_of_an_image_servers_model_is_a_text_to_translate() -> None:
    assert isinstance(BASE_NAMES[REMOTE], Promise)


def test_one_bad_model_does_not_keep_the_others_from_being_checked(admin: Client, models_dir: Path) -> None:
    make_checkpoint("one", path="x" * 300)
    two = make_checkpoint("two")
    assert "Not to be used: One, Two" in text(admin.post("/manage/models", {"act": "check"}, follow=True))
    two.refresh_from_db()
    assert two.state == "corrupt"


def test_a_loras_weight_and_words_are_changed(admin: Client) -> None:
    row = make_resource("detail")
    address = f"/manage/models/lora/{row.pk}"
    fields = {"name": "Detail", "licence": "", "words": "a", "min_role": "member", "users": "", "card": ""}
    assert admin.post(address, fields | {"default_weight": "0.7"}).status_code == 302
    assert "Nothing was saved" in text(admin.post(address, fields | {"default_weight": "11"}), 422)
    row.refresh_from_db()
    assert (row.default_weight, row.trigger_words) == (0.7, ["a"])
    assert admin.get(f"/manage/models/vae/{row.pk}").status_code == 404
    assert admin.get(f"/manage/models/checkpoint/{row.pk}").status_code == 404


def test_the_buttons_check_switch_choose_and_remove(admin: Client, checkpoint_file: Callable[..., Path]) -> None:
    path = checkpoint_file("one")
    make_checkpoint("first")
    admin.post("/manage/models", {"path": "one.safetensors", "min_role": "member"})
    row = Checkpoint.objects.get(slug="one")
    address = f"/manage/models/checkpoint/{row.pk}"

    def press(act: str) -> str:
        shown = text(admin.post(address, {"act": act}, follow=True))
        if Checkpoint.objects.filter(pk=row.pk).exists():
            row.refresh_from_db()
        return shown

    assert "All files are as they were" in press("check")
    press("default")
    assert row.is_default
    assert "“First” is the default now." in press("off")
    assert (row.state, row.is_default) == ("disabled", False)
    press("on")
    assert row.state == "ready"
    away = path.rename(path.with_suffix(".away"))
    assert "gone" in press("check")
    assert row.state == "corrupt"
    assert "one" in text(admin.post("/manage/models", {"act": "check"}, follow=True))
    press("off")
    assert "gone" in press("on")
    assert row.state == "corrupt"
    away.rename(path)
    assert "is removed" in press("remove")
    assert not Checkpoint.objects.filter(pk=row.pk).exists()
    assert path.exists()
    assert admin.post(address, {"act": "remove"}).status_code == 404
