//! The `local-aws` command.

use std::io;
use std::process::{Command, Output};

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
