//! The account of what is published: the chats of events, messages and list elements, and nothing
//! else.

use std::collections::HashMap;
use std::time::Instant;

use local_aws::Connect;
use serde_json::Value;

use crate::markers::MARKER;

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Chats whose event source was told that they have started.
    pub(crate) expected: usize,
    /// Chats that were published for the first time.
    pub(crate) published: usize,
    /// Publications of chats that had been published before.
    pub(crate) repeated: usize,
    /// Publications of requests that were rejected.
    pub(crate) not_started: usize,
    /// Chats of HTTP and direct callers, none of which may be published.
    pub(crate) unpublished: usize,
}

/// A request, and what was published of it.
#[derive(Debug)]
struct Entry {
    name: String,
    /// The cause; `None` if nothing may be published.
    cause: Option<Value>,
    contact: Option<String>,
    closed: Option<Closed>,
}

#[derive(Debug)]
struct Closed {
    at: Instant,
    is_started: bool,
    /// The contact that the answer names, if it names one.
    contact: Option<String>,
}

/// The account of what is published. Each method returns what it has found wrong.
#[derive(Debug, Default)]
pub(crate) struct Publications {
    entries: HashMap<String, Entry>,
    counts: Counts,
}

impl Publications {
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Opens the account of a request that is about to be sent.
    pub(crate) fn open(&mut self, marker: &str, name: &str, cause: Option<Value>) {
        let entry = Entry { name: name.to_owned(), cause, contact: None, closed: None };
        self.entries.insert(marker.to_owned(), entry);
    }

    /// Closes the account of a request: its event source counts it as done.
    pub(crate) fn close(&mut self, marker: &str, is_started: bool, contact: Option<String>) {
        if let Some(entry) = self.entries.get_mut(marker) {
            entry.closed = Some(Closed { at: Instant::now(), is_started, contact });
        }
    }

    /// Enters entries of the bus.
    pub(crate) fn enter(&mut self, entries: &[Value], connect: &Connect) -> Vec<String> {
        let marker = |contact: &str| connect.contact(contact)?.attributes.get(MARKER).cloned();
        let entered = entries.iter().filter_map(|entry| self.enter_one(entry, marker).err());
        entered.collect()
    }

    fn enter_one(
        &mut self,
        published: &Value,
        marker: impl Fn(&str) -> Option<String>,
    ) -> Result<(), String> {
        let detail = &published["Detail"];
        if published["DetailType"] == "Chat Not Started" {
            self.counts.not_started += 1;
            return self.check_not_started(detail);
        }
        let text = |name: &str| detail["result"][name].as_str().unwrap_or_default();
        let contact = text("ContactId");
        let of = |what: &str| format!("published: {what}, contact {contact:?}");
        if published["DetailType"] != "Chat Started" || text("ParticipantToken").is_empty() {
            return Err(of("not a result"));
        }
        let is_resource = |arn: &Value| arn.as_str().is_some_and(|arn| arn.ends_with(contact));
        if !published["Resources"].as_array().is_some_and(|arns| arns.iter().all(is_resource)) {
            return Err(of("another resource"));
        }
        let marker = marker(contact).ok_or_else(|| of("no chat of Amazon Connect"))?;
        let entry = self.entries.get_mut(&marker).ok_or_else(|| of("nobody's chat"))?;
        let of = |what: &str| format!("{}: published: {what}", entry.name);
        match &entry.cause {
            None => return Err(of("the chat of an HTTP or direct caller")),
            Some(cause) if *cause != detail["cause"] => return Err(of("another cause")),
            Some(_) => {}
        }
        match &entry.contact {
            None => self.counts.published += 1,
            Some(earlier) if earlier == contact => self.counts.repeated += 1,
            Some(_) => return Err(of("another chat than before")),
        }
        entry.contact = Some(contact.to_owned());
        Ok(())
    }

    /// Verifies that a request that is published as not started can be one. A list element without
    /// an id has no cause.
    fn check_not_started(&self, detail: &Value) -> Result<(), String> {
        let id = |name: &str| detail["cause"][name].as_str();
        let entry = id("messageId").or_else(|| id("id")).and_then(|id| self.entries.get(id));
        let Some(entry) = entry else { return Ok(()) };
        let of = |what: &str| Err(format!("{}: published: {what}", entry.name));
        if entry.cause.is_none() {
            return of("the failure of an HTTP or direct caller");
        }
        if entry.contact.is_some() || entry.closed.as_ref().is_some_and(|it| it.is_started) {
            return of("not started, but it was");
        }
        Ok(())
    }

