//! All measurements of a candidate.

use crate::cold::ColdStarts;
use crate::running::Candidate;
use crate::warm::Warm;

/// The number of blocks of warm invocations. The candidates take turns after each.
pub(crate) const BLOCKS: u32 = 5;

/// All measurements of a candidate.
pub(crate) struct Measured {
    pub(crate) candidate: Candidate,
    pub(crate) cold: ColdStarts,
    /// Cold starts at the CPU shares of the memory sizes, in the order of `--memory`.
    pub(crate) shares: Vec<ColdStarts>,
    pub(crate) warm: Warm,
    /// Why it could not be measured.
    pub(crate) missing: Option<String>,
}
