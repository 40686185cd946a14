//! Every fault of Amazon Connect.

use std::io;
use std::time::{Duration, Instant};

use crate::support::{Answered, SIGNED, chat, send, start_chat};
use local_aws::{Fault, LocalAws, Operation, Options, fixtures};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

const A_WHILE: Duration = Duration::from_millis(300);

async fn with(fault: Fault) -> io::Result<LocalAws> {
    let local = LocalAws::start(Options::without_function()).await?;
    local.connect().inject(fault);
    Ok(local)
}

async fn faulty(fault: Fault) -> io::Result<(LocalAws, io::Result<Answered>)> {
    let local = with(fault).await?;
    let answered = start_chat(&local, &chat(json!({}))).await;
    Ok((local, answered))
}

#[tokio::test]
async fn a_rejection() -> io::Result<()> {
    let fault = Fault::status(429, "TooManyRequestsException")
        .message("slow down")
        .header("x-amz-retry-after", "5")
        .times(2);
    let (local, answered) = faulty(fault).await?;
    let answered = answered?;
    assert_eq!((answered.status, answered.json()), (429, json!({"Message": "slow down"})));
    assert_eq!(answered.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    assert_eq!(answered.header("x-amz-retry-after"), Some("5"));
    assert_eq!(start_chat(&local, &chat(json!({}))).await?.status, 429);
    assert_eq!(start_chat(&local, &chat(json!({}))).await?.status, 200);
    assert_eq!(local.connect().chats(), 1);
    let statuses: Vec<_> =
        local.connect().requests().iter().map(|received| received.status).collect();
    assert_eq!(statuses, [429, 429, 200]);
    Ok(())
}

#[tokio::test]
async fn a_reset() -> io::Result<()> {
    let (local, answered) = faulty(Fault::reset()).await?;
    assert_eq!(answered.map_err(|error| error.kind()).err(), Some(io::ErrorKind::ConnectionReset));
    assert_eq!(local.connect().chats(), 0);
    Ok(())
}

#[tokio::test]
async fn a_reset_after_the_chat_was_started() -> io::Result<()> {
    let (local, answered) = faulty(Fault::reset_after_start()).await?;
    assert_eq!(answered.map_err(|error| error.kind()).err(), Some(io::ErrorKind::ConnectionReset));
    assert_eq!(local.connect().chats(), 1);
    assert_eq!(local.connect().requests()[0].status, 0);
    Ok(())
}

#[tokio::test]
async fn a_delay() -> io::Result<()> {
    let began = Instant::now();
    let (_local, answered) = faulty(Fault::delay(A_WHILE)).await?;
    assert_eq!(answered?.status, 200);
    assert!(began.elapsed() >= A_WHILE);
    Ok(())
}

#[tokio::test]
async fn a_slow_body() -> io::Result<()> {
    let local = with(Fault::slow_body(A_WHILE)).await?;
    let mut stream = TcpStream::connect(local.connect_url().trim_start_matches("http://")).await?;
    let body = chat(json!({})).to_string();
    crate::support::exchange(
        &mut stream,
        "PUT",
        "/contact/chat",
        &[&SIGNED[..], &[("Connection", "close")]].concat(),
        body.as_bytes(),
    )
    .await?;
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("\r\n\r\n") {
        stream.read_buf(&mut answer).await?;
    }
    let began = Instant::now();
    assert!(
        String::from_utf8_lossy(&answer).ends_with("\r\n\r\n"),
        "the body must not have arrived"
    );
    stream.read_to_end(&mut answer).await?;
    assert!(began.elapsed() >= A_WHILE / 2);
    assert!(crate::support::parse(&answer)?.json()["ContactId"].is_string());
    Ok(())
}

#[tokio::test]
async fn unreadable_answers() -> io::Result<()> {
    for (fault, body) in [(Fault::garbage(), "<html>not JSON</html>"), (Fault::empty(), "")] {
        let (local, answered) = faulty(fault).await?;
        let answered = answered?;
        assert_eq!((answered.status, answered.text().as_str()), (200, body));
        assert_eq!(local.connect().chats(), 0);
    }
    let (_local, answered) = faulty(Fault::raw(503, "text/html", "busy")).await?;
    let answered = answered?;
    assert_eq!(
        (answered.status, answered.header("content-type"), answered.text().as_str()),
        (503, Some("text/html"), "busy")
    );
    Ok(())
}

#[tokio::test]
async fn a_missing_member() -> io::Result<()> {
    let (local, answered) = faulty(Fault::without("ParticipantToken")).await?;
    let answer = answered?.json();
    assert!(answer["ContactId"].is_string() && answer.get("ParticipantToken").is_none());
    assert_eq!(local.connect().chats(), 1);
    Ok(())
}

#[tokio::test]
async fn a_black_hole() -> io::Result<()> {
    let local = with(Fault::black_hole()).await?;
    let body = chat(json!({}));
    assert!(tokio::time::timeout(A_WHILE, start_chat(&local, &body)).await.is_err());
    assert_eq!((local.connect().chats(), local.connect().requests().len()), (0, 1));
    Ok(())
}

#[tokio::test]
async fn a_connection_closed_after_the_answer() -> io::Result<()> {
    let local = with(Fault::close_after_answer()).await?;
    let mut stream = TcpStream::connect(local.connect_url().trim_start_matches("http://")).await?;
    crate::support::exchange(
        &mut stream,
        "PUT",
        "/contact/chat",
        &SIGNED,
        chat(json!({})).to_string().as_bytes(),
    )
    .await?;
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await??;
    let answered = crate::support::parse(&answer)?;
    assert_eq!((answered.status, answered.header("connection")), (200, None));
    Ok(())
}

#[tokio::test]
async fn a_connection_is_kept_and_counted_once() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    let mut stream = TcpStream::connect(local.connect_url().trim_start_matches("http://")).await?;
    for _ in 0..3 {
        crate::support::exchange(
            &mut stream,
            "PUT",
            "/contact/chat",
            &SIGNED,
            chat(json!({})).to_string().as_bytes(),
        )
        .await?;
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).ends_with('}') {
            stream.read_buf(&mut answer).await?;
        }
    }
    assert_eq!((local.connect().connections(), local.connect().chats()), (1, 3));
    Ok(())
}

