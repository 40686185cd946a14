//! The sources of the credentials that requests are signed with.

use std::io::{Read, Write};
use std::net::TcpListener;

use local_aws::LocalAws;

use support::{http_2, options, start, status};

/// Starts a server of container credentials, as `SnapStart` has one, for one token. Returns its URL.
fn container(token: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = vec![0; 4_096];
            let count = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(head.get(..count).unwrap_or_default()).into_owned();
            let is_authorized =
                head.to_ascii_lowercase().contains(&format!("authorization: {token}"));
            let body = if is_authorized {
                r#"{"AccessKeyId":"CONTAINERKEY","SecretAccessKey":"secret","Token":"container-token","Expiration":"2099-01-01T00:00:00Z"}"#
            } else {
                r#"{"code":"Forbidden","message":"no"}"#
            };
            let code = if is_authorized { "200 OK" } else { "403 Forbidden" };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {code}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    format!("http://{address}/")
}

/// Starts the function with these variables and without the keys that Lambda sets.
async fn with(variables: &[(&str, &str)]) -> LocalAws {
    let no_keys =
        [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_SESSION_TOKEN", "")];
    let variables = no_keys.iter().chain(variables);
    start(variables.fold(options(), |options, (name, value)| options.env(*name, *value))).await
}

#[tokio::test]
async fn container_credentials_are_used_if_there_are_no_others() {
    let uri = container("right");
    for (token, expected) in [("right", 200), ("wrong", 503)] {
        let aws = with(&[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", token),
        ])
        .await;
        let invoked = aws.invoke_json(&http_2("{}")).await;
        assert_eq!(status(&invoked.payload), expected, "{token}");
        let requests = aws.connect().requests();
        assert_eq!(requests.len(), usize::from(expected == 200));
        for request in requests {
            let signature = request.header("authorization").expect("a signature");
            assert!(signature.contains("Credential=CONTAINERKEY/"), "{signature}");
            assert_eq!(request.header("x-amz-security-token"), Some("container-token"));
        }
    }
}

#[tokio::test]
async fn invalid_aws_settings_are_answered_and_logged() {
    for variables in [
        &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")][..],
        // A FIPS endpoint and another endpoint cannot both be called.
        &[("AWS_USE_FIPS_ENDPOINT", "TRUE")],
    ] {
        let options =
            variables.iter().fold(options(), |options, (name, value)| options.env(*name, *value));
        let aws = start(options).await;
        let invoked = aws.invoke_json(&http_2("{}")).await;
        assert_eq!(status(&invoked.payload), 503, "{variables:?}");
        assert!(aws.connect().requests().is_empty(), "{variables:?}");
        let logs = aws.function().logs();
        assert!(logs.iter().any(|line| line.contains(r#""cause":"#)), "{logs:?}");
    }
}

/// The SDK would find out at the first call, and print the request.
#[tokio::test]
async fn an_endpoint_that_is_no_url_is_an_init_error() {
    for (name, value) in [
        ("AWS_ENDPOINT_URL_CONNECT", "not a url"),
        ("AWS_ENDPOINT_URL_CONNECT", " "),
        ("AWS_ENDPOINT_URL_CONNECT", "connect.example.com"),
        ("AWS_ENDPOINT_URL", "ftp://example.com"),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", "https://"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "/path"),
    ] {
        let aws = start(options().env(name, value)).await;
        let error = aws.function().init_error().expect("an init error");
        assert_eq!(error["errorType"], "SettingsError", "{name}={value}");
        let message = error["errorMessage"].as_str().expect("a message");
        assert!(message.contains(&format!("{name} must be a URL")), "{message}");
        let invoked = aws.invoke_json(&http_2("{}")).await;
        assert_eq!(invoked.error_type(), Some("SettingsError"), "{name}={value}");
        assert!(aws.connect().requests().is_empty(), "{name}={value}");
    }
}

/// Other sources of the SDK are present: a profile with keys, and the metadata
/// service of an EC2 instance.
#[tokio::test]
async fn without_credentials_no_request_is_sent_and_no_other_source_is_tried() {
    let profile = concat!(env!("CARGO_TARGET_TMPDIR"), "/credentials-of-a-profile");
    let keys = "[default]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = secret\n";
    std::fs::write(profile, keys).expect("a written file");
    let metadata = TcpListener::bind("127.0.0.1:0").expect("a port");
    metadata.set_nonblocking(true).expect("a listener that does not wait");
    let endpoint = format!("http://{}", metadata.local_addr().expect("its address"));
    let aws = with(&[
        ("AWS_PROFILE", "default"),
        ("AWS_SHARED_CREDENTIALS_FILE", profile),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint),
    ])
    .await;
    let invoked = aws.invoke_json(&http_2("{}")).await;
    assert_eq!(status(&invoked.payload), 503);
    assert!(aws.connect().requests().is_empty());
    let connection = metadata.accept().map(|(_, address)| address);
    let none = connection.expect_err("no connection to the metadata service");
    assert_eq!(none.kind(), std::io::ErrorKind::WouldBlock);
}
