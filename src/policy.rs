//! Decides what a caller may ask for. Pure: no clock, no network, no log.
//!
//! [`Policy::admit`] is the only way to a [`StartChat`], and a [`StartChat`] is
//! all that [`Connect`](crate::connect::Connect) starts. If the chat names a
//! contact, that contact is described elsewhere and judged by
//! [`UnverifiedContact::verify`].

mod customer;
mod earlier_chat;
mod instance;
mod origins;
mod past_contact;
mod returning;
mod start_chat;

use std::collections::BTreeSet;

pub use self::earlier_chat::PastChat;
pub(crate) use self::instance::Instance;
pub use self::origins::Origins;
pub use self::past_contact::{Admission, Contact, ContactRefusal, UnverifiedContact};
pub use self::returning::{Decision, KnownChat};
pub(crate) use self::start_chat::Members;
pub use self::start_chat::StartChat;

use self::earlier_chat::RunningRule;
use self::start_chat::Additions;
use crate::field_error::{FieldError, FieldErrors};
use crate::request::{ChatRequest, Located, RehydrationType};
use crate::trigger::{Caller, Claims};

/// The rules of the deployer.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Policy {
    pub(crate) instance: Instance,
    pub(crate) default_flow: String,
    /// All allowed flows, the default flow included.
    pub(crate) flows: BTreeSet<String>,
    pub(crate) customer_id_claim: Option<String>,
    pub(crate) display_name_claim: Option<String>,
    /// The display name of a customer whose claim is missing.
    pub(crate) default_display_name: String,
    /// Claims, and the attributes that they fill.
    pub(crate) attribute_claims: Vec<(String, String)>,
    /// Names and values of attributes that every HTTP caller's chat has.
    pub(crate) fixed_attributes: Vec<(String, String)>,
    pub(crate) marks_authenticated: bool,
    /// The longest chat that an HTTP caller may ask for.
    pub(crate) max_duration_minutes: i32,
    pub(crate) allows_unverified_persistent_chat: bool,
    pub(crate) starts_new_if_not_continued: bool,
    /// True if the contact table has the customers' chats.
    pub(crate) knows_chats: bool,
    pub(crate) returns_to_running_chat: bool,
    /// The part of the latest chat that every chat of a known customer continues.
    pub(crate) continues_past_chat: Option<RehydrationType>,
}

/// The reason for which the policy refuses a request.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PolicyError {
    /// The authorizer verified no customer.
    #[error("the claim that names the customer is missing")]
    Unauthorized,
    /// The caller may not ask for this.
    #[error("the caller may not make this request")]
    Forbidden(FieldErrors),
    /// The request is invalid together with what the deployment adds to it.
    #[error("the request is invalid in this deployment")]
    Invalid(FieldErrors),
    /// The browser's origin, of harmless characters only, is not allowed.
    #[error("the origin {0} is not allowed")]
    Origin(String),
    /// The named contact may not be continued by the caller.
    #[error(transparent)]
    Contact(#[from] ContactRefusal),
}

impl PolicyError {
    /// An origin that is not allowed, as it may be logged.
    #[must_use]
    pub fn origin(origin: &str) -> Self {
        const MAX: usize = 128;
        let is_harmless = |one: &char| one.is_ascii_alphanumeric() || "-._:/[]+".contains(*one);
        Self::Origin(origin.chars().filter(is_harmless).take(MAX).collect())
    }
}

impl Policy {
    /// Decides on a request.
    ///
    /// # Errors
    ///
    /// Returns an error if the customer's claim is missing, if the caller may
    /// not ask for something in the request, and if its attributes leave no
    /// room for those of the claims.
    pub fn admit(
        &self,
        request: ChatRequest,
        caller: &Caller<'_>,
    ) -> Result<Admission, PolicyError> {
        let additions = match caller {
            Caller::Untrusted(claims) => self.additions(*claims, &request)?,
            Caller::Trusted => self.known_chats(&request),
        };
        let mut errors = FieldErrors::default();
        self.check_instance(&request, &mut errors);
        let flow = self.flow(&request, &mut errors);
        if matches!(caller, Caller::Untrusted(_)) {
            self.check_untrusted(&request, &additions, &mut errors);
        }
        if !errors.is_empty() {
            return Err(PolicyError::Forbidden(errors));
        }
        let is_known = additions.customer_id.is_some() || request.customer_id.is_some();
        if let Some(latest) = request.latest_chat.as_ref().filter(|_| !is_known)
            && !additions.discards_past_chat
        {
            let rule = "requires CustomerId or SourceContactId";
            return Err(PolicyError::Invalid(FieldError::at(&latest.pointer, rule).into()));
        }
        let is_verified = additions.customer_id.is_some() && matches!(caller, Caller::Untrusted(_));
        let chat = StartChat::new(&self.instance, flow, request, additions)
            .map_err(PolicyError::Invalid)?;
        Ok(if is_verified && chat.named_contact().is_some() {
            Admission::Unverified(UnverifiedContact::new(chat, self.starts_new_if_not_continued))
        } else {
            Admission::Granted(chat)
        })
    }

