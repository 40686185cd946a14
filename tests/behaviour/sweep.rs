//! The events that the `aws_lambda_events` crate ships as examples of what AWS
//! sends, in the version that Cargo.lock pins. None of them starts a chat, and
//! each refusal names the sender.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::process::Command;

use local_aws::{Invoked, LocalAws};
use serde_json::{Value, json};

use support::{body, folder, options, send_text, start};

/// The outcome of an event, as a line of `sweep.txt` states it.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// The `Trigger` in the log.
    trigger: String,
    /// The error type, the HTTP status or `failed` for a message of a batch.
    error: String,
    /// The words that the error message must have.
    words: String,
}

/// Returns the folder of the crate's examples.
fn fixtures() -> PathBuf {
    let metadata = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(folder("."))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("metadata");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let package = packages.iter().find(|package| package["name"] == "aws_lambda_events");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    PathBuf::from(manifest.expect("a manifest")).with_file_name("src/fixtures")
}

/// Returns the examples by name.
fn examples() -> BTreeMap<String, String> {
    let files = read_dir(fixtures()).expect("the folder is there");
    let files = files.map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let name = |path: &Path| path.file_stem().and_then(OsStr::to_str).map(str::to_owned);
    let read = |path: PathBuf| {
        (name(&path).expect("a name in UTF-8"), read_to_string(&path).expect("a text"))
    };
    files.map(read).collect()
}

fn expectations() -> BTreeMap<String, Outcome> {
    let table = include_str!("sweep.txt").lines().filter(|line| !line.starts_with('#'));
    let expectation = |line: &str| {
        let columns: Vec<_> = line.split('|').map(|column| column.trim().to_owned()).collect();
        let [name, trigger, error, words] = columns.try_into().expect("four columns");
        (name, Outcome { trigger, error, words })
    };
    table.map(expectation).collect()
}

/// Returns the error type or status of an answer, and the message.
fn error(invoked: &Invoked) -> (String, String) {
    if let Some(error) = invoked.error_type() {
        return (error.to_owned(), invoked.error_message().unwrap_or_default().to_owned());
    }
    let answer = &invoked.payload;
    if answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty()) {
        return ("failed".to_owned(), String::new());
    }
    (answer["statusCode"].to_string(), body(answer)["code"].to_string())
}

/// Returns the trigger in the last line about a chat.
fn trigger(aws: &LocalAws, request_id: &str) -> String {
    let lines = aws.function().take_logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut lines = lines.filter(|line| line["requestId"] == request_id);
    let trigger = lines.find_map(|line| line["Trigger"].as_str().map(str::to_owned));
    trigger.expect("a line about the chat")
}

#[tokio::test]
async fn every_example_is_recognized_and_starts_no_chat() {
    let examples = examples();
    let mut expectations = expectations();
    let aws = start(options()).await;
    let mut mistakes = Vec::new();
    for (name, event) in examples {
        let Some(expected) = expectations.remove(&name) else {
            mistakes.push(format!("{name} is not in sweep.txt"));
            continue;
        };
        let (invoked, starts) = send_text(&aws, &event).await;
        assert!(starts.is_empty(), "{name}");
        let (error, message) = error(&invoked);
        let words = expected.words.clone();
        let found = Outcome { trigger: trigger(&aws, &invoked.request_id), error, words };
        if found != expected || !message.contains(&found.words) {
            mistakes.push(format!("{name} {found:?} {message}"));
        }
    }
    mistakes.extend(expectations.into_keys().map(|name| format!("{name} is gone")));
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert_eq!(aws.function().starts(), 1, "the process was restarted");
}

/// A batch is what pipes, custom buses and queues deliver.
#[tokio::test]
async fn no_example_starts_a_chat_in_a_batch() {
    let aws = start(options()).await;
    for (name, event) in examples() {
        let (invoked, starts) = send_text(&aws, &format!("[{event}]")).await;
        assert!(starts.is_empty(), "{name}");
        assert_eq!(invoked.error_type(), Some("ValidationException"), "{name}");
        let record = json!({"messageId": "m", "eventSource": "aws:sqs", "body": event});
        let (invoked, starts) = send_text(&aws, &json!({"Records": [record]}).to_string()).await;
        assert!(starts.is_empty(), "{name}");
        let failures = json!({"batchItemFailures": [{"itemIdentifier": "m"}]});
        assert_eq!(invoked.payload, failures, "{name}");
    }
    assert_eq!(aws.function().starts(), 1, "the process was restarted");
}
