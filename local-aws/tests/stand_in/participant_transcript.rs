//! Pages of the transcript.

use std::error::Error;

use serde_json::{Value, json};

use super::customer::{Customer, fast};
use super::participant::{INVALID, error};

type Tested = Result<(), Box<dyn Error>>;

/// The numbers of the messages on each page, until there is no next one.
async fn pages(jane: &Customer, mut request: Value) -> Result<Vec<Vec<u64>>, Box<dyn Error>> {
    let mut pages = Vec::new();
    loop {
        let answered = jane.post("transcript", request.clone()).await?;
        assert_eq!(answered.status, 200, "{request} {}", answered.text());
        let page = answered.json();
        assert_eq!(page["InitialContactId"], jane.started["ContactId"]);
        let items = page["Transcript"].as_array().into_iter().flatten();
        pages.push(items.filter_map(|item| item["Content"].as_str()?.parse().ok()).collect());
        if page["NextToken"].is_null() {
            return Ok(pages);
        }
        request["NextToken"] = page["NextToken"].clone();
    }
}

#[tokio::test]
async fn the_transcript_comes_in_pages_of_every_order_and_direction() -> Tested {
    let local = fast().await?;
    let jane = Customer::start(&local, json!({})).await?;
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.push(jane.say(&number.to_string()).await?.json());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let (id, time) = (&sent[2]["Id"], &sent[2]["AbsoluteTime"]);
    for (request, expected) in [
        (json!({}), vec![vec![4, 3, 2, 1, 0]]),
        (json!({"SortOrder": "ASCENDING"}), vec![vec![0, 1, 2, 3, 4]]),
        (json!({"MaxResults": 2}), vec![vec![4, 3], vec![2, 1], vec![0]]),
        (json!({"MaxResults": 2, "SortOrder": "ASCENDING"}), vec![vec![3, 4], vec![1, 2], vec![0]]),
        (
            json!({"MaxResults": 2, "ScanDirection": "FORWARD"}),
            vec![vec![1, 0], vec![3, 2], vec![4]],
        ),
        (
            json!({"MaxResults": 2, "ScanDirection": "FORWARD", "SortOrder": "ASCENDING"}),
            vec![vec![0, 1], vec![2, 3], vec![4]],
        ),
        (json!({"StartPosition": {"Id": id}, "SortOrder": "ASCENDING"}), vec![vec![2, 3, 4]]),
        (json!({"StartPosition": {"Id": id}, "ScanDirection": "BACKWARD"}), vec![vec![2, 1, 0]]),
        (
            json!({"StartPosition": {"AbsoluteTime": time}, "SortOrder": "ASCENDING"}),
            vec![vec![2, 3, 4]],
        ),
        (
            json!({"StartPosition": {"AbsoluteTime": time}, "ScanDirection": "BACKWARD"}),
            vec![vec![2, 1, 0]],
        ),
        (json!({"StartPosition": {"MostRecent": 2}}), vec![vec![4, 3]]),
        (
            json!({"StartPosition": {"MostRecent": 2}, "ScanDirection": "BACKWARD"}),
            vec![vec![3, 2, 1, 0]],
        ),
        (json!({"StartPosition": {"MostRecent": 9}}), vec![vec![4, 3, 2, 1, 0]]),
        (
            json!({"StartPosition": {}, "ContactId": jane.started["ContactId"]}),
            vec![vec![4, 3, 2, 1, 0]],
        ),
    ] {
        assert_eq!(pages(&jane, request.clone()).await?, expected, "{request}");
    }
    Ok(())
}

#[tokio::test]
async fn the_transcript_is_refused_by_rule() -> Tested {
    let local = fast().await?;
    let (jane, other) =
        (Customer::start(&local, json!({})).await?, Customer::start(&local, json!({})).await?);
    for text in ["1", "2"] {
        other.say(text).await?;
    }
    let foreign = other.post("transcript", json!({"MaxResults": 1})).await?.json();
    assert!(foreign["NextToken"].is_string());
    for body in [
        json!({"MaxResults": 101}),
        json!({"MaxResults": -1}),
        json!({"SortOrder": "UP"}),
        json!({"ScanDirection": "forward"}),
        json!({"NextToken": "made up"}),
        json!({"NextToken": foreign["NextToken"]}),
        json!({"ContactId": other.started["ContactId"]}),
        json!({"StartPosition": {"Id": "unknown"}}),
    ] {
        assert_eq!(error(&jane.post("transcript", body.clone()).await?), INVALID, "{body}");
    }
    Ok(())
}