    /// Returns what verified claims and settings add to an HTTP caller's request.
    fn additions(
        &self,
        claims: Claims<'_>,
        request: &ChatRequest,
    ) -> Result<Additions, PolicyError> {
        let customer_id = match &self.customer_id_claim {
            Some(name) => {
                Some(customer::customer_id(claims, name).ok_or(PolicyError::Unauthorized)?)
            }
            None => None,
        };
        let claimed_name = |name: &String| {
            customer::display_name(claims, name)
                .unwrap_or_else(|| self.default_display_name.clone())
        };
        let from_claims = self.attribute_claims.iter().map(|(claim, name)| {
            (name.clone(), claims.text(claim).map(std::borrow::Cow::into_owned))
        });
        let fixed = self.fixed_attributes.iter().cloned();
        Ok(Additions {
            is_authenticated: self.marks_authenticated && customer_id.is_some(),
            discards_past_chat: self.starts_new_if_not_continued
                && (request.persistent_chat.is_some() || request.latest_chat.is_some())
                && !self.may_name_contact(customer_id.as_deref()),
            customer_id,
            display_name: self.display_name_claim.as_ref().map(claimed_name),
            attributes: from_claims.chain(fixed.map(|(name, value)| (name, Some(value)))).collect(),
            ..self.known_chats(request)
        })
    }

    /// Returns what settings say about the customer's earlier chats.
    fn known_chats(&self, request: &ChatRequest) -> Additions {
        let running_chat = match (self.knows_chats, self.returns_to_running_chat) {
            (true, true) if request.prefers_new_chat => RunningRule::Replace,
            (true, true) => RunningRule::Return,
            _ => RunningRule::Ignore,
        };
        let latest_chat = self.continues_past_chat.filter(|_| self.knows_chats);
        Additions { latest_chat, running_chat, ..Additions::default() }
    }

    fn check_instance(&self, request: &ChatRequest, errors: &mut FieldErrors) {
        if let Some(instance) = &request.instance_id
            && !self.instance.matches(&instance.value)
        {
            errors.add(|| FieldError::at(&instance.pointer, "is not the configured instance"));
        }
    }

    /// Returns the bare id of the flow to start.
    fn flow(&self, request: &ChatRequest, errors: &mut FieldErrors) -> String {
        let Some(named) = &request.contact_flow_id else {
            return self.default_flow.clone();
        };
        let flow = self.instance.flow(&named.value).unwrap_or_default();
        if !self.flows.contains(flow) {
            errors.add(|| FieldError::at(&named.pointer, "is not an allowed flow"));
        }
        flow.to_owned()
    }

    /// Checks what IAM allows the function, but an untrusted caller must not
    /// make it do.
    fn check_untrusted(
        &self,
        request: &ChatRequest,
        additions: &Additions,
        errors: &mut FieldErrors,
    ) {
        const RESERVED: &str = "is not available to HTTP callers";
        if let Some(id) = &request.customer_id
            && Some(&id.value) != additions.customer_id.as_ref()
        {
            errors.add(|| FieldError::at(&id.pointer, "is not the verified customer"));
        }
        self.check_attributes(request, errors);
        for pointer in request.segment_attributes.reserved() {
            errors.add(|| FieldError::at(pointer, RESERVED));
        }
        if let Some(duration) = &request.own_duration
            && duration.value > self.max_duration_minutes
        {
            let rule = format!("must be at most {}", self.max_duration_minutes);
            errors.add(|| FieldError::at(&duration.pointer, rule));
        }
        if let Some(arn) = &request.streaming_endpoint {
            errors.add(|| FieldError::at(&arn.pointer, RESERVED));
        }
        if !self.may_name_contact(additions.customer_id.as_deref()) {
            let latest = request.latest_chat.as_ref().map(pointer);
            let persistent = request.persistent_chat.as_ref().map(pointer).or(latest);
            let persistent = persistent.filter(|_| !additions.discards_past_chat);
            for pointer in
                persistent.into_iter().chain(request.related_contact_id.as_ref().map(pointer))
            {
                errors.add(|| FieldError::at(pointer, "requires a verified customer"));
            }
        }
    }

    fn may_name_contact(&self, customer_id: Option<&str>) -> bool {
        customer_id.is_some() || self.allows_unverified_persistent_chat
    }

    /// Names are compared without regard to case: `EMAIL` beside a verified
    /// `Email` would mislead agents.
    fn check_attributes(&self, request: &ChatRequest, errors: &mut FieldErrors) {
        let claimed = self.attribute_claims.iter().map(|(_, name)| name);
        let fixed = self.fixed_attributes.iter().map(|(name, _)| name);
        let filled: Vec<&String> = claimed.chain(fixed).collect();
        for name in request.attributes.values().keys() {
            if filled.iter().any(|filled| filled.eq_ignore_ascii_case(name)) {
                let pointer = request.attributes.pointer_to(name);
                errors.add(|| FieldError::at(pointer, "is set by the deployment only"));
            }
        }
    }
}

fn pointer<T>(located: &Located<T>) -> &str {
    &located.pointer
}
