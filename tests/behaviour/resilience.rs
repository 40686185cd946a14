//! Connect fails in every way that it can. The caller is answered in time, and
//! no chat is lost or started twice.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use local_aws::{Fault, LocalAws, Operation, Options, Rate};
use serde_json::{Value, json};

use support::{body, event, http_2, options, start, starts};

/// Sends an HTTP request for a chat. Returns status and body.
async fn post(aws: &LocalAws) -> (u64, Value) {
    let invoked = aws.invoke_json(&http_2("{}")).await;
    assert_eq!(invoked.function_error, None, "{}", invoked.payload);
    let status = invoked.payload["statusCode"].as_u64();
    (status.expect("a status"), body(&invoked.payload))
}

async fn assert_answer(aws: &LocalAws, status: u64, code: &str) {
    let (found, body) = post(aws).await;
    assert_eq!((found, body["code"].as_str()), (status, Some(code)), "{body}");
}

async fn assert_started(aws: &LocalAws) {
    let (status, body) = post(aws).await;
    assert_eq!(status, 200, "{body}");
}

/// Asserts that Connect received two requests, with the same client token.
fn assert_same_token_twice(aws: &LocalAws) {
    let starts = starts(aws);
    let [first, second] = starts.as_slice() else {
        panic!("{} requests", starts.len());
    };
    assert!(first["ClientToken"].is_string(), "{first}");
    assert_eq!(first["ClientToken"], second["ClientToken"]);
}

