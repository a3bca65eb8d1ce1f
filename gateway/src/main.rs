//! The `lionrock` program.

fn main() {}
