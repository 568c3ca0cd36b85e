"""Writes the certificates that stand in for those of Amazon SNS and PayPal.

    python make.py

The keys beside it were drawn once and protect nothing. Serial numbers and dates are fixed, and RSA signatures of
this kind are the same each time, so two runs write the same bytes.
"""

from datetime import datetime, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = Path(__file__).parent
BEGIN = datetime(2020, 1, 1, tzinfo=timezone.utc)
END = datetime(2120, 1, 1, tzinfo=timezone.utc)
LONG_AGO = datetime(2021, 1, 1, tzinfo=timezone.utc)
ROOT = "Root of the test vectors"
SNS = "sns.amazonaws.com"
PAYPAL = "messageverificationcerts.paypal.com"


def main():
    root, signer, impostor = (key(name) for name in ("root", "signer", "impostor"))
    write("root", certificate(ROOT, root, ROOT, root, serial=1, authority=True))
    write("sns", certificate(SNS, signer, ROOT, root, serial=2))
    write("sns-other", certificate(SNS, impostor, ROOT, root, serial=3))
    write("paypal", certificate(PAYPAL, signer, ROOT, root, serial=4))
    write("paypal-expired", certificate(PAYPAL, signer, ROOT, root, serial=5, end=LONG_AGO))
    write("paypal-other-name", certificate("www.paypal.com.example.org", signer, ROOT, root, serial=6))
    write("paypal-other-root", certificate(PAYPAL, signer, ROOT, impostor, serial=7))
    write("paypal-self-signed", certificate(PAYPAL, signer, PAYPAL, signer, serial=8))
    write("paypal-other-key", certificate(PAYPAL, impostor, ROOT, root, serial=9))


def certificate(name, subject_key, issuer, issuer_key, *, serial, end=END, authority=False):
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(subject_key.public_key())
        .serial_number(serial)
        .not_valid_before(BEGIN)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return built.sign(issuer_key, hashes.SHA256())


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def key(name):
    return serialization.load_pem_private_key((HERE / f"{name}-key.pem").read_bytes(), password=None)


def write(name, certificate):
    (HERE / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


if __name__ == "__main__":
    main()
