//! The operations: each takes a request, changes contacts and returns an answer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::{Answer, ErrorAnswer};
use super::chat_service::ChatService;
use super::contact::Contact;
use super::contacts::{Contacts, NotContinuable};
use super::token_bucket::TokenBucket;
use super::{model, new_chat, seed, validate};
use crate::fixtures::{self, ACCOUNT_ID, REGION};
use crate::lock::lock;
use crate::options::{Options, Rate};

/// The state of Amazon Connect, with its limits.
#[derive(Debug)]
pub(crate) struct Service {
    instances: Vec<String>,
    flows: Vec<String>,
    quota: usize,
    starts: TokenBucket,
    describes: TokenBucket,
    stops: TokenBucket,
    pub(crate) contacts: Mutex<Contacts>,
    /// The chat that each client token started.
    answers: Mutex<HashMap<TokenKey, Started>>,
    chats: OnceLock<Weak<dyn ChatService>>,
}

/// An instance and a client token.
type TokenKey = (String, String);
/// A contact's id and the answer to its start.
type Started = (String, Map<String, Value>);

impl Service {
    pub(crate) fn new(options: &Options) -> Self {
        let others = options.rate.map(|_| Rate::new(10.0, 15));
        Self {
            instances: options.instances.clone(),
            flows: options.flows.clone(),
            quota: options.quota,
            starts: TokenBucket::new(options.rate),
            describes: TokenBucket::new(others),
            stops: TokenBucket::new(others),
            contacts: Mutex::new(Contacts::with(seed::contacts())),
            answers: Mutex::default(),
            chats: OnceLock::new(),
        }
    }

    pub(crate) fn start_chat_contact(&self, body: &Value) -> Answer {
        if !self.starts.take() {
            return Answer::error(429, "TooManyRequestsException", "Rate exceeded");
        }
        let errors = validate::start_chat_contact(body);
        if !errors.is_empty() {
            return Answer::invalid(&errors.join("; "));
        }
        self.authorize(body).and_then(|()| self.start(body)).unwrap_or_else(|error| *error)
    }

    /// Rejects ARNs, which the permission for a bare id does not cover, and unknown instances and
    /// flows.
    fn authorize(&self, body: &Value) -> Result<(), ErrorAnswer> {
        let (instance, flow) = (text(body, "InstanceId"), text(body, "ContactFlowId"));
        if instance.contains(':') || flow.contains(':') {
            return Err(Box::new(Answer::error(
                403,
                "AccessDeniedException",
                &denial(instance, flow),
            )));
        }
        if !self.instances.iter().any(|known| known == instance) {
            return Err(Box::new(Answer::not_found("Resource not found of Type: INSTANCE")));
        }
        if !self.flows.iter().any(|known| known == flow) {
            return Err(Box::new(Answer::not_found("Resource not found of Type: CONTACT_FLOW")));
        }
        Ok(())
    }

    fn start(&self, body: &Value) -> Result<Answer, ErrorAnswer> {
        let key = (text(body, "InstanceId").to_owned(), text(body, "ClientToken").to_owned());
        let mut answers = lock(&self.answers);
        if let Some((contact, answer)) = answers.get(&key).filter(|_| !key.1.is_empty()) {
            return Ok(self.repeated(contact, answer.clone()));
        }
        let (contact, answer) = self.new_chat(body)?;
        if !key.1.is_empty() {
            answers.insert(key, (contact.clone(), answer.clone()));
        }
        Ok(Answer::ok(&Value::Object(answer)).about(&contact))
    }

    /// The answer to the first request with the token, without the websocket if the chat has ended.
    fn repeated(&self, contact: &str, mut answer: Map<String, Value>) -> Answer {
        if lock(&self.contacts).find(contact).is_some_and(|contact| !contact.is_running()) {
            answer.remove("Websocket");
        }
        Answer::ok(&Value::Object(answer)).about(contact)
    }

    fn new_chat(&self, body: &Value) -> Result<Started, ErrorAnswer> {
        let mut contacts = lock(&self.contacts);
        let continued = continued(&contacts, body)?;
        let related = related(&contacts, body)?;
        if contacts.running() >= self.quota {
            let message = "The quota of concurrent active chats of this instance is exceeded";
            return Err(Box::new(Answer::error(429, "LimitExceededException", message)));
        }
        let id = Uuid::new_v4().to_string();
        let mut contact = new_chat::contact(&id, body, related.as_ref());
        contact.related_contact_id = continued.clone().or(related.map(|related| related.id));
        contacts.start(contact);
        drop(contacts);
        let mut answer = new_chat::answer(&id, continued, body);
        if let Some(chats) = self.chats() {
            chats.start(body, &mut answer);
        }
        Ok((id, answer))
    }

