//! Environments of provisioned concurrency.

use std::time::{Duration, Instant};

use local_aws::{LocalAws, Options};

use support::{http_2, options, start, status};

/// Sends an HTTP request for a chat. Returns the status.
async fn post(aws: &LocalAws) -> u64 {
    status(&aws.invoke_json(&http_2("{}")).await.payload)
}

fn provisioned(options: Options) -> Options {
    options.env("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
}

#[tokio::test]
async fn a_provisioned_environment_connects_before_its_first_invocation() {
    for (options, connections) in [(provisioned(options()), 1), (options(), 0)] {
        let aws = start(options.tls(true)).await;
        assert_eq!(aws.connect().connections(), connections);
        assert_eq!(post(&aws).await, 200);
        assert_eq!(post(&aws).await, 200);
        assert_eq!(aws.connect().connections(), 1);
        assert_eq!(aws.connect().chats(), 2);
        let requests = aws.connect().requests();
        let before = requests.iter().filter(|request| request.path != "/contact/chat");
        // The request that only opens a connection has no credentials.
        assert!(before.clone().all(|request| request.header("authorization").is_none()));
        assert!(before.clone().all(|request| request.header("x-amz-security-token").is_none()));
        assert_eq!(before.count(), connections);
    }
}

#[tokio::test]
async fn a_provisioned_environment_that_cannot_connect_still_serves() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("its address"));
    let options = options().env("AWS_ENDPOINT_URL_CONNECT", silent);
    let since = Instant::now();
    let aws = start(provisioned(options).timeout(Duration::from_secs(3))).await;
    assert!(aws.function().init_error().is_none());
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    let status = post(&aws).await;
    assert!(matches!(status, 503 | 504), "{status}");
}
