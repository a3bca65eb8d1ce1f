//! What a resident agreed that a relying party may know.
