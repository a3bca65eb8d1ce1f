//! How much memory this process has used.

/// The most that was resident at any time, in MiB; 0 where the system does not say (`VmHWM`, proc(5)).
pub(crate) fn highest_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1_024
}
