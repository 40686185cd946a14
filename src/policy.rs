//! Decides what a caller may ask for. Pure: no clock, no network, no log.
//!
//! [`Policy::admit`] is the only way to a [`StartChat`], and a [`StartChat`]
//! is all that [`Connect`](crate::connect::Connect) starts. What needs a look
//! at a past contact comes out as a [`Claimed`] chat: the contact is read
//! elsewhere and judged by [`Claimed::decide`].

mod contact;
mod customer;
mod ids;
mod origins;
mod redact;
mod start_chat;

use std::collections::BTreeSet;

pub use self::contact::{Claimed, Contact};
pub(crate) use self::ids::Instance;
pub use self::origins::Origins;
pub(crate) use self::start_chat::Members;
pub use self::start_chat::StartChat;

use crate::problem::Problem;
use crate::request::{ChatRequest, SUBTYPE};
use crate::trigger::Caller;

/// What the deployer allows.
pub struct Policy {
    pub(crate) instance: Instance,
    pub(crate) default_flow: String,
    /// The default flow among them.
    pub(crate) flows: BTreeSet<String>,
    pub(crate) customer_id_claim: Option<String>,
    /// Claims, and the attributes they become.
    pub(crate) attribute_claims: Vec<(String, String)>,
    pub(crate) allow_unverified_persistent_chat: bool,
}

/// Why a request is turned down.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// The authorizer vouches for no customer.
    #[error("the claim that names the customer is missing")]
    Unauthorized,
    /// The caller may not ask for this; each reason with its place.
    #[error("the caller may not ask for this")]
    Forbidden(Vec<Problem>),
    /// The attributes are too large together with what the authorizer verified.
    #[error("the attributes leave no room for the verified claims")]
    NoRoom(Problem),
    /// The browser's origin is not an allowed one.
    #[error("the origin is not allowed")]
    Origin,
    /// The named contact cannot be shown to this caller, whatever it is.
    #[error("the contact is not known to be the caller's")]
    Contact,
    /// The chat to be continued has not ended.
    #[error("the chat to continue is still running")]
    StillRunning,
}

/// What comes of a request that breaks no rule known without looking at a contact.
pub enum Admission {
    /// The chat may be started.
    Granted(StartChat),
    /// It may, if the contact it names proves to be the caller's.
    Claimed(Claimed),
}

impl Policy {
    /// Decides on a request.
    ///
    /// # Errors
    ///
    /// [`Refused::Unauthorized`] where the customer's claim is missing;
    /// [`Refused::Forbidden`] with everything that this caller may not ask for.
    pub fn admit(&self, request: ChatRequest, caller: &Caller) -> Result<Admission, Refused> {
        let customer_id = self.customer_id(caller)?;
        let mut problems = Vec::new();
        self.check_instance(&request, &mut problems);
        let flow = self.flow(&request, &mut problems);
        if matches!(caller, Caller::Stranger(_)) {
            self.check_stranger(&request, customer_id.as_deref(), &mut problems);
        }
        let claims = self.claimed_attributes(caller);
        if !problems.is_empty() {
            return Err(Refused::Forbidden(problems));
        }
        let names_contact = names_contact(&request);
        let verified = customer_id.is_some();
        let chat = StartChat::new(&self.instance, flow, request, customer_id, claims)?;
        Ok(if verified && names_contact {
            Admission::Claimed(Claimed::new(chat))
        } else {
            Admission::Granted(chat)
        })
    }

    /// The customer that API Gateway's authorizer vouches for.
    fn customer_id(&self, caller: &Caller) -> Result<Option<String>, Refused> {
        match (caller, &self.customer_id_claim) {
            (Caller::Stranger(claims), Some(name)) => {
                customer::customer_id(claims, name).map(Some).ok_or(Refused::Unauthorized)
            }
            _ => Ok(None),
        }
    }

    fn check_instance(&self, request: &ChatRequest, problems: &mut Vec<Problem>) {
        if let Some(asked) = &request.instance_id
            && !self.instance.is(&asked.value)
        {
            problems.push(Problem::at(&asked.pointer, "is not the configured instance"));
        }
    }

    /// The bare id of the flow to start.
    fn flow(&self, request: &ChatRequest, problems: &mut Vec<Problem>) -> String {
        let Some(asked) = &request.contact_flow_id else {
            return self.default_flow.clone();
        };
        let flow = self.instance.flow(&asked.value).unwrap_or_default();
        if !self.flows.contains(flow) {
            problems.push(Problem::at(&asked.pointer, "is not an allowed flow"));
        }
        flow.to_owned()
    }

    /// What IAM would let the function do, but a stranger must not have done.
    fn check_stranger(
        &self,
        request: &ChatRequest,
        customer_id: Option<&str>,
        problems: &mut Vec<Problem>,
    ) {
        if let Some(asked) = &request.customer_id
            && Some(asked.value.as_str()) != customer_id
        {
            problems.push(Problem::at(&asked.pointer, "is not the verified customer"));
        }
        for (_, name) in &self.attribute_claims {
            if request.attributes.values.contains_key(name) {
                let pointer = request.attributes.pointer_to(name);
                problems.push(Problem::at(pointer, "is filled from a verified claim only"));
            }
        }
        check_segment_attributes(request, problems);
        if let Some(asked) = &request.streaming_endpoint {
            problems.push(Problem::at(&asked.pointer, "is not for HTTP callers"));
        }
        if customer_id.is_none() && !self.allow_unverified_persistent_chat {
            check_no_contact(request, problems);
        }
    }

    /// The attributes that claims fill, with what the authorizer verified.
    fn claimed_attributes(&self, caller: &Caller) -> Vec<(String, Option<String>)> {
        let Caller::Stranger(claims) = caller else {
            return Vec::new();
        };
        let named = self.attribute_claims.iter();
        named.map(|(claim, name)| (name.clone(), claims.text(claim))).collect()
    }
}

fn names_contact(request: &ChatRequest) -> bool {
    request.persistent_chat.is_some() || request.related_contact_id.is_some()
}

/// Connect reads its own attributes as facts, so only the harmless one may be set.
fn check_segment_attributes(request: &ChatRequest, problems: &mut Vec<Problem>) {
    for name in request.segment_attributes.keys() {
        if name.starts_with("connect:") && name != SUBTYPE {
            let pointer = crate::json::push_pointer(&request.segment_pointer, name);
            problems.push(Problem::at(pointer, "is not for HTTP callers"));
        }
    }
}

fn check_no_contact(request: &ChatRequest, problems: &mut Vec<Problem>) {
    let persistent = request.persistent_chat.as_ref().map(|asked| &asked.pointer);
    let related = request.related_contact_id.as_ref().map(|asked| &asked.pointer);
    for pointer in persistent.into_iter().chain(related) {
        problems.push(Problem::at(pointer, "needs a verified customer"));
    }
}
