//! EventBridge and DynamoDB, through the AWS SDK that the function uses.

use std::error::Error;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use local_aws::fixtures::{CONTACT_TABLE, EVENT_BUS};
use local_aws::{Fault, LocalAws, Operation, Options};
use serde_json::json;

type Tested = Result<(), Box<dyn Error>>;

async fn start() -> std::io::Result<LocalAws> {
    LocalAws::start(Options::without_function()).await
}

fn event_bridge(local: &LocalAws) -> aws_sdk_eventbridge::Client {
    use aws_sdk_eventbridge::config::{BehaviorVersion, Credentials, Region};
    aws_sdk_eventbridge::Client::from_conf(
        aws_sdk_eventbridge::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIA", "secret", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(local.connect_url())
            .build(),
    )
}

fn dynamodb(local: &LocalAws) -> aws_sdk_dynamodb::Client {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    aws_sdk_dynamodb::Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIA", "secret", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(local.connect_url())
            .build(),
    )
}

#[tokio::test]
async fn events_are_published_or_refused() -> Tested {
    let local = start().await?;
    local.event_bus().refuse(1, "ThrottlingException");
    let entry = || {
        PutEventsRequestEntry::builder()
            .source("start-chat-contact")
            .detail_type("Chat Started")
            .detail("{\"a\":1}")
            .event_bus_name(EVENT_BUS)
            .build()
    };
    let put = event_bridge(&local).put_events().entries(entry()).entries(entry()).send().await?;
    assert_eq!(put.failed_entry_count(), 1);
    assert_eq!(put.entries()[0].error_code(), Some("ThrottlingException"));
    assert!(put.entries()[1].event_id().is_some());
    let published = local.event_bus().entries();
    assert_eq!(local.event_bus().take_entries(), published);
    assert!(local.event_bus().entries().is_empty());
    assert_eq!((published.len(), &published[0]["Detail"]), (1, &json!({"a": 1})));
    let received = &local.connect().requests()[0];
    assert_eq!(received.operation, Some(Operation::PutEvents));
    assert!(received.line().starts_with("EventBridge received PutEvents"), "{}", received.line());
    Ok(())
}

#[tokio::test]
async fn items_are_put_once_updated_and_read() -> Tested {
    let local = start().await?;
    let client = dynamodb(&local);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = || {
        client
            .put_item()
            .table_name(CONTACT_TABLE)
            .item("customer", text("c"))
            .item("attempt_id", text("a"))
            .condition_expression("attribute_not_exists(customer)")
            .send()
    };
    put().await?;
    let again = put().await.map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
    assert!(again.is_err_and(|error| error.is_conditional_check_failed_exception()));
    client
        .update_item()
        .table_name(local.table().arn())
        .key("customer", text("c"))
        .update_expression("SET held_until = :held_until")
        .condition_expression("attempt_id = :attempt_id")
        .expression_attribute_values(":held_until", AttributeValue::N("7".to_owned()))
        .expression_attribute_values(":attempt_id", text("a"))
        .send()
        .await?;
    let read = client.get_item().table_name(CONTACT_TABLE).key("customer", text("c"));
    let item = read.consistent_read(true).send().await?.item.unwrap_or_default();
    assert_eq!(item.get("held_until"), Some(&AttributeValue::N("7".to_owned())));
    Ok(())
}

#[tokio::test]
async fn faults_have_the_form_of_the_service() -> Tested {
    let local = start().await?;
    local.connect().inject(Fault::status(500, "Any"));
    let denied = Fault::status(400, "AccessDeniedException").message("no");
    local.connect().inject(denied.on(Operation::GetItem));
    let key = AttributeValue::S("c".to_owned());
    let read = dynamodb(&local).get_item().table_name(CONTACT_TABLE).key("customer", key);
    let error = read.send().await.err().ok_or("the read succeeded")?;
    assert_eq!((error.code(), error.message()), (Some("AccessDeniedException"), Some("no")));
    Ok(())
}
