//! The past chats that a caller may continue or relate to.

use local_aws::fixtures::{
    CUSTOMER_ID, ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID, OTHER_CUSTOMERS_CONTACT_ID,
    OWNERLESS_CONTACT_ID, RUNNING_CONTACT_ID, VOICE_CONTACT_ID,
};
use local_aws::{Contact, Fault, LocalAws, Operation, Options};
use serde_json::{Value, json};

use support::{
    INSTANCE_ID, body, calls, http_1, http_2, options, signed_in, start, starts, status,
};

const UNKNOWN_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-fffffffffff1";

/// Returns options with which callers are verified customers.
fn verified() -> Options {
    options().env("CUSTOMER_ID_CLAIM", "sub")
}

fn continuing(id: &str, how: &str) -> Value {
    json!({"PersistentChat": {"RehydrationType": how, "SourceContactId": id}})
}

fn whole(id: &str) -> Value {
    continuing(id, "ENTIRE_PAST_SESSION")
}

fn segment(id: &str) -> Value {
    continuing(id, "FROM_SEGMENT")
}

fn related(id: &str) -> Value {
    json!({"RelatedContactId": id})
}

fn look_at(id: &str) -> String {
    format!("GET /contacts/{INSTANCE_ID}/{id}")
}

const START: &str = "PUT /contact/chat";

/// Sends a request of the customer that the stand-in knows. Returns the answer,
/// its text without the request id, and the calls to Connect.
async fn attempt(aws: &LocalAws, request: &Value) -> (Value, String, Vec<String>) {
    aws.connect().forget_requests();
    let invoked = aws.invoke_json(&signed_in(CUSTOMER_ID, request)).await;
    let bytes = String::from_utf8_lossy(&invoked.raw).replace(&invoked.request_id, "");
    (invoked.payload, bytes, calls(aws))
}

#[tokio::test]
async fn an_untrusted_caller_cannot_read_the_past_chat_of_another_customer() {
    let aws = start(verified()).await;
    let mut answers = std::collections::BTreeSet::new();
    let requests =
        [OTHER_CUSTOMERS_CONTACT_ID, UNKNOWN_CONTACT_ID, OWNERLESS_CONTACT_ID, VOICE_CONTACT_ID];
    let requests = requests.map(|id| [(id, whole(id)), (id, segment(id))]);
    let relations = [OTHER_CUSTOMERS_CONTACT_ID, UNKNOWN_CONTACT_ID, OWNERLESS_CONTACT_ID];
    let relations = relations.map(|id| (id, related(id)));
    for (id, request) in requests.into_iter().flatten().chain(relations) {
        let (answer, bytes, calls) = attempt(&aws, &request).await;
        assert_eq!(status(&answer), 403, "{request}: {answer}");
        assert_eq!(body(&answer)["code"], "ForbiddenException");
        assert_eq!(calls, [look_at(id)], "{request}");
        answers.insert(bytes);
    }
    assert_eq!(answers.len(), 1, "the answers differ: {answers:#?}");
    assert_eq!(aws.connect().chats(), 0);
}

/// Callers cannot tell the reasons apart; whoever reads the log can.
#[tokio::test]
async fn the_log_says_why_a_past_chat_is_refused() {
    for (id, cause) in [
        (UNKNOWN_CONTACT_ID, "the contact is unknown"),
        (OTHER_CUSTOMERS_CONTACT_ID, "the contact is another customer's"),
        (OWNERLESS_CONTACT_ID, "the contact has no customer id"),
        (VOICE_CONTACT_ID, "the contact is not a chat"),
    ] {
        let aws = start(verified()).await;
        attempt(&aws, &segment(id)).await;
        let logs = aws.function().logs();
        let logged = logs.iter().filter(|line| line.contains(&format!("\"cause\":\"{cause}\"")));
        assert_eq!(logged.count(), 1, "{cause}: {logs:?}");
    }
}

