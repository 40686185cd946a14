//! Values that may be written in several ways, and what Connect receives.

use serde_json::json;

use super::TYPES;
use support::{FLOW_ID, asking, chat, http_1, http_2, options, send_text, start};

#[tokio::test]
async fn a_customer_id_that_is_a_number_is_its_text() {
    let aws = start(options()).await;
    for (given, sent) in [
        ("77", "77"),
        ("0", "0"),
        ("-1.50", "-1.50"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("\"077\"", "077"),
    ] {
        let request = format!(r#"{{"ContactFlowId":"{FLOW_ID}","customerId":{given}}}"#);
        let (invoked, starts) = send_text(&aws, &request).await;
        assert_eq!(invoked.function_error, None, "{}", invoked.payload);
        assert_eq!(starts[0]["CustomerId"], sent, "{given}");
    }
}

/// Connect demands it, and AWS's own guide for its widget leaves it out.
#[tokio::test]
async fn text_plain_is_added_in_front_of_the_other_content_types() {
    let [plain, markdown, json_type, ..] = TYPES;
    let aws = start(options()).await;
    for (given, sent) in [
        (vec![markdown], vec![plain, markdown]),
        (vec![json_type, markdown], vec![plain, json_type, markdown]),
        (vec![plain, markdown], vec![plain, markdown]),
        (vec![markdown, plain], vec![markdown, plain]),
    ] {
        let request = json!({"SupportedMessagingContentTypes": given});
        let text = request.to_string();
        for event in [asking(&request), http_1(&text), http_2(&text)] {
            let (_, received) = chat(&aws, &event).await;
            assert_eq!(received["SupportedMessagingContentTypes"], json!(sent), "{given:?}");
        }
    }
    let setting = ("DEFAULT_MESSAGING_CONTENT_TYPES", markdown);
    let aws = start(options().env(setting.0, setting.1)).await;
    let (_, received) = chat(&aws, &http_2("{}")).await;
    assert_eq!(received["SupportedMessagingContentTypes"], json!([plain, markdown]));
}
