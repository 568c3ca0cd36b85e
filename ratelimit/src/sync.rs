//! What threads share, in the standard library or as loom has it, which tries every order in which
//! threads can come.

#[cfg(loom)]
pub(crate) use loom::{hint, sync::atomic, thread};
#[cfg(not(loom))]
pub(crate) use std::{hint, sync::atomic, thread};

/// Settles the order between what a thread has written sequentially and what it reads sequentially
/// next. The processor does so by itself; loom takes sequential access for less than it is, and has
/// to be told.
pub(crate) fn settle_order() {
    #[cfg(loom)]
    atomic::fence(atomic::Ordering::SeqCst);
}