#[tokio::test]
async fn customers_continue_their_own_past_chats() {
    let aws = start(verified()).await;
    let (initial, latest) = (ENDED_INITIAL_CONTACT_ID, ENDED_LATEST_CONTACT_ID);
    for (request, looked_up, source) in [
        (whole(initial), vec![initial], initial),
        // The latest contact is the client's; Connect is sent the initial one.
        (whole(latest), vec![latest, initial], initial),
        (segment(initial), vec![initial], initial),
        (segment(latest), vec![latest], latest),
    ] {
        let (answer, _, calls) = attempt(&aws, &request).await;
        assert_eq!(status(&answer), 200, "{request}: {answer}");
        let looks = looked_up.into_iter().map(look_at);
        let expected: Vec<String> = looks.chain([START.to_owned()]).collect();
        assert_eq!(calls, expected, "{request}");
        let chat = starts(&aws).remove(0);
        let mut expected = request["PersistentChat"].clone();
        expected["SourceContactId"] = json!(source);
        assert_eq!(chat["PersistentChat"], expected, "{request}");
        assert_eq!(chat["CustomerId"], CUSTOMER_ID);
    }
}

#[tokio::test]
async fn the_initial_contact_must_be_the_customers_own_too() {
    let aws = start(verified()).await;
    let (_, foreign, _) = attempt(&aws, &segment(OTHER_CUSTOMERS_CONTACT_ID)).await;
    let latest = "a1b2c3d4-5678-90ab-cdef-fffffffffff2";
    for initial in
        [OTHER_CUSTOMERS_CONTACT_ID, UNKNOWN_CONTACT_ID, OWNERLESS_CONTACT_ID, VOICE_CONTACT_ID]
    {
        let contact = Contact::chat(latest).customer(CUSTOMER_ID).continuing(initial, initial);
        aws.connect().put_contact(contact.ended());
        let (_, bytes, calls) = attempt(&aws, &whole(latest)).await;
        assert_eq!(bytes, foreign, "{initial}");
        assert_eq!(calls, [look_at(latest), look_at(initial)], "{initial}");
        let (answer, _, calls) = attempt(&aws, &segment(latest)).await;
        assert_eq!(calls, [look_at(latest), START.to_owned()], "{initial}: {answer}");
    }
}

#[tokio::test]
async fn a_running_chat_is_not_continued() {
    let aws = start(verified()).await;
    for request in [whole(RUNNING_CONTACT_ID), segment(RUNNING_CONTACT_ID)] {
        let (answer, _, calls) = attempt(&aws, &request).await;
        assert_eq!(status(&answer), 409, "{request}: {answer}");
        assert_eq!(body(&answer)["code"], "ConflictException");
        assert_eq!(calls, [look_at(RUNNING_CONTACT_ID)]);
    }
}

#[tokio::test]
async fn customers_relate_chats_to_any_contact_of_theirs() {
    let aws = start(verified()).await;
    for id in [VOICE_CONTACT_ID, RUNNING_CONTACT_ID, ENDED_LATEST_CONTACT_ID] {
        let (answer, _, calls) = attempt(&aws, &related(id)).await;
        assert_eq!(status(&answer), 200, "{id}: {answer}");
        assert_eq!(calls, [look_at(id), START.to_owned()]);
        assert_eq!(starts(&aws)[0]["RelatedContactId"], id);
    }
}