#[tokio::test]
async fn a_fault_for_one_operation_until_cleared() -> io::Result<()> {
    let local = with(
        Fault::status(500, "InternalServiceException").always().on(Operation::DescribeContact),
    )
    .await?;
    let describe =
        format!("/contacts/{}/{}", fixtures::INSTANCE_ID, fixtures::ENDED_LATEST_CONTACT_ID);
    assert_eq!(start_chat(&local, &chat(json!({}))).await?.status, 200);
    for _ in 0..3 {
        assert_eq!(send(&local.connect_url(), "GET", &describe, &SIGNED, b"").await?.status, 500);
    }
    local.connect().clear_faults();
    assert_eq!(send(&local.connect_url(), "GET", &describe, &SIGNED, b"").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn the_local_controls() -> io::Result<()> {
    let local = LocalAws::start(Options::without_function()).await?;
    for url in [local.connect_url(), local.api_gateway_url()] {
        let fault =
            json!([{"kind": "status", "status": 503, "errorType": "X", "on": "StartChatContact"}]);
        let added = send(&url, "POST", "/_local/faults", &[], fault.to_string().as_bytes()).await?;
        assert_eq!(added.json()[0]["status"], 503);
        assert_eq!(start_chat(&local, &chat(json!({}))).await?.status, 503);
        assert_eq!(
            send(&url, "POST", "/_local/faults", &[], b"{\"kind\":\"?\"}").await?.status,
            400
        );
        assert_eq!(send(&url, "DELETE", "/_local/faults", &[], b"").await?.json(), json!([]));
        let requests = send(&url, "GET", "/_local/requests", &[], b"").await?.json();
        assert_eq!(requests[0]["error"], "X");
        send(&url, "DELETE", "/_local/requests", &[], b"").await?;
        assert!(local.connect().requests().is_empty());
    }
    let url = local.connect_url();
    let added =
        send(&url, "POST", "/_local/contacts", &[], b"{\"Id\":\"mine\",\"CustomerId\":\"me\"}")
            .await?
            .json();
    assert_eq!((&added["Id"], &added["Channel"]), (&json!("mine"), &json!("CHAT")));
    let ended = send(&url, "POST", "/_local/contacts", &[], b"{\"End\":\"mine\"}").await?.json();
    assert!(ended["DisconnectTimestamp"].is_u64());
    let contacts = send(&url, "GET", "/_local/contacts", &[], b"").await?.json();
    assert!(
        contacts.as_array().is_some_and(|all| all.iter().any(|contact| contact["Id"] == "mine"))
    );
    assert_ne!(contacts, Value::Null);
    Ok(())
}
