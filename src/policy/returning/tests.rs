//! Every combination of what the table has, what Connect says of it, what was
//! asked and which settings there are, in one table.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::*;
use crate::config::Settings;
use crate::json::raw;
use crate::policy::ContactRefusal;
use crate::request;
use crate::trigger::{Caller, Cause, Claims, IdempotencyKey, Payload};

/// Connect's word on a contact in the table.
#[derive(Clone, Copy, Debug)]
enum Word {
    Unknown,
    Foreign,
    Ownerless,
    Call,
    Running,
    Ended,
}

const WORDS: [Word; 6] =
    [Word::Unknown, Word::Foreign, Word::Ownerless, Word::Call, Word::Running, Word::Ended];

impl Word {
    fn contact(self) -> Option<Contact> {
        let (owner, is_chat, has_ended) = match self {
            Self::Unknown => return None,
            Self::Foreign => (Some("eve"), true, false),
            Self::Ownerless => (None, true, false),
            Self::Call => (Some("ana"), false, false),
            Self::Running => (Some("ana"), true, false),
            Self::Ended => (Some("ana"), true, true),
        };
        let customer_id = owner.map(str::to_owned);
        Some(Contact { initial_contact_id: None, customer_id, is_chat, has_ended })
    }
}

/// The chat that the customer `ana` asks for.
fn admit(settings: &[(&str, &str)], request: Value, prefers_new_chat: bool) -> Admission {
    let settings = Settings::read(|name| {
        let least = [("INSTANCE_ID", "i"), ("CONTACT_FLOW_ID", "f"), ("CUSTOMER_ID_CLAIM", "sub")];
        let mut all = settings.iter().chain(&least);
        all.find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
    });
    let settings = settings.expect("settings");
    let claims = raw(json!({"sub": "ana"}));
    let payload = Payload {
        request: Cow::Owned(raw(request)),
        caller: Caller::Untrusted(Claims::new(Some(&claims))),
        key: IdempotencyKey::Http { header: None, request_id: "r".to_owned() },
        cause: Cause::default(),
        prefers_new_chat,
    };
    let request = request::parse(&payload, &settings.defaults).expect("a request");
    settings.policy.admit(request, &payload.caller).expect("an admission")
}

const TABLE: (&str, &str) = ("CONTACT_TABLE", "chats");
const NEVER: (&str, &str) = ("RETURN_TO_RUNNING_CHAT", "false");
const ALWAYS: (&str, &str) = ("CONTINUE_PAST_CHAT", "FROM_SEGMENT");

fn plain() -> Value {
    json!({})
}

fn latest() -> Value {
    json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT"}})
}

fn named() -> Value {
    json!({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "named"}})
}

fn related() -> Value {
    json!({"RelatedContactId": "named"})
}

#[test]
fn the_running_chat_is_looked_for_only_with_a_table_and_unless_it_is_unwanted() {
    for (settings, prefers_new, returns, replaces) in [
        (&[][..], false, false, false),
        (&[], true, false, false),
        (&[TABLE], false, true, false),
        (&[TABLE], true, false, true),
        (&[TABLE, NEVER], false, false, false),
        (&[TABLE, NEVER], true, false, false),
    ] {
        for request in [plain(), named(), related()] {
            let admission = admit(settings, request, prefers_new);
            let chat = admission.chat();
            assert_eq!(chat.returns_to_running(), returns, "{settings:?} {prefers_new}");
            assert_eq!(chat.replaces_running(), replaces, "{settings:?} {prefers_new}");
        }
    }
}

#[test]
fn a_chat_is_returned_only_if_connect_says_that_it_is_the_customers_and_running() {
    let admission = admit(&[TABLE], plain(), false);
    let chat = admission.chat();
    let starting = |is_overdue| KnownChat::Starting { is_overdue };
    assert_eq!(chat.decide(&KnownChat::Absent), Decision::Start);
    assert_eq!(chat.decide(&starting(false)), Decision::Wait);
    assert_eq!(chat.decide(&starting(true)), Decision::Start);
    for word in WORDS {
        let expected = match word {
            Word::Running => Decision::Return,
            Word::Unknown | Word::Ended => Decision::Start,
            Word::Foreign | Word::Ownerless | Word::Call => Decision::Distrust,
        };
        assert_eq!(chat.decide(&KnownChat::Started(word.contact())), expected, "{word:?}");
    }
}

/// Returns the source and the fate of a chat whose latest contact is as
/// Connect says, or absent.
fn outcome(admission: Admission, recorded: Option<Word>) -> Result<String, ContactRefusal> {
    let admission = if admission.continues_latest() {
        admission.continue_latest(recorded.map(|_| "latest".to_owned()))
    } else {
        admission
    };
    let word = recorded.unwrap_or(Word::Unknown);
    let granted = match admission {
        Admission::Granted(chat) => chat,
        Admission::Unverified(contact) => match contact.verify(word.contact())? {
            Admission::Granted(chat) => chat,
            Admission::Unverified(_) => panic!("a second contact"),
        },
    };
    let source = granted.named_contact().unwrap_or("-");
    let past = granted.past_chat().map_or("-", PastChat::as_str);
    Ok(format!("{source} {past}"))
}

#[test]
fn the_latest_chat_is_continued_if_it_is_the_customers_and_has_ended() {
    let recorded = || WORDS.into_iter().map(Some).chain([None]);
    for word in recorded() {
        let continued = match word {
            Some(Word::Ended) => "latest -",
            _ => "- none",
        };
        for (settings, request) in [
            (&[TABLE][..], latest()),
            (&[TABLE, NEVER], latest()),
            (&[TABLE, ALWAYS], plain()),
            (&[TABLE, ALWAYS], latest()),
        ] {
            let found = outcome(admit(settings, request, false), word);
            assert_eq!(found.as_deref(), Ok(continued), "{settings:?} {word:?}");
        }
        // Nobody asks for it.
        let found = outcome(admit(&[TABLE], plain(), false), word);
        assert_eq!(found.as_deref(), Ok("- -"), "{word:?}");
    }
}

#[test]
fn a_named_contact_comes_before_the_latest_one() {
    for settings in [&[TABLE][..], &[TABLE, ALWAYS]] {
        for request in [named(), related()] {
            let admission = admit(settings, request, false);
            assert!(!admission.continues_latest());
            assert_eq!(outcome(admission, Some(Word::Ended)).as_deref(), Ok("named -"));
        }
        for (word, refusal) in [
            (Word::Unknown, ContactRefusal::Unknown),
            (Word::Foreign, ContactRefusal::Foreign),
            (Word::Ownerless, ContactRefusal::Ownerless),
            (Word::Call, ContactRefusal::NotAChat),
            (Word::Running, ContactRefusal::StillActive),
        ] {
            assert_eq!(outcome(admit(settings, named(), false), Some(word)), Err(refusal));
        }
    }
}

#[test]
fn only_a_request_that_asks_for_it_requires_the_latest_chat() {
    for (settings, request, continues, requires) in [
        (&[TABLE][..], plain(), false, false),
        (&[TABLE], latest(), true, true),
        (&[TABLE, ALWAYS], plain(), true, false),
        (&[TABLE, ALWAYS], latest(), true, true),
        (&[TABLE, ALWAYS], related(), false, false),
    ] {
        let admission = admit(settings, request, false);
        assert_eq!(admission.continues_latest(), continues);
        assert_eq!(admission.requires_latest(), requires);
    }
}
