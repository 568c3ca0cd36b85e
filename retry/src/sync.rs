//! What threads share, in the standard library or as loom has it, which tries every order in which
//! threads can come.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic;
#[cfg(loom)]
pub(crate) use loom::sync::atomic;

#[cfg(all(feature = "std", not(loom)))]
pub(crate) use parking_lot::Mutex;

#[cfg(all(feature = "std", loom))]
use loom::sync::MutexGuard;

/// A lock that nobody poisons: a panic ends the model.
#[cfg(all(feature = "std", loom))]
#[derive(Debug)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

#[cfg(all(feature = "std", loom))]
impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("a panic ends the model")
    }
}
