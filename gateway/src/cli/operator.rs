//! Who works at the command line, for the audit records of what they do.

/// The name of the user of this process, marked as coming from the command line.
pub(super) fn operator() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "?".to_owned());
    format!("command line: {user}")
}
