//! What the program says when its configuration is not as it should be.

use std::path::Path;

use crate::support::{lionrock, root, said};

/// What `lionrock serve` says with this configuration before it gives up.
fn refusal(folder: &Path, configuration: Option<&str>) -> String {
    if let Some(text) = configuration {
        std::fs::write(folder.join("lionrock.toml"), text).unwrap();
    }
    let done = lionrock().arg("serve").current_dir(folder).output().unwrap();
    assert!(!done.status.success());
    said(&done)
}

fn example() -> String {
    std::fs::read_to_string(root().join("lionrock.example.toml")).unwrap()
}

#[test]
fn serving_without_a_configuration_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = refusal(folder.path(), None);
    assert!(refusal.contains("lionrock.toml") && refusal.contains("lionrock.example.toml"), "{refusal}");
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = refusal(folder.path(), Some(&example().replace("issuer =", "isuer =")));
    assert!(refusal.contains("isuer"), "{refusal}");
}

#[test]
fn a_wrong_value_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = refusal(folder.path(), Some(&example().replace("http://localhost:8080", "http://lionrock.example")));
    assert!(refusal.contains("public.issuer"), "{refusal}");
}

#[test]
fn the_example_works_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lionrock.toml"), example()).unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    let done = lionrock().arg("migrate").current_dir(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
}

#[test]
fn serving_an_older_database_says_to_migrate() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    let refusal = refusal(folder.path(), Some(&example()));
    assert!(refusal.contains("lionrock migrate"), "{refusal}");
}
