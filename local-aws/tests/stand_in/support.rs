//! A minimal HTTP client, and a function that runs in the process of the test.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use local_aws::{LocalAws, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// The answer of a server.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| {
            line.split(':').next().is_some_and(|given| given.eq_ignore_ascii_case(name))
        };
        self.head.lines().find(named)?.split_once(':').map(|(_, value)| value.trim())
    }
}

/// Sends one request over a new connection.
pub(crate) async fn send(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answered> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    exchange(&mut stream, method, path, &[headers, &[("Connection", "close")]].concat(), body)
        .await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&answer)
}

/// Writes a request.
pub(crate) async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let given = |wanted: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !given("host") {
        head.push_str("Host: api.example.com\r\n");
    }
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if !given("content-length") && (!body.is_empty() || method == "POST") {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    stream.write_all(body).await
}

/// Parses an answer.
pub(crate) fn parse(answer: &[u8]) -> io::Result<Answered> {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(io::ErrorKind::InvalidData)?;
    Ok(Answered { status, head, body: answer[end + 4..].to_vec() })
}

/// The headers of a request with a signature for Amazon Connect.
pub(crate) const SIGNED: [(&str, &str); 3] = [
    (
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/connect/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=0000000000000000000000000000000000000000000000000000000000000000",
    ),
    ("X-Amz-Date", "20261122T120000Z"),
    ("Content-Type", "application/json"),
];

/// Sends a `StartChatContact` request to Amazon Connect.
pub(crate) async fn start_chat(local: &LocalAws, body: &Value) -> io::Result<Answered> {
    send(&local.connect_url(), "PUT", "/contact/chat", &SIGNED, body.to_string().as_bytes()).await
}

/// The smallest `StartChatContact` request, with further members.
pub(crate) fn chat(more: Value) -> Value {
    let mut body = json!({
        "InstanceId": local_aws::fixtures::INSTANCE_ID,
        "ContactFlowId": local_aws::fixtures::FLOW_ID,
        "ParticipantDetails": {"DisplayName": "Jane"},
    });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// A program that never asks for an invocation.
pub(crate) fn idle() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/functions/idle.sh")
}

/// A local AWS whose function is `answer`, in this process.
pub(crate) async fn with_function(
    options: Options,
    answer: impl Fn(Value) -> Result<Value, Value> + Send + Sync + 'static,
) -> io::Result<LocalAws> {
    let local = LocalAws::start(options).await?;
    poll(&local, answer);
    Ok(local)
}

/// Answers invocations in the background, from now on.
pub(crate) fn poll(
    local: &LocalAws,
    answer: impl Fn(Value) -> Result<Value, Value> + Send + Sync + 'static,
) {
    let (api, answer) = (local.runtime_api(), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok(work) =
            send(&api, "GET", "/2018-06-01/runtime/invocation/next", &[], b"").await
        {
            let Some(id) = work.header("lambda-runtime-aws-request-id") else {
                continue;
            };
            let (what, payload) = match answer(work.json()) {
                Ok(payload) => ("response", payload),
                Err(payload) => ("error", payload),
            };
            // `null` stands for a function that does not answer.
            if !payload.is_null() {
                let path = format!("/2018-06-01/runtime/invocation/{id}/{what}");
                let _ = send(&api, "POST", &path, &[], payload.to_string().as_bytes()).await;
            }
        }
    });
}
