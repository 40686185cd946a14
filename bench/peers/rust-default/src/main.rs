//! The chat back end as one writes it with the defaults of Rust's AWS crates.

use std::collections::HashMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_sdk_connect::Client;
use aws_sdk_connect::types::{ChatMessage, ParticipantDetails};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    participant_details: Participant,
    attributes: Option<HashMap<String, String>>,
    initial_message: Option<Message>,
    supported_messaging_content_types: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Participant {
    display_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    content_type: String,
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Chat {
    contact_id: Option<String>,
    participant_id: Option<String>,
    participant_token: Option<String>,
}

async fn handler(
    connect: &Client,
    event: LambdaEvent<ApiGatewayV2httpRequest>,
) -> Result<ApiGatewayV2httpResponse, Error> {
    let body = event.payload.body.unwrap_or_default();
    let request: Request = serde_json::from_str(&body)?;
    let participant = ParticipantDetails::builder()
        .display_name(request.participant_details.display_name)
        .build()?;
    let message = request.initial_message.map(|message| {
        ChatMessage::builder().content_type(message.content_type).content(message.content).build()
    });
    let started = connect
        .start_chat_contact()
        .instance_id(std::env::var("INSTANCE_ID")?)
        .contact_flow_id(std::env::var("CONTACT_FLOW_ID")?)
        .participant_details(participant)
        .set_attributes(request.attributes)
        .set_initial_message(message.transpose()?)
        .set_supported_messaging_content_types(request.supported_messaging_content_types)
        .send()
        .await?;
    tracing::info!(contact_id = started.contact_id(), "chat");
    let chat = Chat {
        contact_id: started.contact_id,
        participant_id: started.participant_id,
        participant_token: started.participant_token,
    };
    let body = serde_json::json!({"data": {"startChatResult": chat}}).to_string();
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = 200;
    response.body = Some(Body::Text(body));
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let connect = Client::new(&config);
    run(service_fn(|event| handler(&connect, event))).await
}
