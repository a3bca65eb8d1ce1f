//! The whole journey as the program walks it by itself: `lionrock demo --check`.

use crate::support::{lionrock, said};

#[test]
fn the_journey_passes_without_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let done = lionrock().args(["demo", "--check"]).current_dir(folder.path()).output().unwrap();
    let said = said(&done);
    assert!(done.status.success(), "{said}");
    let verdict = said.lines().rfind(|line| line.contains(" passed, ")).unwrap_or_default();
    let passed: u32 = verdict.split(' ').next().unwrap_or_default().parse().unwrap_or_default();
    assert!(passed >= 15 && verdict.contains(" 0 failed"), "{said}");
    let left_behind: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert!(left_behind.is_empty(), "the check leaves nothing where it was started: {left_behind:?}");
}
