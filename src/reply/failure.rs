//! Failures as Lambda reports them, so that Step Functions can catch them by
//! name and retries, queues and destinations work.

use lambda_runtime::Diagnostic;

use crate::error::{Error, Told};

/// How many problems or failures one message lists at most; Lambda cuts an
/// error that is too long.
const LISTED: usize = 1_000;

/// A Lambda function error.
///
/// `Debug`, which the Lambda runtime writes to the log, shows the type only:
/// the message is for the caller.
pub struct Failure {
    error_type: String,
    message: String,
}

impl Failure {
    /// The failure of an invocation's only request.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        let told = error.told();
        Self { message: message(error, &told), error_type: told.code.into_owned() }
    }

    /// The failure of a list of requests, if any failed. It goes by the type
    /// of the first failure that a retry may mend, else of the first.
    pub(super) fn of_batch<'a>(results: impl Iterator<Item = Option<&'a Error>>) -> Option<Self> {
        let results: Vec<_> = results.collect();
        let failed = results.iter().enumerate();
        let failed = failed.filter_map(|(index, error)| Some((index, (*error)?)));
        let failed: Vec<_> = failed.map(|(index, error)| (index, error, error.told())).collect();
        let transient = failed.iter().find(|(_, _, told)| told.is_transient());
        let (_, _, first) = transient.or(failed.first())?;
        let lines = failed.iter().take(LISTED);
        let lines = lines.map(|(index, error, told)| {
            format!("/{index} {}: {}", told.code, message(error, told))
        });
        let lines = lines.collect::<Vec<_>>().join("; ");
        Some(Self {
            error_type: first.code.clone().into_owned(),
            message: format!("{} of {} failed: {lines}", failed.len(), results.len()),
        })
    }
}

/// The detail, then every problem with its pointer.
fn message(error: &Error, told: &Told) -> String {
    let problems = error.problems();
    let listed = problems.iter().take(LISTED).map(ToString::to_string);
    let texts = std::iter::once(told.detail.to_string()).chain(listed);
    texts.collect::<Vec<_>>().join(" | ")
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error_type)
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.error_type, error_message: failure.message }
    }
}
