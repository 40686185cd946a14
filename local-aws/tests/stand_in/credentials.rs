//! With the real Connect, the function gets the shell's credentials, else those of the AWS CLI,
//! for which a script stands in here.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

const KEYS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "SHELL-KEY"), ("AWS_SECRET_ACCESS_KEY", "SHELL-SECRET")];
const REGION: (&str, &str) = ("AWS_REGION", "us-east-1");

/// A folder for PATH, with a script named `aws` if there is one; removed when dropped.
struct Bin(PathBuf);

impl Bin {
    fn new(test: &str, aws: Option<&str>) -> io::Result<Self> {
        let bin = std::env::temp_dir().join(format!("local-aws-{test}-{}", std::process::id()));
        fs::create_dir_all(&bin)?;
        if let Some(aws) = aws {
            let file = bin.join("aws");
            fs::write(&file, format!("#!/bin/sh\ncd {}\n{aws}", bin.display()))?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self(bin))
    }
}

impl Drop for Bin {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Invokes a function that writes its AWS settings, and returns what is on standard error.
fn invoke(bin: &Bin, path: &str, shell: &[(&str, &str)]) -> io::Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_local-aws"))
        .args(["invoke", "--connect", "aws", "--timeout", "2", "--function"])
        .arg(root.join("tests/functions/environment.sh"))
        .arg(root.join("../events/scheduler.json"))
        .env_clear()
        .env("PATH", format!("{}{path}", bin.0.display()))
        .envs(shell.iter().copied())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The programs that the function's script uses.
const TOOLS: &str = ":/usr/bin:/bin";

#[test]
fn the_shells_variables_are_passed_on_without_the_cli() -> io::Result<()> {
    let bin = Bin::new("variables", Some("touch asked"))?;
    let token = ("AWS_SESSION_TOKEN", "SHELL-TOKEN");
    let output = invoke(&bin, TOOLS, &[KEYS[0], KEYS[1], token, REGION])?;
    for (name, value) in [KEYS[0], KEYS[1], token, REGION] {
        assert!(output.contains(&format!("{name}={value}")), "{name}: {output}");
    }
    assert!(!output.contains("AWS_CONTAINER"), "{output}");
    assert!(!bin.0.join("asked").exists(), "the AWS CLI was run");
    Ok(())
}

#[test]
fn keys_that_do_not_expire_are_passed_on_from_the_cli() -> io::Result<()> {
    let aws = r#"case "$*" in
        "configure export-credentials --format process")
            echo '{"Version": 1, "AccessKeyId": "KEY", "SecretAccessKey": "SECRET"}' ;;
        "configure get region") echo eu-west-2 ;;
        *) exit 1 ;;
    esac"#;
    let output = invoke(&Bin::new("keys", Some(aws))?, TOOLS, &[])?;
    for line in ["AWS_ACCESS_KEY_ID=KEY", "AWS_SECRET_ACCESS_KEY=SECRET", "AWS_REGION=eu-west-2"] {
        assert!(output.contains(line), "{line}: {output}");
    }
    assert!(!output.contains("AWS_CONTAINER") && !output.contains("AWS_SESSION"), "{output}");
    Ok(())
}

#[test]
fn credentials_that_expire_are_served_and_renewed() -> io::Result<()> {
    // The key tells how often the script was run.
    let aws = r#"echo >> runs
        printf '{"Version": 1, "AccessKeyId": "%s-KEY-%s", "SecretAccessKey": "SECRET",
            "SessionToken": "TOKEN", "Expiration": "2099-01-01T00:00:00Z"}' \
            "$AWS_PROFILE" "$(wc -l < runs | tr -d ' ')""#;
    let output =
        invoke(&Bin::new("expiring", Some(aws))?, TOOLS, &[("AWS_PROFILE", "dev"), REGION])?;
    for part in [
        r#""AccessKeyId":"dev-KEY-1""#,
        r#""AccessKeyId":"dev-KEY-2""#,
        r#""SecretAccessKey":"SECRET""#,
        r#""Token":"TOKEN""#,
        r#""Expiration":"2099-01-01T00:00:00Z""#,
        "403 Forbidden",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
    assert!(!output.contains("AWS_ACCESS_KEY_ID="), "{output}");
    Ok(())
}

#[test]
fn without_credentials_a_sentence_says_what_to_do() -> io::Result<()> {
    let expired = "echo 'Error when retrieving token from sso: Token has expired.' >&2; exit 255";
    for (test, aws, reason) in [
        ("missing", None, "the AWS CLI is not installed"),
        ("failing", Some(expired), "the AWS CLI says: Error when retrieving token from sso"),
        ("strange", Some("echo SECRET"), "cannot parse the output"),
    ] {
        let output = invoke(&Bin::new(test, aws)?, "", &[REGION])?;
        assert!(output.starts_with("local-aws: no AWS credentials"), "{test}: {output}");
        assert!(output.contains(reason), "{test}: {output}");
        assert!(output.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{test}");
        assert!(output.contains("`aws sso login`"), "{test}: {output}");
        assert!(!output.contains("SECRET\n"), "{test}: {output}");
    }
    Ok(())
}

#[test]
fn without_a_region_a_sentence_says_what_to_set() -> io::Result<()> {
    let output = invoke(&Bin::new("region", Some("exit 1"))?, TOOLS, &KEYS)?;
    assert_eq!(output, "local-aws: no AWS region: set AWS_REGION\n");
    Ok(())
}
