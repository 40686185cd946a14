//! Connect is reached through a proxy if one is configured; the Runtime API never is.

use std::io::{self, Read, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use local_aws::LocalAws;

use support::{body, http_2, options, start, status};

/// A forward proxy. It tunnels `CONNECT`, and passes plain requests on.
struct Proxy {
    address: SocketAddr,
    /// The method and the target of each request.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                thread::spawn(move || drop(serve(stream, &log)));
            }
        });
        Self { address, requests }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("a lock").clone()
    }
}

/// Serves one connection: to one host, for one request or one tunnel.
fn serve(mut client: TcpStream, log: &Mutex<Vec<String>>) -> io::Result<()> {
    let head = read_head(&mut client)?;
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    log.lock().expect("a lock").push(format!("{method} {target}"));
    let host = target.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let mut server = TcpStream::connect(host)?;
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        let path = target.trim_start_matches("http://").trim_start_matches(host);
        let head = head.replacen(target, path, 1);
        server.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    }
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        drop(copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Write));
    });
    copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Write)
}

fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

/// Starts the function with Connect over TLS, or not, and these variables.
async fn with(tls: bool, variables: &[(&str, &str)]) -> LocalAws {
    let options =
        variables.iter().fold(options(), |options, (name, value)| options.env(*name, *value));
    start(options.tls(tls)).await
}

async fn assert_started(aws: &LocalAws) {
    let invoked = aws.invoke_json(&http_2("{}")).await;
    assert_eq!(status(&invoked.payload), 200, "{}", invoked.payload);
}

/// Returns the host and port of a URL.
fn authority(url: &str) -> &str {
    url.split("//").last().unwrap_or(url).trim_end_matches('/')
}

#[tokio::test]
async fn connect_is_reached_through_the_proxy_and_the_runtime_api_is_not() {
    for (tls, variable) in [
        (true, "HTTPS_PROXY"),
        (true, "https_proxy"),
        (true, "ALL_PROXY"),
        (false, "HTTP_PROXY"),
        (false, "ALL_PROXY"),
    ] {
        let proxy = Proxy::start();
        let aws = with(tls, &[(variable, &proxy.url())]).await;
        assert_started(&aws).await;
        let requests = proxy.requests();
        let expected = if tls {
            format!("CONNECT {}", authority(&aws.connect_url()))
        } else {
            format!("POST {}/contact/chat", aws.connect_url().trim_end_matches('/'))
        };
        let is_put = |request: &String| request.replace("PUT ", "POST ") == expected;
        assert!(!requests.is_empty() && requests.iter().all(is_put), "{variable}: {requests:?}");
    }
}

#[tokio::test]
async fn hosts_in_no_proxy_are_reached_directly() {
    for (variable, hosts) in
        [("NO_PROXY", "127.0.0.1,localhost"), ("no_proxy", "example.com, 127.0.0.1, localhost")]
    {
        let proxy = Proxy::start();
        let aws = with(true, &[("HTTPS_PROXY", &proxy.url()), (variable, hosts)]).await;
        assert_started(&aws).await;
        assert_eq!(proxy.requests(), Vec::<String>::new(), "{variable}={hosts}");
    }
}

#[tokio::test]
async fn other_hosts_in_no_proxy_change_nothing() {
    let proxy = Proxy::start();
    let hosts = "example.com,connect.us-east-1.amazonaws.com";
    let aws = with(true, &[("HTTPS_PROXY", &proxy.url()), ("NO_PROXY", hosts)]).await;
    assert_started(&aws).await;
    assert!(!proxy.requests().is_empty());
}

#[tokio::test]
async fn a_proxy_that_is_down_is_a_503_with_the_cause_in_the_log() {
    // A port that nobody listens on.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let aws = with(true, &[("HTTPS_PROXY", &url)]).await;
    let invoked = aws.invoke_json(&http_2("{}")).await;
    let problem = body(&invoked.payload);
    let code = problem["code"].as_str();
    assert_eq!((status(&invoked.payload), code), (503, Some("ServiceUnavailableException")));
    let lines = aws.function().logs().join("\n");
    assert!(lines.contains("Connection refused"), "{lines}");
    assert!(aws.connect().requests().is_empty());
}