    /// Sets the service that takes over the chats. The first one stays.
    pub(crate) fn set_chat_service(&self, service: Weak<dyn ChatService>) {
        let _ = self.chats.set(service);
    }

    fn chats(&self) -> Option<Arc<dyn ChatService>> {
        self.chats.get().and_then(Weak::upgrade)
    }

    /// Ends a contact and its chat. Returns false if there is no contact with this id.
    pub(crate) fn end(&self, id: &str) -> bool {
        let ended = lock(&self.contacts).end(id);
        if let Some(chats) = self.chats().filter(|_| ended) {
            chats.end(id);
        }
        ended
    }

    /// Forgets contacts and their client tokens.
    pub(crate) fn forget(&self, ids: &[String]) {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        lock(&self.answers).retain(|_, (contact, _)| !ids.contains(contact.as_str()));
        lock(&self.contacts).forget(&ids);
        if let Some(chats) = self.chats() {
            chats.forget(&ids);
        }
    }

    pub(crate) fn describe_contact(&self, instance: &str, contact: &str) -> Answer {
        if !self.describes.take() {
            return Answer::error(429, "ThrottlingException", "Rate exceeded");
        }
        if instance.is_empty() || instance.len() > 100 || contact.is_empty() || contact.len() > 256
        {
            return Answer::invalid(
                "'InstanceId' must have 1 to 100 and 'ContactId' 1 to 256 characters",
            );
        }
        if !self.instances.iter().any(|known| known == instance) {
            return Answer::not_found("Resource not found of Type: INSTANCE");
        }
        match lock(&self.contacts).find(contact) {
            Some(contact) => Answer::ok(&json!({"Contact": contact})).about(&contact.id),
            None => Answer::not_found("Resource not found of Type: CONTACT"),
        }
    }

    pub(crate) fn stop_contact(&self, body: &Value) -> Answer {
        if !self.stops.take() {
            return Answer::error(429, "ThrottlingException", "Rate exceeded");
        }
        let errors = validate::shape(&model::STOP_CONTACT, body);
        if !errors.is_empty() {
            return Answer::invalid(&errors.join("; "));
        }
        let id = text(body, "ContactId");
        if self.end(id) {
            Answer::ok(&json!({})).about(id)
        } else {
            Answer::error(
                410,
                "ContactNotFoundException",
                "The contact with the specified ID does not exist",
            )
        }
    }
}

fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn denial(instance: &str, flow: &str) -> String {
    format!(
        "User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/local/{} is not authorized to perform: connect:StartChatContact \
         on resource: arn:aws:connect:{REGION}:{ACCOUNT_ID}:instance/{instance}/contact-flow/{flow}",
        fixtures::FUNCTION_NAME
    )
}

/// The contact that a persistent chat continues.
fn continued(contacts: &Contacts, body: &Value) -> Result<Option<String>, ErrorAnswer> {
    let Some(chat) = body.get("PersistentChat").filter(|chat| !chat.is_null()) else {
        return Ok(None);
    };
    let source = text(chat, "SourceContactId");
    let found = match text(chat, "RehydrationType") {
        "FROM_SEGMENT" => contacts.segment(source),
        _ => contacts.last_of_session(source),
    };
    found.map(|contact| Some(contact.id.clone())).map_err(not_continuable)
}

fn not_continuable(why: NotContinuable) -> ErrorAnswer {
    Box::new(match why {
        NotContinuable::Unknown => Answer::not_found("Resource not found of Type: CONTACT"),
        NotContinuable::NotAChat => Answer::invalid("The source contact is not a chat"),
        NotContinuable::StillRunning => Answer::invalid("The source contact has not ended"),
        NotContinuable::NotInitial => Answer::invalid(
            "The source contact of ENTIRE_PAST_SESSION must be the initial contact of the session",
        ),
    })
}

fn related(contacts: &Contacts, body: &Value) -> Result<Option<Contact>, ErrorAnswer> {
    match text(body, "RelatedContactId") {
        "" => Ok(None),
        id => contacts
            .find(id)
            .cloned()
            .map(Some)
            .ok_or_else(|| not_continuable(NotContinuable::Unknown)),
    }
}