    /// Verifies every request that was closed before `closed_before`, and forgets it.
    pub(crate) fn audit(&mut self, closed_before: Instant) -> Vec<String> {
        let is_due = |entry: &Entry| entry.closed.as_ref().is_some_and(|it| it.at <= closed_before);
        let due: Vec<Entry> =
            self.entries.extract_if(|_, entry| is_due(entry)).map(|(_, entry)| entry).collect();
        due.iter().filter_map(|entry| self.settle(entry)).collect()
    }

    fn settle(&mut self, entry: &Entry) -> Option<String> {
        let closed = entry.closed.as_ref().filter(|closed| closed.is_started)?;
        if entry.cause.is_none() {
            self.counts.unpublished += 1;
            return None;
        }
        self.counts.expected += 1;
        let what = match (&entry.contact, &closed.contact) {
            (None, _) => "the chat was not published",
            (Some(published), Some(answered)) if published != answered => {
                "another chat was published than answered"
            }
            _ => return None,
        };
        Some(format!("{}: {what}", entry.name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(contact: &str, cause: &Value) -> Value {
        json!({
            "DetailType": "Chat Started", "Resources": [format!("arn:…/contact/{contact}")],
            "Detail": {
                "result": {"ContactId": contact, "ParticipantToken": "t"},
                "cause": cause,
            },
        })
    }

    /// Opens requests `a`, an event, and `d`, a direct call; the chats of a request have ids that
    /// begin with its name.
    fn account() -> Publications {
        let mut account = Publications::default();
        account.open("a", "event", Some(json!({"id": "a"})));
        account.open("d", "direct", None);
        account
    }

    fn enter(account: &mut Publications, entry: &Value) -> Option<String> {
        account.enter_one(entry, |contact| contact.get(..1).map(str::to_owned)).err()
    }

    #[test]
    fn a_chat_is_published_once_or_again() {
        let mut account = account();
        for _ in 0..3 {
            assert_eq!(enter(&mut account, &entry("a1", &json!({"id": "a"}))), None);
        }
        account.close("a", true, Some("a1".to_owned()));
        account.close("d", true, Some("d1".to_owned()));
        assert!(account.audit(Instant::now()).is_empty());
        let Counts { expected, published, repeated, unpublished, .. } = account.counts();
        assert_eq!((expected, published, repeated, unpublished), (1, 1, 2, 1));
    }

    #[test]
    fn a_chat_that_is_not_published_is_found() {
        let mut account = account();
        account.close("a", true, None);
        assert_eq!(account.audit(Instant::now()), ["event: the chat was not published"]);
        assert_eq!(account.counts().expected, 1);
    }

    #[test]
    fn wrong_publications_are_found() {
        let cause = json!({"id": "a"});
        let mut tokenless = entry("a1", &cause);
        tokenless["Detail"]["result"]["ParticipantToken"] = json!("");
        let mut foreign = entry("a1", &cause);
        foreign["Resources"] = json!(["arn:…/contact/x"]);
        for (entry, finding) in [
            (entry("a1", &json!({"id": "b"})), "event: published: another cause"),
            (entry("d1", &json!({})), "direct: published: the chat of an HTTP or direct caller"),
            (entry("x1", &cause), "published: nobody's chat, contact \"x1\""),
            (entry("", &cause), "published: no chat of Amazon Connect, contact \"\""),
            (tokenless, "published: not a result, contact \"a1\""),
            (foreign, "published: another resource, contact \"a1\""),
        ] {
            assert_eq!(enter(&mut account(), &entry).as_deref(), Some(finding), "{entry}");
        }
    }

    #[test]
    fn a_second_chat_of_one_event_is_found() {
        let mut account = account();
        let cause = json!({"id": "a"});
        assert_eq!(enter(&mut account, &entry("a1", &cause)), None);
        let finding = enter(&mut account, &entry("a2", &cause));
        assert_eq!(finding.as_deref(), Some("event: published: another chat than before"));
        account.close("a", true, Some("a2".to_owned()));
        let findings = account.audit(Instant::now());
        assert_eq!(findings, ["event: another chat was published than answered"]);
    }

    #[test]
    fn only_what_was_not_started_is_published_so() {
        let not_started =
            |id: &str| json!({"DetailType": "Chat Not Started", "Detail": {"cause": {"id": id}}});
        let mut account = account();
        assert_eq!(enter(&mut account, &not_started("a")), None);
        assert!(enter(&mut account, &not_started("d")).is_some());
        assert_eq!(enter(&mut account, &entry("a1", &json!({"id": "a"}))), None);
        assert!(enter(&mut account, &not_started("a")).is_some());
        assert_eq!(account.counts().not_started, 3);
    }
}
