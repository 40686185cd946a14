//! How often each operation may be called.

use crate::connect::Operation;
use crate::connect::limits::Bucket;
use crate::options::{Options, Rate};

/// The rates of the operations.
#[derive(Debug)]
pub(crate) struct Rates([(Operation, Bucket); 5]);

impl Rates {
    /// AWS's quotas per instance, unless rate limits are lifted.
    pub(crate) fn new(options: &Options) -> Self {
        let bucket =
            |per_second, burst| Bucket::new(options.rate.map(|_| Rate::new(per_second, burst)));
        Self([
            (Operation::CreateParticipantConnection, bucket(6.0, 9)),
            (Operation::SendMessage, bucket(10.0, 15)),
            (Operation::SendEvent, bucket(10.0, 15)),
            (Operation::GetTranscript, bucket(8.0, 12)),
            (Operation::DisconnectParticipant, bucket(3.0, 5)),
        ])
    }

    /// Takes one call. `false` if there were too many.
    pub(crate) fn take(&self, operation: Operation) -> bool {
        self.0.iter().find(|(known, _)| *known == operation).is_none_or(|(_, rate)| rate.take())
    }
}
