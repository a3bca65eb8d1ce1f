//! The libraries of others, each in its own language, told on standard input what to draw and for how long.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::json;

/// A library, installed under `target/bench` at the version that `bench/qr-libraries` names.
pub(super) struct Library {
    program: PathBuf,
    script: PathBuf,
}

impl Library {
    /// npm's `qrcode`.
    pub(super) fn qrcode() -> anyhow::Result<Self> {
        let place = place()?;
        for file in ["package.json", "package-lock.json", "qrcode.mjs"] {
            fs::copy(source().join(file), place.join(file))?;
        }
        if !place.join("node_modules/qrcode").exists() {
            run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place))?;
        }
        Ok(Self { program: "node".into(), script: place.join("qrcode.mjs") })
    }

    /// PyPI's `segno`.
    pub(super) fn segno() -> anyhow::Result<Self> {
        let place = place()?;
        let python = place.join("venv/bin/python");
        if !place.join("venv/installed").exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(place.join("venv")))?;
            let requirements = source().join("requirements.txt");
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))?;
            fs::write(place.join("venv/installed"), "")?;
        }
        Ok(Self { program: python, script: source().join("segno_png.py") })
    }

    /// Lets it draw `payloads` in turn.
    pub(super) fn pictures_a_second(&self, payloads: &[String], seconds: u64) -> anyhow::Result<u64> {
        let mut process = Command::new(&self.program)
            .arg(&self.script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        let task = json!({ "payloads": payloads, "seconds": seconds });
        process.stdin.take().context("no input")?.write_all(task.to_string().as_bytes())?;
        let said = process.wait_with_output()?;
        anyhow::ensure!(said.status.success(), "{} failed", self.script.display());
        String::from_utf8(said.stdout)?.trim().parse().context("it did not say how many")
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("qr-libraries")
}

fn place() -> anyhow::Result<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench/qr-libraries");
    fs::create_dir_all(&place)?;
    Ok(place)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let done = command.stdout(Stdio::null()).status().with_context(|| format!("{command:?}"))?;
    anyhow::ensure!(done.success(), "{command:?} failed");
    Ok(())
}
