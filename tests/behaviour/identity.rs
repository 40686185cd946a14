//! The customer whom an untrusted caller acts for.

mod reach;

use local_aws::LocalAws;
use serde_json::{Value, json};

use support::{
    body, calls, chat, header, http_1, http_2, options, signed_in, start, starts, status,
};

/// Returns a request with these verified claims, for each place where
/// authorizers put them.
fn authorized(claims: &Value, request: &Value) -> [(&'static str, Value); 4] {
    let text = request.to_string();
    let with = |mut event: Value, authorizer: Value| {
        event["requestContext"]["authorizer"] = authorizer;
        event
    };
    [
        ("2.0 JWT", with(http_2(&text), json!({"jwt": {"claims": claims, "scopes": ["chat"]}}))),
        ("2.0 Lambda", with(http_2(&text), json!({"lambda": claims}))),
        ("1.0 claims", with(http_1(&text), json!({"claims": claims, "scopes": null}))),
        ("1.0 flat", with(http_1(&text), claims.clone())),
    ]
}

async fn aws() -> LocalAws {
    let claims = "email=Email,level=Level,vip=Vip,groups=Groups,address=Address,gone=Gone";
    start(options().env("CUSTOMER_ID_CLAIM", "sub").env("ATTRIBUTE_CLAIMS", claims)).await
}

/// Asserts that an HTTP request is refused for these reasons.
async fn assert_forbidden(aws: &LocalAws, event: &Value, pointers: &[&str]) {
    let answer = aws.invoke_json(event).await.payload;
    assert_eq!(status(&answer), 403, "{answer}");
    let body = body(&answer);
    assert_eq!(body["code"], "ForbiddenException");
    let errors = body["errors"].as_array().expect("reasons");
    let found = errors.iter().map(|error| error["pointer"].as_str().expect("a pointer"));
    assert_eq!(found.collect::<Vec<_>>(), pointers, "{body}");
    assert_eq!(calls(aws), [""; 0]);
}

#[tokio::test]
async fn verified_claims_become_the_customer_and_attributes() {
    let claims = json!({
        "sub": "customer-4711", "email": "ana@example.com", "email_verified": true, "level": 3.50, "vip": true,
        "groups": ["a", "b"], "address": {"country": "BR"}, "gone": null, "other": "x",
    });
    for (place, event) in authorized(&claims, &json!({"Attributes": {"page": "/"}})) {
        let aws = aws().await;
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(status(&answer), 200, "{place}: {answer}");
        let [chat] = starts(&aws).try_into().expect("one chat");
        assert_eq!(chat["CustomerId"], "customer-4711", "{place}");
        let expected = json!({
            "Email": "ana@example.com", "Level": "3.5", "Vip": "true", "Groups": r#"["a","b"]"#,
            "Address": r#"{"country":"BR"}"#, "page": "/", "customerName": "Customer",
        });
        assert_eq!(chat["Attributes"], expected, "{place}");
    }
}

/// User pools let people enter an address that is not theirs.
#[tokio::test]
async fn an_address_counts_only_once_it_is_verified() {
    let claims = "email=Email,phone_number=Phone";
    let aws =
        start(options().env("CUSTOMER_ID_CLAIM", "sub").env("ATTRIBUTE_CLAIMS", claims)).await;
    let by_email = start(options().env("CUSTOMER_ID_CLAIM", "email")).await;
    for (flag, counts) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(1), false),
        (Value::Null, false),
    ] {
        let claims = json!({
            "sub": "c", "email": "ana@example.com", "email_verified": flag,
            "phone_number": "+4612345", "phone_number_verified": flag,
        });
        let mut expected = json!({"customerName": "Customer"});
        if counts {
            expected["Email"] = json!("ana@example.com");
            expected["Phone"] = json!("+4612345");
        }
        for (place, event) in authorized(&claims, &json!({})) {
            let (_, sent) = chat(&aws, &event).await;
            assert_eq!(sent["Attributes"], expected, "{place} {flag}");
            let answer = by_email.invoke_json(&event).await.payload;
            assert_eq!(status(&answer), if counts { 200 } else { 401 }, "{place} {flag}");
        }
    }
    for (place, event) in authorized(&json!({"sub": "c", "email": "ana@example.com"}), &json!({})) {
        let (_, sent) = chat(&aws, &event).await;
        assert_eq!(sent["Attributes"], json!({"customerName": "Customer"}), "{place}");
    }
}

