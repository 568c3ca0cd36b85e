//! jobstore
