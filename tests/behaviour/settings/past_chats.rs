//! `START_NEW_IF_NOT_CONTINUED`: clients that ask for their last contact at
//! every start, and keep asking after a refusal.

use local_aws::fixtures::{
    CUSTOMER_ID, ENDED_LATEST_CONTACT_ID, OTHER_CUSTOMERS_CONTACT_ID, OWNERLESS_CONTACT_ID,
    RUNNING_CONTACT_ID, VOICE_CONTACT_ID,
};
use local_aws::{Contact, Fault, LocalAws, Operation, Options};
use serde_json::{Value, json};

use support::{
    SECOND_FLOW_ID, asking, header, http_1, http_2, options, send, signed_in, start, status,
};

const UNKNOWN_CONTACT_ID: &str = "a1b2c3d4-5678-90ab-cdef-fffffffffff1";

fn continuing() -> Options {
    options().env("CUSTOMER_ID_CLAIM", "sub").env("START_NEW_IF_NOT_CONTINUED", "true")
}

fn past(id: &str, how: &str) -> Value {
    json!({"PersistentChat": {"RehydrationType": how, "SourceContactId": id}})
}

/// Asserts that a chat starts without the past one, and that the caller is told.
async fn assert_not_continued(aws: &LocalAws, event: &Value) {
    let (invoked, starts) = send(aws, event).await;
    let answer = invoked.payload;
    assert_eq!(status(&answer), 200, "{event}: {answer}");
    assert_eq!(header(&answer, "x-past-chat"), Some("not-continued"), "{event}");
    assert_eq!(starts.len(), 1, "{event}");
    assert_eq!(starts[0]["PersistentChat"], Value::Null, "{event}");
}

#[tokio::test]
async fn a_chat_that_may_not_continue_a_past_one_starts_without_it() {
    let aws = start(continuing()).await;
    for id in [
        OTHER_CUSTOMERS_CONTACT_ID,
        UNKNOWN_CONTACT_ID,
        OWNERLESS_CONTACT_ID,
        VOICE_CONTACT_ID,
        "../hostile",
    ] {
        for how in ["FROM_SEGMENT", "ENTIRE_PAST_SESSION"] {
            assert_not_continued(&aws, &signed_in(CUSTOMER_ID, &past(id, how))).await;
        }
    }
    let latest = "a1b2c3d4-5678-90ab-cdef-fffffffffff2";
    let foreign = OTHER_CUSTOMERS_CONTACT_ID;
    let contact = Contact::chat(latest).customer(CUSTOMER_ID).continuing(foreign, foreign);
    aws.connect().put_contact(contact.ended());
    let whole = signed_in(CUSTOMER_ID, &past(latest, "ENTIRE_PAST_SESSION"));
    assert_not_continued(&aws, &whole).await;
}

#[tokio::test]
async fn callers_whom_nobody_verified_start_new_chats_too() {
    let aws = start(options().env("START_NEW_IF_NOT_CONTINUED", "true")).await;
    let text = past(ENDED_LATEST_CONTACT_ID, "FROM_SEGMENT").to_string();
    for event in [http_1(&text), http_2(&text)] {
        assert_not_continued(&aws, &event).await;
    }
}

#[tokio::test]
async fn everything_else_stays_as_it_is() {
    let aws = start(continuing().env("ALLOWED_CONTACT_FLOW_IDS", SECOND_FLOW_ID)).await;
    let own = past(ENDED_LATEST_CONTACT_ID, "FROM_SEGMENT");
    let running = past(RUNNING_CONTACT_ID, "FROM_SEGMENT");
    let related = json!({"RelatedContactId": OTHER_CUSTOMERS_CONTACT_ID});
    let mut elsewhere = past(OTHER_CUSTOMERS_CONTACT_ID, "FROM_SEGMENT");
    elsewhere["ContactFlowId"] = json!("another");
    for (request, expected) in
        [(own.clone(), 200), (running, 409), (related, 403), (elsewhere, 403), (json!({}), 200)]
    {
        let (invoked, starts) = send(&aws, &signed_in(CUSTOMER_ID, &request)).await;
        let answer = invoked.payload;
        assert_eq!(status(&answer), expected, "{request}: {answer}");
        assert_eq!(header(&answer, "x-past-chat"), None, "{request}");
        assert_eq!(starts.len(), usize::from(expected == 200), "{request}");
        if let Some(sent) = starts.first() {
            let source = &sent["PersistentChat"]["SourceContactId"];
            assert_eq!(source, &request["PersistentChat"]["SourceContactId"], "{request}");
        }
    }
    // Trusted callers get Connect's own answer.
    let unknown = asking(&past(UNKNOWN_CONTACT_ID, "FROM_SEGMENT"));
    let (invoked, _) = send(&aws, &unknown).await;
    assert_eq!(invoked.error_type(), Some("ResourceNotFoundException"));

    // Whether a chat may be continued is not known while Connect fails.
    let failing = Fault::status(500, "InternalServiceException").on(Operation::DescribeContact);
    aws.connect().inject(failing.always());
    let (invoked, starts) = send(&aws, &signed_in(CUSTOMER_ID, &own)).await;
    assert_eq!((status(&invoked.payload), starts.len()), (503, 0));
}

#[tokio::test]
async fn without_the_setting_it_is_refused() {
    let aws = start(options().env("CUSTOMER_ID_CLAIM", "sub")).await;
    let request = past(OTHER_CUSTOMERS_CONTACT_ID, "FROM_SEGMENT");
    let (invoked, starts) = send(&aws, &signed_in(CUSTOMER_ID, &request)).await;
    assert_eq!((status(&invoked.payload), starts.len()), (403, 0));
    assert_eq!(header(&invoked.payload, "x-past-chat"), None);
}
