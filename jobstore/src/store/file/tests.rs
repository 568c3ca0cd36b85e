use super::*;

crate::conformance!(|clock| async move {
    let dir = tempfile::tempdir().unwrap();
    let file = File::with_clock(dir.path().join("jobs.db"), clock).unwrap();
    (file, dir)
});