#[tokio::test]
async fn an_unverified_caller_cannot_name_a_past_chat() {
    let aws = start(options()).await;
    for (request, place) in [
        (segment(OWNERLESS_CONTACT_ID), "/PersistentChat"),
        (whole(ENDED_LATEST_CONTACT_ID), "/PersistentChat"),
        (related(OWNERLESS_CONTACT_ID), "/RelatedContactId"),
        (segment("../.."), "/PersistentChat"),
    ] {
        let text = request.to_string();
        // Without CUSTOMER_ID_CLAIM, claims make no customer.
        for event in [http_1(&text), http_2(&text), signed_in(CUSTOMER_ID, &request)] {
            let answer = aws.invoke_json(&event).await.payload;
            assert_eq!(status(&answer), 403, "{event}: {answer}");
            assert_eq!(body(&answer)["errors"][0]["pointer"], place);
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn unverified_callers_name_past_chats_only_if_the_deployer_allows_it() {
    let allow = ("ALLOW_UNVERIFIED_PERSISTENT_CHAT", "true");
    let aws = start(options().env(allow.0, allow.1)).await;
    for request in [segment(ENDED_LATEST_CONTACT_ID), related(VOICE_CONTACT_ID)] {
        let answer = aws.invoke_json(&http_2(&request.to_string())).await.payload;
        assert_eq!(status(&answer), 200, "{answer}");
    }
    assert_eq!(calls(&aws), [START, START]);

    let aws = start(verified().env(allow.0, allow.1)).await;
    let (answer, _, calls) = attempt(&aws, &segment(OTHER_CUSTOMERS_CONTACT_ID)).await;
    assert_eq!(status(&answer), 403, "the setting applies to a verified customer: {answer}");
    assert_eq!(calls, [look_at(OTHER_CUSTOMERS_CONTACT_ID)]);
    let unverified = http_2(&segment(OWNERLESS_CONTACT_ID).to_string());
    assert_eq!(status(&aws.invoke_json(&unverified).await.payload), 401);
}

#[tokio::test]
async fn a_past_chat_stays_closed_while_its_owner_is_unknown() {
    let aws = start(verified()).await;
    let of = |status, code: &str| Fault::status(status, code);
    for (fault, expected) in [
        (of(403, "AccessDeniedException"), 502),
        (of(429, "ThrottlingException"), 429),
        (of(500, "InternalServiceException"), 503),
        (of(404, "ResourceNotFoundException"), 403),
        (of(400, "InvalidRequestException"), 403),
        (Fault::garbage(), 502),
        (Fault::empty(), 502),
        (Fault::without("Contact"), 502),
        (Fault::raw(200, "application/json", r#"{"Contact":{"CustomerId":""}}"#), 403),
    ] {
        aws.connect().inject(fault.on(Operation::DescribeContact).always());
        let (answer, _, calls) = attempt(&aws, &segment(ENDED_LATEST_CONTACT_ID)).await;
        aws.connect().clear_faults();
        assert_eq!(status(&answer), expected, "{answer}");
        assert!(!calls.contains(&START.to_owned()), "{calls:?}");
    }
}

/// Returns strings that would change the path of a request if they were put into it.
fn hostile() -> Vec<String> {
    let other = OTHER_CUSTOMERS_CONTACT_ID;
    let mut texts: Vec<String> = [
        "../../",
        "..",
        ".",
        "/",
        "//",
        "%2e%2e",
        "%2F",
        "%00",
        "?x=1",
        "#",
        "a?x=1",
        "a#b",
        "a/b",
        "a%2Fb",
        " ",
        "a b",
        "\t",
        "\r\nX-Evil: 1",
        "a\r\n\r\nPUT /contact/chat HTTP/1.1",
        "\u{0}",
        "\\..\\",
        ";",
        "a;b",
        "ä",
        "\u{202e}",
        "\u{2025}",
        "@evil.example",
        "*",
        "a:b",
        "a_b",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push(format!("{ENDED_LATEST_CONTACT_ID}/../{other}"));
    texts.push(format!("{ENDED_LATEST_CONTACT_ID}?"));
    texts.push(format!("../{INSTANCE_ID}/{ENDED_LATEST_CONTACT_ID}"));
    texts.push("/".repeat(256));
    texts.push("ž".repeat(256));
    texts
}

#[tokio::test]
async fn a_hostile_contact_id_leads_to_no_other_request() {
    let aws = start(verified()).await;
    let (_, foreign, _) = attempt(&aws, &segment(OTHER_CUSTOMERS_CONTACT_ID)).await;
    for id in hostile() {
        for request in [whole(&id), segment(&id), related(&id)] {
            let (_, bytes, calls) = attempt(&aws, &request).await;
            assert_eq!(bytes, foreign, "{request}");
            assert_eq!(calls, [""; 0], "{request}");
        }
    }
    let long = "-".repeat(256);
    let (_, bytes, calls) = attempt(&aws, &segment(&long)).await;
    assert_eq!((bytes, calls), (foreign, vec![look_at(&long)]));
    let (answer, _, calls) = attempt(&aws, &segment(&"-".repeat(257))).await;
    assert_eq!((status(&answer), calls.len()), (400, 0));
}

#[tokio::test]
async fn a_hostile_contact_id_that_is_not_looked_up_is_passed_on_as_data() {
    let aws = start(options().env("ALLOW_UNVERIFIED_PERSISTENT_CHAT", "true")).await;
    for id in hostile() {
        aws.connect().forget_requests();
        let answer = aws.invoke_json(&http_2(&segment(&id).to_string())).await.payload;
        assert_eq!(status(&answer), 404, "{id:?}: {answer}");
        assert_eq!(calls(&aws), [START], "{id:?}");
        assert_eq!(starts(&aws)[0]["PersistentChat"]["SourceContactId"], id);
    }
}
