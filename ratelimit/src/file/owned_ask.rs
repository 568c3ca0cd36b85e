//! What is asked, to be handed to another thread.

use std::string::String;
use std::vec::Vec;

use crate::rule::Rule;
use crate::verdict::{Ask, TooManyAsks};

/// An [`Ask`] that borrows nothing.
pub(super) struct OwnedAsk {
    rule: Rule,
    key: String,
    tokens: u64,
}

impl OwnedAsk {
    pub(super) fn all(asks: &[Ask<'_>]) -> Result<Vec<Self>, TooManyAsks> {
        TooManyAsks::check(asks)?;
        let owned = asks.iter().map(|ask| Self {
            rule: ask.rule.clone(),
            key: ask.key.into(),
            tokens: ask.tokens,
        });
        Ok(owned.collect())
    }

    pub(super) fn borrowed(&self) -> Ask<'_> {
        Ask {
            rule: &self.rule,
            key: &self.key,
            tokens: self.tokens,
        }
    }
}
