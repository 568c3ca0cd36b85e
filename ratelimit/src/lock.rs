//! Locks, and seeds for hashing: those of the system, or those under which `loom` tries every order in
//! which threads can take the locks.

#[cfg(not(loom))]
pub(crate) use parking_lot::{Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use std::hash::RandomState;

#[cfg(loom)]
pub(crate) use loom::sync::MutexGuard;

/// A key must hash alike each time that a model is run, or its threads would not do the same again.
#[cfg(loom)]
pub(crate) type RandomState = core::hash::BuildHasherDefault<std::hash::DefaultHasher>;

/// A lock that nobody poisons: a panic ends the model.
#[cfg(loom)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

#[cfg(loom)]
impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("a panic ends the model")
    }
}
