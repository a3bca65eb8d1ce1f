//! Reading a JSON document from a file or from standard input.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// Reads one JSON object, or an array of them, from `path`; `-` is standard input.
pub(super) fn objects(path: &Path) -> anyhow::Result<Vec<Value>> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
    } else {
        text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    }
    match serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))? {
        Value::Array(list) => Ok(list),
        object => Ok(vec![object]),
    }
}
