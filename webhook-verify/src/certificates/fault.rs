//! Why a certificate is not admitted.

use thiserror::Error;

/// Why a certificate is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateFault {
    /// There is no certificate in PEM.
    #[error("there is no certificate in PEM")]
    Missing,
    /// A certificate cannot be read.
    #[error("a certificate cannot be read")]
    Unreadable,
    /// There are more than [`MAX_PEM_LEN`](crate::MAX_PEM_LEN) bytes, or more certificates than any
    /// chain has.
    #[error("the text is longer than that of any chain of certificates")]
    TooLong,
    /// No root vouches for it, as far as the certificates between are known.
    #[error("no trusted root vouches for the certificate: is one between them missing?")]
    UnknownIssuer,
    /// It, or one of its chain, has expired.
    #[error("the certificate has expired")]
    Expired,
    /// It, or one of its chain, is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It is for others.
    #[error("the certificate is for another name")]
    OtherName,
    /// It is not made for servers, or its chain breaks another rule of X.509.
    #[error("the certificate is made for another use, or its chain breaks a rule")]
    Unfit,
}

impl From<webpki::Error> for CertificateFault {
    fn from(error: webpki::Error) -> Self {
        match error {
            webpki::Error::UnknownIssuer => Self::UnknownIssuer,
            webpki::Error::CertExpired { .. } => Self::Expired,
            webpki::Error::CertNotValidYet { .. } => Self::NotYetValid,
            _ => Self::Unfit,
        }
    }
}