fn at(endpoint: &str) -> Options {
    options().env("AWS_ENDPOINT_URL_CONNECT", endpoint)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_connection_reset_before_the_chat_is_created_costs_a_retry() {
    let aws = start(options()).await;
    aws.connect().inject(Fault::reset());
    assert_started(&aws).await;
    assert_eq!(aws.connect().chats(), 1);
}

#[tokio::test]
async fn a_connection_reset_after_the_chat_was_created_returns_that_chat() {
    let aws = start(options()).await;
    aws.connect().inject(Fault::reset_after_start());
    let (status, answer) = post(&aws).await;
    assert_eq!(status, 200, "{answer}");
    assert_same_token_twice(&aws);
    assert_eq!(aws.connect().chats(), 1);
    let id = answer["data"]["startChatResult"]["ContactId"].as_str();
    assert!(aws.connect().contact(id.expect("an id")).is_some());
}

#[tokio::test]
async fn an_unreachable_connect_is_unavailable() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let refused = format!("http://{}", unused.local_addr().expect("its address"));
    drop(unused);
    for endpoint in [&refused, "http://connect.invalid"] {
        let aws = start(at(endpoint)).await;
        assert_answer(&aws, 503, "ServiceUnavailableException").await;
        assert_eq!(aws.function().starts(), 1, "{endpoint}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_not_trusted() {
    let trusting = start(options().tls(true)).await;
    assert_started(&trusting).await;
    let wary = start(options().tls(true).env("SSL_CERT_FILE", "")).await;
    assert_answer(&wary, 503, "ServiceUnavailableException").await;
    assert_eq!(wary.connect().chats(), 0);
}

#[tokio::test]
async fn sequential_invocations_share_one_tls_connection() {
    let aws = start(options().tls(true)).await;
    for _ in 0..20 {
        assert_started(&aws).await;
    }
    assert_eq!(aws.connect().connections(), 1);
}

#[tokio::test]
async fn a_silent_connect_is_answered_for_before_the_deadline() {
    for operation in [Operation::StartChatContact, Operation::DescribeContact] {
        let aws = start(options().timeout(seconds(3)).env("CUSTOMER_ID_CLAIM", "sub")).await;
        aws.connect().inject(Fault::black_hole().always().on(operation));
        let persistent = json!({"PersistentChat": {
            "RehydrationType": "FROM_SEGMENT",
            "SourceContactId": "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa2",
        }});
        let mut request = http_2(&persistent.to_string());
        request["requestContext"]["authorizer"] =
            json!({"jwt": {"claims": {"sub": "customer-4711"}}});
        let since = Instant::now();
        let invoked = aws.invoke_json(&request).await;
        assert_eq!(invoked.payload["statusCode"], 504, "{}", invoked.payload);
        assert!(since.elapsed() >= seconds(2), "{:?}", since.elapsed());
        assert_eq!(aws.function().starts(), 1, "the process was killed");
    }
}

#[tokio::test]
async fn retries_end_at_the_deadline() {
    // The deadline leaves 2.5 seconds: time for the first attempt and, after a
    // pause of at most a second, for the start of the second, but not for its end.
    let aws = start(options().timeout(seconds(3))).await;
    let failing =
        Fault::status(500, "InternalServiceException").after(Duration::from_millis(1_300));
    aws.connect().inject(failing.always());
    assert_answer(&aws, 504, "TimeoutException").await;
    assert_eq!(starts(&aws).len(), 2);
    assert_eq!(aws.function().starts(), 1, "the process was killed");
}

#[tokio::test]
async fn an_attempt_takes_eight_seconds_at_most() {
    let (head, body) = tokio::join!(start(options()), start(options()));
    head.connect().inject(Fault::delay(seconds(12)));
    body.connect().inject(Fault::slow_body(seconds(12)));
    let since = Instant::now();
    tokio::join!(assert_started(&head), assert_started(&body));
    assert!(since.elapsed() < seconds(12));
    for aws in [head, body] {
        assert_same_token_twice(&aws);
    }
}

#[tokio::test]
async fn expired_credentials_are_reported_as_an_error_of_the_deployment() {
    let aws = start(options()).await;
    aws.connect().inject(Fault::status(403, "ExpiredTokenException").always());
    assert_answer(&aws, 502, "ExpiredTokenException").await;
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    for (status, error_type) in [
        (400, "InvalidRequestException"),
        (404, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (418, "TeapotException"),
    ] {
        let aws = start(options()).await;
        aws.connect().inject(Fault::status(status, error_type).always());
        post(&aws).await;
        assert_eq!(starts(&aws).len(), 1, "{error_type}");
    }
}

#[tokio::test]
async fn a_connection_closed_between_invocations_fails_no_invocation() {
    let aws = start(options()).await;
    aws.connect().inject(Fault::close_after_answer().always());
    for _ in 0..10 {
        assert_started(&aws).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(aws.connect().chats(), 10);
}

/// An outage uses up the SDK's retry quota, which only successful calls refill.
/// That takes some fifty calls, so these fail side by side instead of for a minute.
#[tokio::test]
async fn chats_start_again_after_an_outage_that_used_up_all_retries() {
    const CALLS: usize = 64;
    let aws = start(options().env("AWS_LAMBDA_MAX_CONCURRENCY", CALLS.to_string())).await;
    aws.connect().inject(Fault::reset().always());
    let calls = (0..CALLS).map(|_| assert_answer(&aws, 503, "ServiceUnavailableException"));
    join_all(calls).await;
    let attempts = starts(&aws).len();
    assert!(attempts < 2 * CALLS, "{attempts} attempts: every call was retried");
    aws.connect().clear_faults();
    assert_started(&aws).await;
    assert_eq!(aws.connect().chats(), 1);
    assert_eq!(aws.function().starts(), 1);
}

/// Returns a list of events with different ids and display names.
fn bus(events: usize) -> Value {
    let pattern = event("eventbridge-rule.json");
    let events = (0..events).map(|index| {
        let mut event = pattern.clone();
        event["id"] = json!(format!("event-{index}"));
        event["detail"] =
            json!({"ParticipantDetails": {"DisplayName": format!("customer {index}")}});
        event
    });
    events.collect()
}

#[tokio::test]
async fn a_batch_without_an_answer_fails_before_the_deadline() {
    let aws = start(options().timeout(seconds(2))).await;
    aws.connect().inject(Fault::black_hole().always());
    let invoked = aws.invoke_json(&bus(20)).await;
    assert_eq!(invoked.error_type(), Some("TimeoutException"));
    assert_eq!(aws.function().starts(), 1);
    assert_eq!(starts(&aws).len(), 8, "chats were begun without time for them");
    let logs = aws.function().logs();
    let untouched = logs.iter().filter(|line| line.contains("\"attempts\":0,"));
    assert_eq!(untouched.count(), 12, "chats were begun without time for them");
}

/// At four times the rate of an account, so that it takes seconds.
#[tokio::test]
async fn a_burst_beyond_the_rate_ends_in_one_chat_per_event() {
    const EVENTS: usize = 40;
    let aws = start(options().rate(Rate::new(20.0, 8))).await;
    let batch = bus(EVENTS);
    for _delivery in 0..4 {
        if aws.invoke_json(&batch).await.function_error.is_none() {
            break;
        }
    }
    assert_eq!(aws.connect().chats(), EVENTS);
    assert!(starts(&aws).len() > EVENTS, "no call was throttled");
    assert_eq!(aws.invoke_json(&batch).await.function_error, None);
    assert_eq!(aws.connect().chats(), EVENTS);
    assert_eq!(aws.function().starts(), 1);
}

/// Sends as many requests at once as the environment has slots. All of them
/// arrive before Connect answers the first; each caller gets its own chat.
async fn assert_not_mixed_up(slots: usize) {
    const DELAY: Duration = seconds(2);
    let aws = start(options().env("AWS_LAMBDA_MAX_CONCURRENCY", slots.to_string())).await;
    aws.connect().inject(Fault::delay(DELAY).always());
    let calls = (0..slots).map(|index| {
        let name = format!("customer {index}");
        let request = http_2(&json!({"Attributes": {"customerName": name}}).to_string());
        let aws = &aws;
        async move { (name, aws.invoke_json(&request).await.payload) }
    });
    for (name, answer) in join_all(calls).await {
        let id = body(&answer)["data"]["startChatResult"]["ContactId"].clone();
        let contact = aws.connect().contact(id.as_str().expect("an id"));
        let contact = contact.expect("the contact is known");
        assert_eq!(contact.attributes.get("customerName"), Some(&name));
    }
    assert_eq!(aws.connect().chats(), slots);
    let arrivals: Vec<_> = aws.connect().requests().iter().map(|request| request.at).collect();
    let (first, last) = (arrivals.iter().min(), arrivals.iter().max());
    let (first, last) = (first.expect("a first request"), last.expect("a last request"));
    assert!(*last - *first < DELAY, "{slots} slots took {:?}", *last - *first);
}

#[tokio::test]
async fn concurrent_invocations_are_not_mixed_up() {
    tokio::join!(assert_not_mixed_up(8), assert_not_mixed_up(32), assert_not_mixed_up(64));
}

#[tokio::test]
async fn sigterm_ends_the_process_after_the_invocations_in_flight() {
    let aws = start(options().env("AWS_LAMBDA_MAX_CONCURRENCY", "8")).await;
    aws.connect().inject(Fault::delay(seconds(1)).always());
    let request = http_2("{}");
    let calls = (0..8).map(|_| aws.invoke_json(&request));
    let stop = async {
        while starts(&aws).len() < 8 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        aws.function().terminate().await;
    };
    let (answers, ()) = tokio::join!(join_all(calls), stop);
    for answer in answers {
        assert_eq!(answer.payload["statusCode"], 200, "{}", answer.payload);
    }
    assert_eq!(aws.connect().chats(), 8);
}

#[tokio::test]
async fn the_trace_of_an_invocation_is_passed_to_connect() {
    for concurrency in ["1", "8"] {
        let aws = start(options().env("AWS_LAMBDA_MAX_CONCURRENCY", concurrency)).await;
        assert_started(&aws).await;
        let requests = aws.connect().requests();
        let trace = requests.first().and_then(|request| request.header("x-amzn-trace-id"));
        let trace = trace.expect("a trace header");
        assert!(trace.starts_with("Root=1-"), "{trace}");
        let logs = aws.function().logs();
        assert!(logs.iter().any(|line| line.contains(trace)), "{trace} in {logs:?}");
    }
}
