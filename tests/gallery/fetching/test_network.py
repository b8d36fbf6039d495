"""Which addresses are anybody's, in whatever way they are written."""

from typing import Any

import pytest

from gallery.errors import Invalid
from gallery.fetching import PUBLIC, fetch
from gallery.fetching.network import NoAddressError, is_public, look_up

NOT_PUBLIC = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "fec0::1",
    "",
    "no address",
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_some_network_alone_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::5"])
def test_anybodys_address_is_public(address: str) -> None:
    assert is_public(address)


SPELLINGS = (
    "http://127.0.0.1/a.png",
    "http://localhost/a.png",
    "http://LOCALHOST./a.png",
    "http://2130706433/a.png",
    "http://0177.0.0.1/a.png",
    "http://0x7f.0.0.1/a.png",
    "http://0x7f000001/a.png",
    "http://127.1/a.png",
    "http://0/a.png",
    "http://[::1]/a.png",
    "http://[::ffff:127.0.0.1]/a.png",
    "http://[::ffff:7f00:1]/a.png",
    "http://[0:0:0:0:0:0:0:1]/a.png",
    "http://１２７.０.０.１/a.png",
    "http://127。0。0。1/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1%25lo]/a.png",
)


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_an_inner_address_is_asked_for_anything(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        fetch(url, max_bytes=1000, seconds=5)
    assert refusal.value.code in {"fetch_not_public", "fetch_unreachable", "fetch_address"}


REFUSED = {
    "": "fetch_address",
    "a.png": "fetch_address",
    "//example.org/a.png": "fetch_address",
    "ftp://example.org/a.png": "fetch_address",
    "file:///etc/passwd": "fetch_address",
    "gopher://127.0.0.1:6379/_INFO": "fetch_address",
    "data:image/png;base64,AAAA": "fetch_address",
    "http://": "fetch_address",
    "http:///etc/passwd": "fetch_address",
    "http://example.org:99999/a.png": "fetch_address",
    "http://example.org:x/a.png": "fetch_address",
    "http://exa mple.org/a.png": "fetch_address",
    "http://example.org/a\r\nHost: inner": "fetch_address",
    "http://" + "a" * 3000: "fetch_address",
    "http://user:secret@example.org/a.png": "fetch_password",
    "http://example.org@127.0.0.1/a.png": "fetch_password",
    "http://example.org:6379/a.png": "fetch_port",
    "https://example.org:22/a.png": "fetch_port",
}


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_no_address_of_a_picture_is_refused_before_any_look_up(number: int) -> None:
    def nobody_asks(host: str, port: int, seconds: float) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    url, code = list(REFUSED.items())[number]
    network = type(PUBLIC)(look_up=nobody_asks)
    with pytest.raises(Invalid) as refusal:
        fetch(url, max_bytes=1000, network=network)
    assert refusal.value.code == code


def nobody(host: str, port: int, seconds: float) -> list[str]:
    raise NoAddressError(host)


@pytest.mark.parametrize(
    "answer", [lambda *asked: ["8.8.8.8", "10.0.0.1"], lambda *asked: ["10.0.0.1"], nobody], ids=["both", "one", "none"]
)
def test_a_name_of_an_inner_address_is_refused_as_one_that_nobody_has(answer: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        fetch("http://pictures.example/a.png", max_bytes=1000, network=type(PUBLIC)(look_up=answer))
    assert refusal.value.code == "fetch_unreachable"


def test_a_resolver_that_never_answers_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    never = Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kinds: never.wait(20) and [])
    with pytest.raises(NoAddressError):
        look_up("pictures.example", 80, 0.2)
    never.set()
