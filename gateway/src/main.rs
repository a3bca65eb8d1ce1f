//! The `lionrock` program: reads the command line and does what it says.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A payment is made of small pieces that one thread takes and another gives back, which the C library's allocator
/// does slowly.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    lionrock::cli::main()
}
