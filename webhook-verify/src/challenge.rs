//! The challenges that some providers send to find out whether an address is meant to receive from
//! them.
//!
//! | Provider | Asks with | Is answered with |
//! |---|---|---|
//! | [`asana`] | `X-Hook-Secret` of the first POST | the same header; the secret is for the store |
//! | [`braintree`] | `bt_challenge` of a GET | the public key and a code |
//! | [`discord`] | a ping in a genuine body | a pong, or 204 |
//! | [`dropbox`] | `challenge` of a GET | the same text |
//! | [`meta`] | `hub.challenge` of a GET, beside the verify token | the same number |
//! | [`okta`] | `X-Okta-Verification-Challenge` of a GET | the same text, in JSON |
//! | [`slack`] | `challenge` of a genuine body | the same text |
//! | [`sns`] | `SubscribeURL` of a genuine body | a GET of that URL, which the host makes |
//! | [`x`] | `crc_token` of a GET | a code of it |
//! | [`zoom`] | `plainToken` of a genuine body | a code of it |
//!
//! Anybody can send such a GET, and some answers are made with the very secret that signs
//! deliveries: whoever signs any text for any stranger has given the secret away. So what could be a
//! delivery is never signed, and each page says what is taken instead. What an answer repeats is
//! bounded, and is sent in a way that no browser takes for a page.
//!
//! ```
//! use webhook_verify::Secret;
//! use webhook_verify::challenge::{Challenge, meta::VerifyToken};
//!
//! let verify_token = VerifyToken::new(Secret::new("meatyhamhock"))?;
//!
//! let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock";
//! match verify_token.answer(query) {
//!     Challenge::Answer(answer) => assert_eq!(answer.body(), "1158201444"),
//!     Challenge::Refuse(refusal) => panic!("403, and to the log: {refusal}"),
//!     Challenge::NotAChallenge => panic!("on to whatever else this route does"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod asana;
pub mod braintree;
pub mod discord;
pub mod dropbox;
pub mod meta;
pub mod okta;
pub mod slack;
pub mod sns;
pub mod x;
pub mod zoom;

mod answer;
mod genuine;
mod header;
mod nonce;
mod proven;
mod query;
mod refusal;
mod unanswerable;

pub use self::answer::Answer;
pub use self::genuine::Genuine;
pub use self::proven::Proven;
pub use self::refusal::Refusal;
pub use self::unanswerable::Unanswerable;

/// What a request turns out to be.
#[derive(Clone, Debug)]
#[must_use]
pub enum Challenge<T = Answer> {
    /// A challenge. This is the answer.
    Answer(T),
    /// A challenge that must not be answered. Send 403 and nothing else; the reason is for the log.
    Refuse(Refusal),
    /// No challenge, but perhaps a delivery: go on.
    NotAChallenge,
}

impl<T> Challenge<T> {
    fn of(read: Result<Option<T>, Refusal>) -> Self {
        match read {
            Ok(Some(answer)) => Self::Answer(answer),
            Ok(None) => Self::NotAChallenge,
            Err(refusal) => Self::Refuse(refusal),
        }
    }
}
