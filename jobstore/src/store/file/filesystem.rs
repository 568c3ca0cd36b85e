//! What SQLite leaves to its host: where a file may live, who may read it, and that its name is kept.

use std::{fs, io, path::Path};

/// The directory that holds `path`.
pub(super) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the names in the directory of `path` durable. SQLite asks for this as well, but [ignores] a
/// failure.
///
/// [ignores]: https://www.sqlite.org/src/file/src/os_unix.c
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(directory(&path.canonicalize()?))?.sync_all()
}

/// Lets only the owner read and write a new file: payloads hold other people's data. The files that
/// SQLite puts beside it follow.
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

/// The name of the network file system on which `path` is or would be created, if it is one.
///
/// The write-ahead log needs memory that all who use the file share, and locks that hold: neither
/// exists between machines ([sqlite.org/wal.html](https://www.sqlite.org/wal.html#overview)).
#[cfg(target_os = "linux")]
pub(super) fn network(path: &Path) -> io::Result<Option<&'static str>> {
    let existing = if path.exists() { path } else { directory(path) };
    let magic = rustix::fs::statfs(existing)?.f_type;
    // All magic numbers are 32 bits wide; the width and sign of the field differ by architecture.
    Ok(network_name(magic as u32))
}

/// Only Linux is asked; elsewhere it is up to the host to choose a local file system.
#[cfg(not(target_os = "linux"))]
pub(super) fn network(_path: &Path) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// The numbers are those of `linux/magic.h` and of the file systems' own sources. FUSE is not among
/// them: it may be local as well as remote, and nothing tells which.
#[cfg(target_os = "linux")]
const fn network_name(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0102_1997 => "9P",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x00c3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x0116_1970 => "GFS2",
        0x4750_4653 => "GPFS",
        0x0bd0_0bd0 => "Lustre",
        0x6969 => "NFS",
        0x7461_636f => "OCFS2",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_a_bare_name_is_the_current_one() {
        assert_eq!(directory(Path::new("jobs.db")), Path::new("."));
        assert_eq!(directory(Path::new("data/jobs.db")), Path::new("data"));
        assert_eq!(directory(Path::new("/jobs.db")), Path::new("/"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_network_file_system_is_told_from_a_local_one() {
        const EXT4: u32 = 0xef53;
        const TMPFS: u32 = 0x0102_1994;
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0xfe53_4d42), Some("SMB"));
        assert_eq!(network_name(EXT4), None);
        assert_eq!(network_name(TMPFS), None);
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(network(&dir.path().join("jobs.db")).unwrap(), None);
    }
}
