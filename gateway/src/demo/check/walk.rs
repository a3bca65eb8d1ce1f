//! Walking step by step: each is timed, printed in one line, and counted.

use std::process::ExitCode;
use std::time::Instant;

/// The steps walked so far.
pub(super) struct Walk {
    passed: usize,
    failed: usize,
}

impl Walk {
    pub(super) fn begin() -> Self {
        Self { passed: 0, failed: 0 }
    }

    /// Walks one step. `None` when it failed, so that what builds on it is left with `?`.
    pub(super) async fn step<T>(&mut self, name: &str, step: impl Future<Output = anyhow::Result<T>>) -> Option<T> {
        let started = Instant::now();
        let outcome = step.await;
        let millis = started.elapsed().as_millis();
        match outcome {
            Ok(value) => {
                self.passed += 1;
                println!("  ok      {millis:>6} ms  {name}");
                Some(value)
            }
            Err(why) => {
                self.failed += 1;
                println!("  FAILED  {millis:>6} ms  {name}: {why:#}");
                None
            }
        }
    }

    /// Prints the count and gives the exit status that says it.
    pub(super) fn end(self) -> ExitCode {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
