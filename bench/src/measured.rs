//! Everything that was measured of one candidate.

use crate::cold::ColdStarts;
use crate::running::Candidate;
use crate::warm::Warm;

/// Warm invocations are made in blocks, so that the candidates take turns.
pub(crate) const BLOCKS: u32 = 5;

/// Everything that was measured of one candidate.
pub(crate) struct Measured {
    pub(crate) candidate: Candidate,
    pub(crate) cold: ColdStarts,
    /// Cold starts at a memory size's CPU share, in the order of `--memory`.
    pub(crate) shares: Vec<ColdStarts>,
    pub(crate) warm: Warm,
    /// Why it cannot be measured.
    pub(crate) missing: Option<String>,
}
