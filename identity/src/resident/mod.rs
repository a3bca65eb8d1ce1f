//! Residents: who the city knows, and how they come to use their identity.

store::identifier! {
    /// One resident. Internal: relying parties see a pairwise subject instead.
    pub struct ResidentId;
}

/// Why something about a resident or an activation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such resident.
    #[error("there is no such resident")]
    UnknownResident,
}
