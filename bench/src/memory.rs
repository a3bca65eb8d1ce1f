//! How much memory a process has used.

/// The most of this process that was resident at any time, in MiB.
pub(crate) fn highest_mebibytes() -> u64 {
    highest_mebibytes_of("self")
}

/// The same of a process; 0 where the system does not say (`VmHWM`, proc(5)).
pub(crate) fn highest_mebibytes_of(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1_024
}