#[tokio::test]
async fn a_customer_may_be_a_number_and_have_any_name_of_1_to_128_characters() {
    for (claim, customer) in [
        (json!("x"), "x".to_owned()),
        (json!(4711), "4711".to_owned()),
        (json!("ž".repeat(128)), "ž".repeat(128)),
    ] {
        for (place, event) in authorized(&json!({"sub": claim}), &json!({})) {
            let aws = aws().await;
            let answer = aws.invoke_json(&event).await.payload;
            assert_eq!(status(&answer), 200, "{place}: {answer}");
            assert_eq!(starts(&aws)[0]["CustomerId"], customer, "{place}");
        }
    }
}

#[tokio::test]
async fn an_untrusted_caller_without_a_usable_claim_starts_nothing() {
    let aws = aws().await;
    let long = json!("x".repeat(129));
    for claims in [
        json!({}),
        json!({"SUB": "customer-4711"}),
        json!({"sub": ""}),
        json!({"sub": " \t"}),
        json!({"sub": null}),
        json!({"sub": true}),
        json!({"sub": ["customer-4711"]}),
        json!({"sub": {"id": "customer-4711"}}),
        json!({"sub": long}),
    ] {
        for (place, event) in authorized(&claims, &json!({"CustomerId": "customer-4711"})) {
            let answer = aws.invoke_json(&event).await.payload;
            assert_eq!(status(&answer), 401, "{place} {claims}: {answer}");
            assert_eq!(header(&answer, "www-authenticate"), Some("Bearer"));
            assert_eq!(body(&answer)["code"], "UnauthorizedException");
        }
    }
    for authorizer in
        [json!(null), json!("sub"), json!([]), json!({"jwt": null}), json!({"iam": {}})]
    {
        for mut event in [http_1("{}"), http_2("{}")] {
            event["requestContext"]["authorizer"] = authorizer.clone();
            assert_eq!(status(&aws.invoke_json(&event).await.payload), 401);
        }
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn an_untrusted_caller_cannot_write_their_own_claims() {
    let aws = aws().await;
    let claims = json!({"sub": "customer-4711"});
    // {"alg":"none"} . {"sub":"customer-4711"} .
    let token = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjdXN0b21lci00NzExIn0.";
    for mut event in [http_1("{}"), http_2("{}")] {
        for headers in ["headers", "multiValueHeaders"] {
            for name in ["Authorization", "sub", "x-amzn-oidc-identity", "x-local-claims"] {
                event[headers][name] = json!(token);
            }
        }
        event["cookies"] = json!(["sub=customer-4711"]);
        event["queryStringParameters"] = json!({"sub": "customer-4711"});
        event["authorizer"] = json!({"claims": claims, "jwt": {"claims": claims}});
        event["identity"] = claims.clone();
        let context = json!({"authorizer": {"claims": claims, "jwt": {"claims": claims}}});
        event["body"] = json!({"requestContext": context, "sub": "customer-4711", "username": "x"})
            .to_string()
            .into();
        let answer = aws.invoke_json(&event).await.payload;
        assert_eq!(status(&answer), 401, "{answer}");
    }
    assert_eq!(calls(&aws), [""; 0]);
}

#[tokio::test]
async fn an_untrusted_caller_cannot_pose_as_another_customer() {
    let aws = aws().await;
    for (name, value) in [
        ("CustomerId", "customer-1234"),
        ("customerId", "customer-1234"),
        ("CustomerId", "Customer-4711"),
        ("CustomerId", "customer-4711 "),
        ("CustomerId", "customer-47110"),
    ] {
        let event = signed_in("customer-4711", &json!({name: value}));
        assert_forbidden(&aws, &event, &[&format!("/{name}")]).await;
    }
    let own = signed_in("customer-4711", &json!({"customerId": "customer-4711"}));
    assert_eq!(status(&aws.invoke_json(&own).await.payload), 200);
    assert_eq!(starts(&aws)[0]["CustomerId"], "customer-4711");
}

#[tokio::test]
async fn an_unverified_caller_cannot_name_a_customer() {
    let aws = start(options().env("ALLOW_UNVERIFIED_PERSISTENT_CHAT", "true")).await;
    for event in [
        http_1(r#"{"customerId": "customer-4711"}"#),
        http_2(r#"{"customerId": "customer-4711"}"#),
        signed_in("customer-4711", &json!({"customerId": "customer-4711"})),
    ] {
        assert_forbidden(&aws, &event, &["/customerId"]).await;
    }
}
