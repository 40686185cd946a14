//! The operations: a request in, an answer out, contacts changed in between.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::{Answer, Refusal};
use super::carrier::Carrier;
use super::contact::Contact;
use super::contacts::{Contacts, Discontinuous};
use super::limits::Bucket;
use super::{check, model, seed, started};
use crate::lock;
use crate::options::{Options, Rate};
use crate::world::{self, ACCOUNT_ID, REGION};

/// What Amazon Connect keeps, and what it allows.
#[derive(Debug)]
pub(crate) struct Service {
    instances: Vec<String>,
    flows: Vec<String>,
    quota: usize,
    starts: Bucket,
    describes: Bucket,
    stops: Bucket,
    pub(crate) contacts: Mutex<Contacts>,
    /// The answer to each client token.
    answers: Mutex<HashMap<TokenKey, Started>>,
    /// Who carries the chats, if anybody does.
    carrier: OnceLock<Weak<dyn Carrier>>,
}

/// An instance and a client token.
type TokenKey = (String, String);
/// A contact's id and the answer that it was started with.
type Started = (String, Map<String, Value>);

impl Service {
    pub(crate) fn new(options: &Options) -> Self {
        let others = options.rate.map(|_| Rate::new(10.0, 15));
        Self {
            instances: options.instances.clone(),
            flows: options.flows.clone(),
            quota: options.quota,
            starts: Bucket::new(options.rate),
            describes: Bucket::new(others),
            stops: Bucket::new(others),
            contacts: Mutex::new(Contacts::with(seed::contacts())),
            answers: Mutex::default(),
            carrier: OnceLock::new(),
        }
    }

    pub(crate) fn start_chat_contact(&self, body: &Value) -> Answer {
        if !self.starts.take() {
            return Answer::error(429, "TooManyRequestsException", "Rate exceeded");
        }
        let faults = check::start_chat_contact(body);
        if !faults.is_empty() {
            return Answer::invalid(&faults.join("; "));
        }
        self.permitted(body).and_then(|()| self.started(body)).unwrap_or_else(|refusal| *refusal)
    }

    /// Refuses ARNs, as the permission for a bare id does not cover them, and what is not there.
    fn permitted(&self, body: &Value) -> Result<(), Refusal> {
        let (instance, flow) = (text(body, "InstanceId"), text(body, "ContactFlowId"));
        if instance.contains(':') || flow.contains(':') {
            return Err(Box::new(Answer::error(
                403,
                "AccessDeniedException",
                &denied(instance, flow),
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

    fn started(&self, body: &Value) -> Result<Answer, Refusal> {
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

    /// The answer that the first request with the token had; an ended chat has no websocket any more.
    fn repeated(&self, contact: &str, mut answer: Map<String, Value>) -> Answer {
        if lock(&self.contacts).find(contact).is_some_and(|contact| !contact.is_running()) {
            answer.remove("Websocket");
        }
        Answer::ok(&Value::Object(answer)).about(contact)
    }

    fn new_chat(&self, body: &Value) -> Result<Started, Refusal> {
        let mut contacts = lock(&self.contacts);
        let continued = continued(&contacts, body)?;
        let related = related(&contacts, body)?;
        if contacts.running() >= self.quota {
            let message = "The quota of concurrent active chats of this instance is exceeded";
            return Err(Box::new(Answer::error(429, "LimitExceededException", message)));
        }
        let id = Uuid::new_v4().to_string();
        let mut contact = started::contact(&id, body, related.as_ref());
        contact.related_contact_id = continued.clone().or(related.map(|related| related.id));
        contacts.start(contact);
        drop(contacts);
        let mut answer = started::answer(&id, continued, body);
        if let Some(carrier) = self.carrier() {
            carrier.start(body, &mut answer);
        }
        Ok((id, answer))
    }

    /// Hands over the chats from now on.
    pub(crate) fn carry(&self, carrier: Weak<dyn Carrier>) {
        // The first one stays.
        let _ = self.carrier.set(carrier);
    }

    fn carrier(&self) -> Option<Arc<dyn Carrier>> {
        self.carrier.get().and_then(Weak::upgrade)
    }

    /// Ends a contact and its chat. `false` if there is none of that id.
    pub(crate) fn end(&self, id: &str) -> bool {
        let ended = lock(&self.contacts).end(id);
        if let Some(carrier) = self.carrier().filter(|_| ended) {
            carrier.end(id);
        }
        ended
    }

    /// Forgets these contacts and their client tokens.
    pub(crate) fn forget(&self, ids: &[String]) {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        lock(&self.answers).retain(|_, (contact, _)| !ids.contains(contact.as_str()));
        lock(&self.contacts).forget(&ids);
        if let Some(carrier) = self.carrier() {
            carrier.forget(&ids);
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
        let faults = check::against(&model::STOP_CONTACT, body);
        if !faults.is_empty() {
            return Answer::invalid(&faults.join("; "));
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

fn denied(instance: &str, flow: &str) -> String {
    format!(
        "User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/local/{} is not authorized to perform: connect:StartChatContact \
         on resource: arn:aws:connect:{REGION}:{ACCOUNT_ID}:instance/{instance}/contact-flow/{flow}",
        world::FUNCTION_NAME
    )
}

/// The contact that a persistent chat continues.
fn continued(contacts: &Contacts, body: &Value) -> Result<Option<String>, Refusal> {
    let Some(chat) = body.get("PersistentChat").filter(|chat| !chat.is_null()) else {
        return Ok(None);
    };
    let source = text(chat, "SourceContactId");
    let found = match text(chat, "RehydrationType") {
        "FROM_SEGMENT" => contacts.segment(source),
        _ => contacts.last_of_session(source),
    };
    found.map(|contact| Some(contact.id.clone())).map_err(discontinuous)
}

fn discontinuous(why: Discontinuous) -> Refusal {
    Box::new(match why {
        Discontinuous::Unknown => Answer::not_found("Resource not found of Type: CONTACT"),
        Discontinuous::NotAChat => Answer::invalid("The source contact is not a chat"),
        Discontinuous::StillRunning => Answer::invalid("The source contact has not ended"),
        Discontinuous::NotInitial => Answer::invalid(
            "The source contact of ENTIRE_PAST_SESSION must be the initial contact of the session",
        ),
    })
}

fn related(contacts: &Contacts, body: &Value) -> Result<Option<Contact>, Refusal> {
    match text(body, "RelatedContactId") {
        "" => Ok(None),
        id => contacts
            .find(id)
            .cloned()
            .map(Some)
            .ok_or_else(|| discontinuous(Discontinuous::Unknown)),
    }
}
