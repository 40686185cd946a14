//! A short soak test: every kind of event while Connect, the event bus and the contact table fail
//! in every way.
//! `make soak` runs a long one.

use std::time::Duration;

use soak::Soak;

use support::{folder, function};

#[tokio::test]
async fn a_short_soak_loses_and_doubles_nothing() {
    let soak = Soak {
        function: function(),
        events: folder("events"),
        duration: Duration::from_secs(5),
        concurrency: 4,
        seed: 4,
    };
    let report = soak.run(|_line| {}).await.expect("the soak starts");
    assert_eq!(report.duplicates(), 0, "{report}");
    assert_eq!(report.lost(), 0, "{report}");
    assert_eq!(report.wrong(), 0, "{report}");
    assert_eq!(report.restarts(), 0, "{report}");
    assert_eq!(report.timed_out(), 0, "{report}");
    assert!(report.is_clean(), "{report}");
    assert!(report.published() > 0 && report.returned() > 0, "{report}");
    assert!(report.chats() > 20 && report.redeliveries() > 0, "{report}");
}
