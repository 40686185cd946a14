//! The `local-aws` command.

use std::io::{self, BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use crate::support::idle;

fn local_aws(arguments: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_local-aws")).args(arguments).output()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_names_the_commands() -> io::Result<()> {
    let output = local_aws(&["--help"])?;
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(help.contains("invoke") && help.contains("serve"), "{help}");
    Ok(())
}

#[test]
fn a_port_in_use() -> io::Result<()> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let idle = idle();
    let output =
        local_aws(&["serve", "--function", &idle.to_string_lossy(), "--port", &port.to_string()])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error(&output).contains(&format!("port {port} of 127.0.0.1: is in use")),
        "{}",
        error(&output)
    );
    Ok(())
}

#[test]
fn a_missing_event_and_a_missing_function() -> io::Result<()> {
    let output = local_aws(&["invoke", "--function", "/nowhere/function", "/nowhere/event.json"])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("cannot read /nowhere/event.json"), "{}", error(&output));
    let event = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = local_aws(&["invoke", "--function", "/nowhere/function", event])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("cannot start /nowhere/function"), "{}", error(&output));
    Ok(())
}

/// Runs `serve` with a function that ends at once, and returns what it writes to standard error.
fn serve(arguments: &[&str], origins: Option<&str>) -> io::Result<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-aws"));
    command.args(["serve", "--port", "0", "--function"]).arg(idle()).args(arguments);
    command.env_clear().env("AWS_REGION", "us-east-1").env("PATH", "/usr/bin:/bin");
    command.env("AWS_ACCESS_KEY_ID", "KEY").env("AWS_SECRET_ACCESS_KEY", "SECRET");
    command.envs(origins.map(|origins| ("ALLOWED_ORIGINS", origins)));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut lines = String::new();
    let stderr = child.stderr.take().map(BufReader::new);
    for line in stderr.into_iter().flat_map(BufRead::lines) {
        lines = lines + &line? + "\n";
        if lines.contains("origins [") {
            break;
        }
    }
    drop(child.kill());
    drop(child.wait());
    Ok(lines)
}

#[test]
fn no_origin_is_allowed_by_default_with_the_real_connect() -> io::Result<()> {
    let real = &["--connect", "aws"];
    assert!(serve(&[], None)?.contains("origins [*]"));
    assert!(serve(real, None)?.contains("origins []"));
    let listed = "https://shop.example,http://localhost:5173";
    assert!(serve(real, Some(listed))?.contains(&format!("origins [{listed}]")));
    for all in ["*", "https://shop.example, *"] {
        let error = serve(real, Some(all))?;
        assert!(
            error.starts_with("local-aws: ALLOWED_ORIGINS=* would let every web page"),
            "{error}"
        );
    }
    Ok(())
}
