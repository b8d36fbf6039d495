"""Certificates to sign with: an authority of the site's own, or what the operator gives.

The authority is a root, whose key signs nothing but the site's signing certificates, and one such certificate, both EC
P-256, with the extensions that the C2PA certificate profile asks for. They lie in one folder, each with its key in one
file, so that no crash leaves a certificate beside another's key:

    root.pem      the root's certificate; for those who check files
    authority.key the root's certificate and key
    signer.key    the signing certificate and key

A signing key is replaced after 90 days, by whoever signs next. Its certificate is valid for years longer: a reader
without a time stamp from somebody else calls every file of an expired certificate invalid.
"""

import contextlib
import fcntl
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

logger = logging.getLogger(__name__)

ROOT_YEARS, SIGNER_YEARS = 30, 10
SIGNER_IN_USE = timedelta(days=90)
YEAR = timedelta(days=365)
# Clocks differ between machines: a certificate is valid from a day before it was made.
SLACK = timedelta(days=1)

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class SigningError(Exception):
    """Nothing can be signed with what there is; the text says why, for whoever runs the site."""


@dataclass(frozen=True)
class Credentials:
    """What signs: `chain` from the signing certificate upward, its key as PKCS 8, both PEM; C2PA's name of `alg`."""

    chain: str
    key: str
    alg: str

    @property
    def signer(self) -> str:
        """The names in the signing certificate, such as `CN=Irodori,O=Irodori`."""
        return x509.load_pem_x509_certificate(self.chain.encode()).subject.rfc4514_string()

    @property
    def number(self) -> str:
        """The serial number of the signing certificate, in decimal digits."""
        return str(x509.load_pem_x509_certificate(self.chain.encode()).serial_number)

    @property
    def anchors(self) -> str:
        """The certificates above the signing one, PEM; itself where it stands alone."""
        certificates = x509.load_pem_x509_certificates(self.chain.encode())
        return "".join(_pem(each) for each in certificates[1:] or certificates)


def own_credentials(folder: Path, organisation: str) -> Credentials:
    """Those of the authority in `folder`, which is made, or given a new signing key, where it is time to.

    However many processes ask at once, one makes it. Raises `SigningError`: the folder can't be written, or what lies
    in it can't be read.
    """
    try:
        found = _in_use(folder)
        if found is None:
            with _alone(folder):
                found = _in_use(folder) or _renewed(folder, organisation)
        certificate, key, root = found
    except (OSError, ValueError, TypeError) as error:
        raise SigningError(f"{folder}: {error}") from error
    return Credentials(_pem(certificate) + _pem(root), _key_pem(key), "es256")


def own_roots(folder: Path) -> str:
    """The root's certificate, PEM; empty where there is no authority yet."""
    try:
        return (folder / "root.pem").read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def given_credentials(certificates: Path, key: Path) -> Credentials:
    """The operator's: a PEM file with the certificates from the signing one upward, and one with its key, unencrypted.

    Raises `SigningError`: unreadable, the key of another certificate, not valid today, or of a kind that C2PA doesn't
    sign with.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificates.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningError(f"{certificates}, {key}: {error}") from error
    if private.public_key() != chain[0].public_key():
        raise SigningError(f"{key} is not the key of the first certificate in {certificates}")
    now = datetime.now(UTC)
    if not chain[0].not_valid_before_utc <= now <= chain[0].not_valid_after_utc:
        raise SigningError(f"the first certificate in {certificates} is not valid today")
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Credentials("".join(_pem(each) for each in chain), text.decode(), _algorithm(private))


def _algorithm(key: object) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise SigningError("the key is of a kind that can't sign: use EC (P-256, P-384, P-521), Ed25519 or RSA")


_Signer = tuple[x509.Certificate, ec.EllipticCurvePrivateKey, x509.Certificate]


def _in_use(folder: Path) -> _Signer | None:
    """The signing certificate with its key and the root, None if there is none or its time is over."""
    try:
        certificate, key = _load(folder / "signer.key")
        root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    except FileNotFoundError:
        return None
    now = datetime.now(UTC)
    young = now < certificate.not_valid_before_utc + SLACK + SIGNER_IN_USE
    valid = now < certificate.not_valid_after_utc
    return (certificate, key, root) if young and valid and certificate.issuer == root.subject else None


def _renewed(folder: Path, organisation: str) -> _Signer:
    authority = folder / "authority.key"
    if not authority.exists():
        _set_aside(folder / "root.pem")
        # The certificate is named first: who reads the key's file finds it.
        root, root_key = _make_root(organisation)
        _keep(folder / "root.pem", _pem(root), 0o644)
        _keep(authority, _pem(root) + _key_pem(root_key), 0o600)
    root, root_key = _load(authority)
    _keep(folder / "root.pem", _pem(root), 0o644)
    certificate, key = _make_signer(root, root_key, organisation)
    _keep(folder / "signer.key", _pem(certificate) + _key_pem(key), 0o600)
    return certificate, key, root


def _set_aside(root: Path) -> None:
    """Keep the certificate of an authority whose key is gone: it alone shows that earlier files are the site's."""
    if root.exists():
        text = root.read_text(encoding="ascii")
        kept = root.with_name(f"root-{x509.load_pem_x509_certificate(text.encode()).serial_number:x}.pem")
        _keep(kept, text, 0o644)
        logger.warning("The key of the site's authority is gone; another was made. %s is the old certificate", kept)


def _make_root(organisation: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    # A name of its own, so that two sites of the same name are two authorities.
    name = _name(organisation, f"Root {x509.random_serial_number() % 16**8:08x} of {organisation}")
    builder = _begin(name, name, key, now - SLACK, now + ROOT_YEARS * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    return builder.sign(key, hashes.SHA256()), key


def _make_signer(
    root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, organisation: str
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    until = min(now + SIGNER_YEARS * YEAR, root.not_valid_after_utc)
    builder = _begin(_name(organisation, organisation), root.subject, key, now - SLACK, until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    # C2PA's own purpose is refused by readers as they are set up; e-mail protection is in all their lists.
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    above = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False
    )
    return builder.sign(root_key, hashes.SHA256()), key


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _short(organisation)),
            x509.NameAttribute(NameOID.COMMON_NAME, _short(common)),
        ]
    )


def _short(text: str) -> str:
    """As much of the text as a name in a certificate holds: 64 bytes of UTF-8 (the library counts bytes)."""
    return text.encode("utf-8", "ignore")[:64].decode("utf-8", "ignore").strip() or "Irodori"


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _load(file: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    content = file.read_bytes()
    certificate = x509.load_pem_x509_certificate(content)
    key = serialization.load_pem_private_key(content[content.index(b"-----BEGIN PRIVATE KEY") :], None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError(f"{file.name} holds a key that isn't its certificate's")
    return certificate, key


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else on this machine makes anything in `folder` meanwhile. The lock ends with its holder's process."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _keep(file: Path, text: str, mode: int) -> None:
    """Write it beside, then give it its name: a reader finds the old file or the new one, whole."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
