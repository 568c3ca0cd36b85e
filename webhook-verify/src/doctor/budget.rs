//! How much a diagnosis may cost.

/// How many bytes may still be gone through.
pub(super) struct Budget {
    left: usize,
    pub(super) is_exhausted: bool,
}

impl Budget {
    pub(super) const fn new(bytes: usize) -> Self {
        Self {
            left: bytes,
            is_exhausted: false,
        }
    }

    /// Whether there is enough left to go through a body once.
    pub(super) fn spend(&mut self, body_len: usize) -> bool {
        // An attempt costs more than its bytes: keys, headers and the blocks that close the code.
        let cost = body_len.saturating_add(ATTEMPT);
        match self.left.checked_sub(cost) {
            Some(left) => self.left = left,
            None => self.is_exhausted = true,
        }
        !self.is_exhausted
    }
}

/// What an attempt costs, whatever the body, as bytes that are hashed.
const ATTEMPT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_paid_ends_it() {
        let mut budget = Budget::new(3 * ATTEMPT);
        assert!(budget.spend(ATTEMPT));
        assert!(budget.spend(0));
        assert!(!budget.is_exhausted);
        assert!(!budget.spend(0));
        assert!(budget.is_exhausted);

        let mut budget = Budget::new(3 * ATTEMPT);
        assert!(!budget.spend(usize::MAX));
        assert!(!budget.spend(0), "a dearer attempt went before");
    }
}
