//! The function's process: started, killed, restarted. The tests use the Runtime API in its place.

use std::io;
use std::time::Duration;

use crate::support::{idle, poll};
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

fn options() -> Options {
    Options::new(idle())
        .init_timeout(Duration::from_millis(200))
        .timeout(Duration::from_millis(300))
}

fn alive(pid: Option<u32>) -> bool {
    pid.is_some_and(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(" Z "))
    })
}

#[tokio::test]
async fn the_process_has_the_environment_of_lambda_only() -> io::Result<()> {
    let local = LocalAws::start(options().env("SETTING", "given")).await?;
    let logs = local.function().logs();
    assert!(
        logs.contains(
            &"function start-chat-contact in us-east-1, home [], setting [given]".to_owned()
        ),
        "{logs:?}"
    );
    assert!(logs.contains(&format!("ca [] connect [{}]", local.connect_url())), "{logs:?}");
    Ok(())
}

#[tokio::test]
async fn a_deadline_kills_and_the_next_invocation_starts_again() -> io::Result<()> {
    let local = LocalAws::start(options()).await?;
    let first = local.function().pid();
    poll(&local, |event| Ok(if event == json!("hang") { Value::Null } else { json!("done") }));
    assert_eq!(local.invoke_json(&json!("hang")).await.error_type(), Some("Sandbox.Timedout"));
    assert_eq!(local.invoke_json(&json!("work")).await.payload, json!("done"));
    assert_eq!(local.function().starts(), 2);
    assert_ne!(local.function().pid(), first);
    assert!(!alive(first));
    Ok(())
}

#[tokio::test]
async fn a_process_that_exits_fails_its_invocation() -> io::Result<()> {
    let options = options().timeout(Duration::from_secs(20)).env("STATUS", "3").env("LIVES", "1");
    let local = LocalAws::start(options).await?;
    poll(&local, |_| Ok(Value::Null));
    let invoked = local.invoke("{}").await;
    let message = format!(
        "RequestId: {} Error: Runtime exited with error: exit status 3",
        invoked.request_id
    );
    assert_eq!(invoked.payload, json!({"errorType": "Runtime.ExitError", "errorMessage": message}));
    Ok(())
}

#[tokio::test]
async fn a_killed_process_fails_its_invocation() -> io::Result<()> {
    let local = LocalAws::start(options().timeout(Duration::from_secs(20))).await?;
    poll(&local, |_| Ok(Value::Null));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        local.function().kill().await;
    };
    let (invoked, ()) = tokio::join!(local.invoke("{}"), kill);
    let message = invoked.error_message().unwrap_or_default();
    assert!(message.ends_with("Runtime exited with error: signal: killed"), "{message}");
    assert_eq!(local.function().pid(), None);
    Ok(())
}

#[tokio::test]
async fn a_process_that_exits_at_once_fails_each_invocation() -> io::Result<()> {
    let local = LocalAws::start(options().env("STATUS", "1")).await?;
    for starts in 2..4 {
        let invoked = local.invoke("{}").await;
        assert_eq!(invoked.error_type(), Some("Runtime.ExitError"));
        assert_eq!(local.function().starts(), starts);
    }
    Ok(())
}

#[tokio::test]
async fn a_process_that_never_asks_for_work_times_out() -> io::Result<()> {
    let local = LocalAws::start(options()).await?;
    assert_eq!(local.invoke("{}").await.error_type(), Some("Sandbox.Timedout"));
    Ok(())
}

#[tokio::test]
async fn a_process_that_cannot_be_initialized_is_started_again() -> io::Result<()> {
    let local = LocalAws::start(options().timeout(Duration::from_secs(20))).await?;
    let failure = json!({"errorType": "ConfigError", "errorMessage": "INSTANCE_ID is not set"});
    let (api, body) = (local.runtime_api(), failure.to_string());
    for starts in 1..4 {
        let report = async {
            while local.function().starts() < starts {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            let path = "/2018-06-01/runtime/init/error";
            crate::support::send(&api, "POST", path, &[], body.as_bytes()).await
        };
        let (invoked, reported) = tokio::join!(local.invoke("{}"), report);
        assert_eq!((invoked.payload, reported?.status), (failure.clone(), 202));
        assert_eq!(local.function().starts(), starts);
    }
    assert_eq!(local.function().init_error(), Some(failure));
    Ok(())
}

#[tokio::test]
async fn the_process_can_be_terminated() -> io::Result<()> {
    let local = LocalAws::start(options()).await?;
    let pid = local.function().pid();
    assert!(alive(pid));
    local.function().terminate().await;
    assert!(!alive(pid));
    Ok(())
}

#[tokio::test]
async fn the_process_ends_with_the_local_aws() -> io::Result<()> {
    let local = LocalAws::start(options()).await?;
    let pid = local.function().pid();
    drop(local);
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if !alive(pid) {
            return Ok(());
        }
    }
    panic!("the process outlived its local AWS");
}

#[tokio::test]
async fn a_missing_binary_is_named() {
    let error = LocalAws::start(Options::new("/nowhere/function")).await.expect_err("no such file");
    assert!(error.to_string().contains("/nowhere/function"), "{error}");
}

#[tokio::test]
async fn a_port_in_use_is_named() -> io::Result<()> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let error = LocalAws::start(Options::without_function().api_gateway_port(port))
        .await
        .expect_err("in use");
    assert!(error.to_string().contains(&format!("port {port} of 127.0.0.1: is in use")), "{error}");
    Ok(())
}
