//! Certificates that senders sign with.

mod fault;
mod sha1;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use parking_lot::RwLock;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor};
use webpki::{EndEntityCert, KeyUsage};

pub use self::fault::CertificateFault;
use crate::algorithm::Algorithm;
use crate::certificate_url::CertificateUrl;
use crate::unix_time::UnixTime;

/// How many certificates are kept at one time. The one that was admitted first makes room.
pub const MAX_CERTIFICATES: usize = 16;

/// How long the text of a certificate and its chain may be, in bytes.
pub const MAX_PEM_LEN: usize = 64 * 1024;

/// How many certificates a text may hold.
const MAX_CHAIN_LEN: usize = 8;

/// The certificates that deliveries may be signed with, and whom to trust for them. It stands where a
/// [`SecretRing`](crate::SecretRing) does for other schemes. Clones share what was admitted.
///
/// Nothing is fetched here. A delivery whose certificate is not known is refused with its address
/// ([`CertificateNotAdmitted`](crate::Rejection::CertificateNotAdmitted)), which the scheme allows. The
/// host fetches it, has it [admitted](Self::admit), and verifies once more.
///
/// ```no_run
/// # fn fetch(url: &str) -> Vec<u8> { Vec::new() }
/// # fn example(headers: &[(&str, &str)], body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// use webhook_verify::{Certificates, Provider, Rejection, UnixTime, Verifier};
///
/// let certificates = Certificates::trusting(&std::fs::read("amazon-roots.pem")?)?
///     .with_intermediates(&std::fs::read("amazon-intermediates.pem")?)?;
/// let verifier = Verifier::new(Provider::Sns, certificates.clone())?;
///
/// let mut judged = verifier.verify(&headers, body);
/// if let Err(Rejection::CertificateNotAdmitted { url }) = &judged {
///     certificates.admit(url, &fetch(url.as_str()), UnixTime::now())?;
///     judged = verifier.verify(&headers, body);
/// }
/// # judged?; Ok(()) }
/// ```
#[derive(Clone)]
pub struct Certificates {
    roots: Arc<[TrustAnchor<'static>]>,
    intermediates: Arc<[CertificateDer<'static>]>,
    admitted: Arc<RwLock<Vec<Admitted>>>,
}

/// A certificate, and the chain that came with it.
struct Admitted {
    url: CertificateUrl,
    chain: Vec<CertificateDer<'static>>,
}

impl Certificates {
    /// Trusts these roots, which are one or more certificates in PEM.
    ///
    /// Give those of the provider's authority only: every other root could vouch for an impostor.
    ///
    /// # Errors
    ///
    /// There is none, or one cannot be read.
    pub fn trusting(roots: &[u8]) -> Result<Self, CertificateFault> {
        let roots = read(roots, usize::MAX)?;
        let anchors = roots.iter().map(|root| {
            let anchor = webpki::anchor_from_trusted_cert(root);
            anchor.map(|anchor| anchor.to_owned())
        });
        Ok(Self {
            roots: anchors
                .collect::<Result<_, _>>()
                .map_err(|_| CertificateFault::Unreadable)?,
            intermediates: Arc::from([]),
            admitted: Arc::default(),
        })
    }

    /// Knows these certificates between a root and a sender's, for senders who leave them out.
    ///
    /// # Errors
    ///
    /// There is none, or one cannot be read.
    pub fn with_intermediates(mut self, intermediates: &[u8]) -> Result<Self, CertificateFault> {
        self.intermediates = read(intermediates, usize::MAX)?.into();
        Ok(self)
    }

    /// Admits what was fetched from an address: the certificate, and perhaps its chain, in PEM.
    ///
    /// The chain has to lead to a root, be valid as of `now`, and be made for servers, and the
    /// certificate has to be for a name which the scheme allows. All of this is checked again with each
    /// delivery, so that a certificate is not used longer than it is valid.
    ///
    /// # Errors
    ///
    /// It is not so. Nothing is admitted then.
    pub fn admit(
        &self,
        url: &CertificateUrl,
        pem: &[u8],
        now: UnixTime,
    ) -> Result<(), CertificateFault> {
        if pem.len() > MAX_PEM_LEN {
            return Err(CertificateFault::TooLong);
        }
        let own = Admitted {
            url: url.clone(),
            chain: read(pem, MAX_CHAIN_LEN)?,
        };
        self.check(&own, now)?;
        let mut admitted = self.admitted.write();
        admitted.retain(|other| other.url != own.url);
        if admitted.len() == MAX_CERTIFICATES {
            admitted.remove(0);
        }
        admitted.push(own);
        Ok(())
    }

    /// Whether the certificate from an address made one of the signatures; none if it is not
    /// admitted, or is not valid now.
    pub(crate) fn verify(
        &self,
        url: &CertificateUrl,
        algorithm: Algorithm,
        (message, signatures): (&[u8], &[Vec<u8>]),
        now: UnixTime,
    ) -> Option<bool> {
        let admitted = self.admitted.read();
        let own = admitted.iter().find(|own| own.url == *url)?;
        let certificate = self.check(own, now).ok()?;
        let algorithm = rsa(algorithm)?;
        let is_own = |signature: &Vec<u8>| {
            certificate
                .verify_signature(algorithm, message, signature)
                .is_ok()
        };
        Some(signatures.iter().any(is_own))
    }

    fn check<'a>(
        &self,
        own: &'a Admitted,
        now: UnixTime,
    ) -> Result<EndEntityCert<'a>, CertificateFault> {
        let [certificate, chain @ ..] = own.chain.as_slice() else {
            return Err(CertificateFault::Missing);
        };
        let certificate =
            EndEntityCert::try_from(certificate).map_err(|_| CertificateFault::Unreadable)?;
        let between: Vec<_> = chain.iter().chain(&*self.intermediates).cloned().collect();
        let time = rustls_pki_types::UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()));
        certificate.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &self.roots,
            &between,
            time,
            KeyUsage::server_auth(),
            None,
            None,
        )?;
        let mut names = certificate.valid_dns_names();
        if !names.any(|name| own.url.may_be_for(name)) {
            return Err(CertificateFault::OtherName);
        }
        Ok(certificate)
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    match algorithm {
        Algorithm::RsaPkcs1Sha256 => Some(webpki::ring::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RsaPkcs1Sha1 => Some(&sha1::RSA_PKCS1_SHA1),
        _ => None,
    }
}

fn read(pem: &[u8], limit: usize) -> Result<Vec<CertificateDer<'static>>, CertificateFault> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match certificates {
        Err(_) => Err(CertificateFault::Unreadable),
        Ok(certificates) if certificates.is_empty() => Err(CertificateFault::Missing),
        Ok(certificates) if certificates.len() > limit => Err(CertificateFault::TooLong),
        Ok(certificates) => Ok(certificates),
    }
}

impl fmt::Debug for Certificates {
    /// The addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let admitted = self.admitted.read();
        f.debug_list()
            .entries(admitted.iter().map(|own| &own.url))
            .finish()
    }
}
