"""Models that an image server draws, as they are added."""

import pytest
from django.core.management import CommandError, call_command

from generation.checkpoints import address_of
from generation.engine.remote.address import RemoteServer
from generation.image_servers import WantedServer, add_server
from generation.models import Checkpoint
from generation.models_on_disk.refusals import ModelRefused

pytestmark = pytest.mark.django_db


def test_a_servers_model_is_added_by_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "models",
        "add",
        "http://gpu:8000/v1/",
        "--server-model",
        "org/Some Model",
        "--key-variable",
        "GPU_KEY",
        "--device-class",
        "remote",
    )
    row = Checkpoint.objects.get(endpoint="http://gpu:8000/v1")
    assert (row.slug, row.name, row.path, row.sha256) == ("some-model", "Some Model", "", "")
    assert row.device_class == "remote"
    assert set(row.abilities) == {"txt2img", "img2img", "inpaint"}
    assert "http://gpu:8000/v1 draws" in capsys.readouterr().out
    server = RemoteServer.parse(address_of(row))
    assert (server.endpoint, server.model, server.key_variable) == ("http://gpu:8000/v1", "org/Some Model", "GPU_KEY")


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (WantedServer(endpoint="ftp://gpu/v1"), "address"),
        (WantedServer(endpoint="http://name:secret@gpu/v1"), "no user name or password"),
        (WantedServer(endpoint="http:/name:secret@gpu/v1"), "no user name or password"),
        (WantedServer(endpoint="http://name:sec/ret@gpu/v1"), "no user name or password"),
        (WantedServer(endpoint="http://gpu/v1#top"), "“#”"),
        (WantedServer(endpoint="http://gpu/v1#"), "“#”"),
        (WantedServer(endpoint="http://gpu/v1?"), "“?”"),
        (WantedServer(endpoint="http://gpu/" + "x" * 500), "address"),
        (WantedServer(endpoint="http://gpu/v1", model="x" * 201), "Copy it"),
        (WantedServer(endpoint="http://gpu/v1", min_role="king"), "king"),
        (WantedServer(endpoint="http://gpu/v1", device_class="GPU 1"), "small letters"),
        (WantedServer(endpoint="http://gpu/v1", key_variable="sk-123-secret"), "variable"),
        (WantedServer(endpoint="http://gpu/v1", key_variable="K" * 101), "variable"),
        (WantedServer(endpoint="http://gpu/v1", users=["nobody_here"]), "nobody_here"),
    ],
)
def test_what_cannot_be_a_server_is_refused_without_its_secret(wanted: WantedServer, word: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        add_server(wanted)
    assert word in refused.value.message
    assert "secret" not in refused.value.message
    assert not Checkpoint.objects.exists()


def test_the_same_model_of_a_server_is_added_once() -> None:
    add_server(WantedServer(endpoint="http://gpu/v1", model="a"))
    add_server(WantedServer(endpoint="http://gpu/v1", model="b"))
    for address in ("http://gpu/v1", "HTTP://GPU/v1/"):
        with pytest.raises(CommandError, match="before, as “a”"):
            call_command("models", "add", address, "--server-model", "a")
    assert Checkpoint.objects.count() == 2
