//! A process that cannot start reports the reason to Lambda and in its log, and ends.

use std::process::{Command, Output};

use local_aws::Options;
use serde_json::json;

use support::{FLOW_ID, INSTANCE_ID, bare_options, function, options, start};

/// An invalid value for each setting.
const INVALID: [(&str, &str); 16] = [
    ("INSTANCE_ID", "no instance"),
    ("CONTACT_FLOW_ID", ""),
    ("ALLOWED_ORIGINS", "https://shop.example/path"),
    ("ATTRIBUTE_CLAIMS", "email"),
    ("ALLOW_UNVERIFIED_PERSISTENT_CHAT", "yes"),
    ("DEFAULT_CHAT_DURATION_MINUTES", "59"),
    ("DEFAULT_MESSAGING_CONTENT_TYPES", "text/html"),
    ("ATTACHMENTS", "1"),
    ("ALLOWED_CONTACT_FLOW_IDS", "arn:aws:s3:::bucket"),
    ("ALLOWED_HEADERS", "x y"),
    ("MARK_AUTHENTICATED", "true"),
    ("FIXED_ATTRIBUTES", "channel"),
    ("MAX_CHAT_DURATION_MINUTES", "10081"),
    ("DISCONNECT_ON_CUSTOMER_EXIT", "AGENT"),
    ("START_NEW_IF_NOT_CONTINUED", "yes"),
    ("SETTINGS", "[]"),
];

/// Runs the binary with these variables only, until it ends.
fn run(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(function());
    let command = command.env_clear().envs(variables.iter().copied());
    command.output().expect("the binary runs")
}

fn written(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[tokio::test]
async fn every_invalid_setting_is_named_in_one_init_error() {
    // Flows are compared with the instance, so the instance must be valid.
    let invalid = INVALID.iter().filter(|(name, _)| *name != "INSTANCE_ID");
    let options = invalid.fold(options(), |options, (name, value)| options.env(*name, *value));
    let aws = start(options).await;
    let error = aws.function().init_error().expect("an init error");
    assert_eq!(error["errorType"], "SettingsError");
    let message = error["errorMessage"].as_str().expect("a message");
    for (name, _) in INVALID {
        assert_eq!(message.contains(name), name != "INSTANCE_ID", "{name} in {message}");
    }
    let invoked = aws.invoke_json(&json!({})).await;
    assert_eq!(invoked.error_type(), Some("SettingsError"));
    let logs = aws.function().logs().join("\n");
    assert!(logs.contains("ATTRIBUTE_CLAIMS"), "{logs}");
    assert!(aws.connect().requests().is_empty());
}

#[tokio::test]
async fn missing_settings_are_named() {
    for (options, named) in [
        (bare_options(), vec!["INSTANCE_ID", "CONTACT_FLOW_ID"]),
        (bare_options().env("INSTANCE_ID", INSTANCE_ID), vec!["CONTACT_FLOW_ID"]),
        (bare_options().env("CONTACT_FLOW_ID", FLOW_ID), vec!["INSTANCE_ID"]),
        (
            bare_options().env("CONTACT_FLOW_ID", FLOW_ID).env("INSTANCE_ID", " "),
            vec!["INSTANCE_ID"],
        ),
    ] {
        let aws = start(options).await;
        let error = aws.function().init_error().expect("an init error");
        let message = error["errorMessage"].as_str().expect("a message");
        for name in ["INSTANCE_ID", "CONTACT_FLOW_ID"] {
            assert_eq!(message.contains(name), named.contains(&name), "{name}: {message}");
        }
    }
}

#[tokio::test]
async fn each_invalid_setting_ends_the_process() {
    let aws = start(Options::without_function()).await;
    let runtime_api = aws.runtime_api();
    for (name, value) in INVALID {
        let mut variables = vec![
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.clone()),
            ("INSTANCE_ID", INSTANCE_ID.to_owned()),
            ("CONTACT_FLOW_ID", FLOW_ID.to_owned()),
        ];
        variables.push((name, value.to_owned()));
        let run = move || {
            let variables = variables.iter().map(|(name, value)| (*name, value.as_str()));
            run(&variables.collect::<Vec<_>>())
        };
        let output = tokio::task::spawn_blocking(run).await.expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(written(&output).contains(name), "{}", written(&output));
        let error = aws.function().init_error().expect("an init error");
        assert!(error["errorMessage"].to_string().contains(name), "{name}: {error}");
    }
}

#[test]
fn outside_lambda_the_binary_explains_how_to_run_it_and_fails() {
    let settings = [("INSTANCE_ID", INSTANCE_ID), ("CONTACT_FLOW_ID", FLOW_ID)];
    for variables in [&settings[..], &[], &[("AWS_LAMBDA_RUNTIME_API", "")]] {
        let output = run(variables);
        assert_eq!(output.status.code(), Some(1));
        let written = written(&output);
        assert!(written.contains("AWS Lambda function"), "{written}");
        assert!(written.contains("make run"), "{written}");
        assert!(!written.contains("panicked"), "{written}");
    }
}
