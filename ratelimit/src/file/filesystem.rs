//! What SQLite leaves to its host: where a file may live, who may read it, and that its name is kept.

use std::fs;
use std::io;
use std::path::Path;

/// Makes the names in the directory of `path` durable. SQLite asks for this as well, but [ignores] a
/// failure.
///
/// [ignores]: https://www.sqlite.org/src/file/src/os_unix.c
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(directory(&path.canonicalize()?))?.sync_all()
}

/// Lets only the owner read and write a new file. The files that SQLite puts beside it follow.
#[cfg(unix)]
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Leaves it to the directory who may read a new file.
#[cfg(not(unix))]
pub(super) fn make_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether `path` is or would be on a network file system that is known as one.
///
/// The write-ahead log needs memory that all who use the file share, and locks that hold: neither
/// exists between machines ([sqlite.org/wal.html](https://www.sqlite.org/wal.html#overview)).
#[cfg(target_os = "linux")]
pub(super) fn is_network(path: &Path) -> io::Result<bool> {
    let existing = if path.exists() { path } else { directory(path) };
    let magic = rustix::fs::statfs(existing)?.f_type;
    // All magic numbers are 32 bits wide; the width and sign of the field differ by architecture.
    Ok(is_network_magic(magic as u32))
}

/// Only Linux is asked; elsewhere it is up to the host to choose a local file system.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_network(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The numbers of NFS, SMB (two), 9P, Ceph and AFS in `linux/magic.h`: what is met in practice. FUSE is not
/// among them: it may be local as well as remote, and nothing tells which.
#[cfg(target_os = "linux")]
const fn is_network_magic(magic: u32) -> bool {
    matches!(
        magic,
        0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 | 0x0102_1997 | 0x00c3_6400 | 0x5346_414f
    )
}

/// The directory that holds `path`.
fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_a_bare_name_is_the_current_one() {
        assert_eq!(directory(Path::new("limits.db")), Path::new("."));
        assert_eq!(directory(Path::new("data/limits.db")), Path::new("data"));
        assert_eq!(directory(Path::new("/limits.db")), Path::new("/"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_network_file_system_is_told_from_a_local_one() {
        const EXT4: u32 = 0xef53;
        const NFS: u32 = 0x6969;
        assert!(is_network_magic(NFS));
        assert!(!is_network_magic(EXT4));
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_network(&dir.path().join("limits.db")).unwrap());
    }
}
