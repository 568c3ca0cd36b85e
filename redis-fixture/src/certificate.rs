//! Certificates for servers that speak TLS.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// Makes an authority, and writes a certificate for 127.0.0.1 by it to `server.pem`, its key to `server.key`
/// and the authority's own certificate to `authority.pem`. The authority's key is thrown away.
///
/// # Panics
///
/// If the files cannot be written.
pub(crate) fn write(directory: &Path) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(authority, key()).expect("the parameters are fine");

    let server_key = key();
    let server = CertificateParams::new(["127.0.0.1".into()])
        .and_then(|params| params.signed_by(&server_key, &authority))
        .expect("the parameters are fine");
    for (name, text) in [
        ("authority.pem", authority.pem()),
        ("server.pem", server.pem()),
        ("server.key", server_key.serialize_pem()),
    ] {
        fs::write(directory.join(name), text).expect("the directory can be written to");
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system has random numbers")
}
