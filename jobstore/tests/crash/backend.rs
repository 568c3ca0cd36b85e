//! The stores that processes share.

use std::{any::Any, sync::Arc};

use jobstore::{File, Store};

use crate::Result;

/// A store that outlives the processes which use it.
pub(crate) struct Kept {
    /// How a process finds it: what [`open`] takes.
    pub(crate) address: String,
    /// What keeps it.
    pub(crate) _keeper: Box<dyn Any>,
}

impl Kept {
    pub(crate) fn in_a_file() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("jobs.db");
        let path = path.to_str().ok_or("a path in UTF-8")?;
        Ok(Self {
            address: format!("file:{path}"),
            _keeper: Box::new(dir),
        })
    }
}

/// Opens the store at an address.
pub(crate) async fn open(address: &str) -> Result<Arc<dyn Store>> {
    match address.split_once(':') {
        Some(("file", path)) => Ok(Arc::new(File::open(path)?)),
        _ => Err(format!("no store is at {address}").into()),
    }
}
