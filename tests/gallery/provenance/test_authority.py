"""The site's own signing authority, and the operator's certificate in its place."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from PIL import Image

from gallery.provenance import Label, Recipe
from gallery.provenance.c2pa import (
    SigningError,
    authority,
    given_credentials,
    manifest_of,
    own_credentials,
    own_roots,
    read_manifest,
    sign,
)

ROOT = Path(__file__).resolve().parents[3]

DRAWN = Label.of_drawn(Recipe(prompt="a cat"), include_prompt=True)


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()


def signed_by(credentials) -> bytes:
    return sign(png(), "image/png", manifest_of(DRAWN, has_source=False), credentials)


def state(content, anchors):
    return read_manifest(content, "image/png", anchors).state


def signing_certificate(credentials):
    return x509.load_pem_x509_certificate(credentials.chain.encode())


def write_chain(folder, key, *, issued=True, days=30):
    """A certificate of `key` and one above it, as an operator would bring them."""
    top, top_key = authority._make_root("Elsewhere")
    builder = authority._begin(
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "The operator")]),
        top.subject,
        key,
        datetime.now(UTC) - timedelta(days=60),
        datetime.now(UTC) + timedelta(days=days),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(authority._usage(authority=False), critical=True)
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
    )
    above = top.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False
    )
    certificate = builder.sign(top_key, hashes.SHA256())
    (folder / "chain.pem").write_text(authority._pem(certificate) + authority._pem(top))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "chain.pem", folder / "key.pem", authority._pem(top)


def test_the_keys_are_the_sites_alone_and_the_root_is_for_everybody(tmp_path):
    before = os.umask(0)
    try:
        own_credentials(tmp_path / "var" / "c2pa", "A site")
    finally:
        os.umask(before)
    folder = tmp_path / "var" / "c2pa"
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"authority.key": 0o600, "signer.key": 0o600, "lock": 0o600, "root.pem": 0o644}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "PRIVATE" not in own_roots(folder)


def test_what_the_authority_signs_is_trusted_by_its_root_and_by_no_other(tmp_path):
    content = signed_by(own_credentials(tmp_path / "one", "A site"))
    own_credentials(tmp_path / "other", "A site")
    assert state(content, own_roots(tmp_path / "one")) == "trusted"
    assert state(content, own_roots(tmp_path / "other")) == "untrusted"
    assert read_manifest(content, "image/png").state == "valid"


def test_certificates_have_the_extensions_that_readers_ask_for(tmp_path):
    credentials = own_credentials(tmp_path, "彩り " * 40)
    certificate = signing_certificate(credentials)
    get = certificate.extensions.get_extension_for_class
    assert get(x509.KeyUsage).critical
    assert get(x509.KeyUsage).value.digital_signature
    assert not get(x509.KeyUsage).value.key_cert_sign
    assert list(get(x509.ExtendedKeyUsage).value) == [x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION]
    assert get(x509.AuthorityKeyIdentifier)
    assert get(x509.SubjectKeyIdentifier)
    assert not get(x509.BasicConstraints).value.ca
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    assert state(signed_by(credentials), own_roots(tmp_path)) == "trusted"


def test_the_same_key_signs_until_its_time_is_over(tmp_path):
    first = own_credentials(tmp_path, "A site")
    assert own_credentials(tmp_path, "A site") == first
    assert own_credentials(tmp_path, "Another name") == first


class Later(datetime):
    """The clock, so many days on."""

    days = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=cls.days)


@pytest.mark.parametrize(("days", "replaced"), [(89, False), (91, True), (4000, True)])
def test_a_signing_key_is_replaced_after_ninety_days_and_its_files_stay_trusted(tmp_path, monkeypatch, days, replaced):
    first = own_credentials(tmp_path, "A site")
    content, root = signed_by(first), own_roots(tmp_path)
    monkeypatch.setattr(Later, "days", days)
    monkeypatch.setattr(authority, "datetime", Later)
    second = own_credentials(tmp_path, "A site")
    assert (second != first) is replaced
    assert own_credentials(tmp_path, "A site") == second
    assert own_roots(tmp_path) == root
    assert state(content, root) == "trusted"
    # Whoever was handed a file need not hurry: no time stamp from outside says when it was signed.
    assert signing_certificate(first).not_valid_after_utc > datetime.now(UTC) + timedelta(days=9 * 365)


def test_an_expired_certificate_is_renewed(tmp_path, monkeypatch):
    monkeypatch.setattr(authority, "SIGNER_YEARS", 0)
    expired = own_credentials(tmp_path, "A site")
    assert signing_certificate(expired).not_valid_after_utc <= datetime.now(UTC)
    monkeypatch.undo()
    renewed = own_credentials(tmp_path, "A site")
    assert renewed != expired
    assert state(signed_by(renewed), own_roots(tmp_path)) == "trusted"


def test_many_processes_at_once_make_one_authority(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from gallery.provenance.c2pa import own_credentials\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(hash(own_credentials(Path(sys.argv[1]), 'A site').chain))"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "c2pa")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "1"},
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdout.readline() == b"ready\n"
    for child in children:
        child.stdin.write(b"go\n")
        child.stdin.flush()
    answers = {child.communicate(timeout=60)[0] for child in children}
    assert len(answers) == 1
    assert [child.returncode for child in children] == [0] * 6
    own = own_credentials(tmp_path / "c2pa", "A site")
    assert state(signed_by(own), own_roots(tmp_path / "c2pa")) == "trusted"


@pytest.mark.parametrize("name", ["authority.key", "signer.key", "root.pem"])
@pytest.mark.parametrize("damage", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\n"], ids=["empty", "words", "half"])
def test_a_damaged_file_is_a_clear_error(tmp_path, monkeypatch, name, damage):
    own_credentials(tmp_path, "A site")
    (tmp_path / name).write_bytes(damage)
    if name == "authority.key":
        (tmp_path / "signer.key").unlink()
    with pytest.raises(SigningError, match=str(tmp_path)):
        own_credentials(tmp_path, "A site")


@pytest.mark.parametrize("name", ["signer.key", "root.pem"])
def test_a_lost_file_is_made_again(tmp_path, name):
    own_credentials(tmp_path, "A site")
    root = own_roots(tmp_path)
    (tmp_path / name).unlink()
    assert state(signed_by(own_credentials(tmp_path, "A site")), root) == "trusted"
    assert own_roots(tmp_path) == root


def test_when_the_authoritys_key_is_lost_its_certificate_stays_and_the_log_says_so(tmp_path, caplog):
    content = signed_by(own_credentials(tmp_path, "A site"))
    for name in ("authority.key", "signer.key"):
        (tmp_path / name).unlink()
    own_credentials(tmp_path, "A site")
    assert state(content, own_roots(tmp_path)) == "untrusted"
    [old] = tmp_path.glob("root-*.pem")
    assert state(content, old.read_text()) == "trusted"
    assert str(old) in caplog.text


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SigningError):
        own_credentials(tmp_path / "file" / "c2pa", "A site")


@pytest.mark.parametrize(
    ("make", "alg"),
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), "ps256"),
    ],
    ids=["P-256", "P-384", "Ed25519", "RSA"],
)
def test_the_operators_certificate_signs(tmp_path, make, alg):
    chain, key, top = write_chain(tmp_path, make())
    credentials = given_credentials(chain, key)
    assert credentials.alg == alg
    found = read_manifest(signed_by(credentials), "image/png", credentials.anchors)
    assert (found.state, found.signer) == ("trusted", "The operator")
    assert credentials.anchors == top


def test_what_cannot_sign_is_refused_with_the_reason(tmp_path):
    chain, key, _top = write_chain(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SigningError, match="nowhere"):
        given_credentials(tmp_path / "nowhere.pem", key)
    with pytest.raises(SigningError):
        given_credentials(key, chain)
    other = tmp_path / "other"
    other.mkdir()
    _chain, other_key, _top = write_chain(other, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SigningError, match="not the key"):
        given_credentials(chain, other_key)
    chain, key, _top = write_chain(other, ec.generate_private_key(ec.SECP256R1()), days=-1)
    with pytest.raises(SigningError, match="not valid today"):
        given_credentials(chain, key)
    chain, key, _top = write_chain(other, ec.generate_private_key(ec.SECP256K1()))
    with pytest.raises(SigningError, match="P-256"):
        given_credentials(chain, key)


def test_an_encrypted_key_is_refused(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    chain, file, _top = write_chain(tmp_path, key)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    with pytest.raises(SigningError):
        given_credentials(chain, file)


def test_openssl_verifies_the_chain(tmp_path):
    credentials = own_credentials(tmp_path, "A site")
    (tmp_path / "leaf.pem").write_text(authority._pem(signing_certificate(credentials)))
    done = subprocess.run(
        ["openssl", "verify", "-CAfile", tmp_path / "root.pem", tmp_path / "leaf.pem"], capture_output=True, text=True
    )
    assert done.returncode == 0, json.dumps([done.stdout, done.stderr])
