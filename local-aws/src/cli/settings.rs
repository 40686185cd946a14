//! The function's settings: those in the shell's environment, else the defaults of the stand-in.

use std::collections::BTreeMap;

use local_aws::{Options, fixtures};

const CUSTOMER_ID_CLAIM: &str = "CUSTOMER_ID_CLAIM";
const RESULT_BUS: &str = "RESULT_BUS";
const CONTACT_TABLE: &str = "CONTACT_TABLE";

/// The defaults of `invoke`: the event's result is published.
const FOR_EVENT: [(&str, &str); 1] = [(RESULT_BUS, fixtures::EVENT_BUS)];

/// The defaults of `serve`: results are published, customers have one chat, and every origin is
/// allowed.
const FOR_BROWSERS: [(&str, &str); 3] = [
    (RESULT_BUS, fixtures::EVENT_BUS),
    (CONTACT_TABLE, fixtures::CONTACT_TABLE),
    ("ALLOWED_ORIGINS", "*"),
];

/// The settings that are taken from the shell's environment.
const SETTINGS: [&str; 31] = [
    "INSTANCE_ID",
    "CONTACT_FLOW_ID",
    "ALLOWED_CONTACT_FLOW_IDS",
    "ALLOWED_ORIGINS",
    CUSTOMER_ID_CLAIM,
    "ATTRIBUTE_CLAIMS",
    "ALLOW_UNVERIFIED_PERSISTENT_CHAT",
    "DEFAULT_DISPLAY_NAME",
    "ALLOWED_HEADERS",
    "DISPLAY_NAME_CLAIM",
    "FIXED_ATTRIBUTES",
    "MARK_AUTHENTICATED",
    "MAX_CHAT_DURATION_MINUTES",
    "DISCONNECT_ON_CUSTOMER_EXIT",
    "START_NEW_IF_NOT_CONTINUED",
    "SETTINGS",
    "ATTACHMENTS",
    "DEFAULT_CHAT_DURATION_MINUTES",
    "DEFAULT_MESSAGING_CONTENT_TYPES",
    RESULT_BUS,
    "RESULT_BUS_FOR",
    "EVENT_MAX_AGE_SECONDS",
    CONTACT_TABLE,
    "RETURN_TO_RUNNING_CHAT",
    "CONTINUE_PAST_CHAT",
    "AWS_ENDPOINT_URL_EVENTBRIDGE",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "RUST_LOG",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_LAMBDA_MAX_CONCURRENCY",
];

/// Adds the function's settings for one event.
pub(crate) fn apply_for_event(options: Options) -> Options {
    apply(options, &FOR_EVENT)
}

/// Adds the function's settings to the options, and the resources that they name to the stand-in.
/// Those in the shell's environment replace the defaults, which are for the stand-in only; an
/// empty one turns a default off.
fn apply(options: Options, defaults: &[(&str, &str)]) -> Options {
    #[expect(clippy::disallowed_methods, reason = "the shell's settings are passed on")]
    let shell = std::env::vars().filter(|(name, _)| SETTINGS.contains(&name.as_str()));
    apply_from(options, defaults, shell)
}

fn apply_from(
    mut options: Options,
    defaults: &[(&str, &str)],
    shell: impl IntoIterator<Item = (String, String)>,
) -> Options {
    let mut settings = BTreeMap::new();
    if !options.real_connect {
        settings.extend(owned(&stand_in_settings()));
        settings.extend(owned(defaults));
    }
    settings.extend(shell);
    for (name, value) in settings {
        options = add_to_stand_in(options, &name, &value).env(name, value);
    }
    options
}

/// Adds the function's settings for a server that browsers use. With the stand-in every origin is
/// allowed by default; with the real Connect, only those that the shell lists.
///
/// # Errors
///
/// Returns an error if the shell allows every origin to start real chats.
pub(crate) fn apply_for_browsers(options: Options) -> Result<Options, String> {
    let options = apply(options, &FOR_BROWSERS);
    if options.real_connect && allows_every_origin(&options) {
        return Err("ALLOWED_ORIGINS=* would let every web page that you visit start real chats: \
                    list origins, or unset it"
            .to_owned());
    }
    Ok(options)
}

fn allows_every_origin(options: &Options) -> bool {
    let setting = options.env.iter().rfind(|(name, _)| name == "ALLOWED_ORIGINS");
    setting.is_some_and(|(_, origins)| origins.split(',').any(|origin| origin.trim() == "*"))
}

/// Sends requests with claims to a second process that takes the customer from the claim `sub`,
/// unless the setting is given or the real Connect is called.
pub(crate) fn with_verified_customers(options: Options) -> Options {
    let is_set = options.env.iter().any(|(name, _)| name == CUSTOMER_ID_CLAIM);
    if is_set || options.real_connect {
        options
    } else {
        options.verified_env(CUSTOMER_ID_CLAIM, "sub")
    }
}

fn stand_in_settings() -> [(&'static str, &'static str); 3] {
    [
        ("INSTANCE_ID", fixtures::INSTANCE_ID),
        ("CONTACT_FLOW_ID", fixtures::FLOW_ID),
        ("ALLOWED_CONTACT_FLOW_IDS", fixtures::SECOND_FLOW_ID),
    ]
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Adds what a setting names, by id or by ARN, to the stand-in.
fn add_to_stand_in(mut options: Options, name: &str, value: &str) -> Options {
    let ids = value.split(',').map(|id| id.trim().rsplit('/').next().unwrap_or_default());
    let mut ids = ids.filter(|id| !id.is_empty());
    match name {
        "INSTANCE_ID" => ids.fold(options, Options::instance),
        "CONTACT_FLOW_ID" | "ALLOWED_CONTACT_FLOW_IDS" => ids.fold(options, Options::flow),
        RESULT_BUS => {
            options.event_bus = ids.next().map_or(options.event_bus, ToOwned::to_owned);
            options
        }
        CONTACT_TABLE => {
            options.table = ids.next().map_or(options.table, ToOwned::to_owned);
            options
        }
        _ => options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(options: &Options, name: &str) -> Option<String> {
        options.env.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn settings_of_the_shell_replace_defaults_and_exist_in_the_stand_in() {
        let shell = [(
            "CONTACT_FLOW_ID".to_owned(),
            "arn:aws:connect:r:a:instance/i/contact-flow/mine".to_owned(),
        )];
        let options = apply_from(Options::without_function(), &[("ALLOWED_ORIGINS", "*")], shell);
        assert_eq!(setting(&options, "INSTANCE_ID").as_deref(), Some(fixtures::INSTANCE_ID));
        assert_eq!(setting(&options, "ALLOWED_ORIGINS").as_deref(), Some("*"));
        assert!(options.flows.contains(&"mine".to_owned()));
    }

    #[test]
    fn defaults_may_be_renamed_and_turned_off() {
        let shell = [("CONTACT_TABLE", ""), ("RESULT_BUS", "arn:aws:events:r:a:event-bus/mine")];
        let local = apply_from(Options::without_function(), &FOR_BROWSERS, owned(&shell));
        assert_eq!(setting(&local, "CONTACT_TABLE").as_deref(), Some(""));
        assert_eq!((local.event_bus.as_str(), local.table.as_str()), ("mine", "chat-contacts"));
        let event = apply_from(Options::without_function(), &FOR_EVENT, []);
        assert_eq!(setting(&event, "RESULT_BUS").as_deref(), Some(fixtures::EVENT_BUS));
        assert_eq!(setting(&event, "CONTACT_TABLE"), None);
    }

    #[test]
    fn claims_have_a_process_of_their_own_unless_configured() {
        let with = |options| with_verified_customers(options).verified_env;
        let local = Options::without_function;
        assert_eq!(with(local()), [("CUSTOMER_ID_CLAIM".to_owned(), "sub".to_owned())]);
        assert_eq!(with(local().env("CUSTOMER_ID_CLAIM", "email")), []);
        assert_eq!(with(local().real_connect(true)), []);
    }

    #[test]
    fn the_real_connect_gets_no_defaults() {
        let real = Options::without_function().real_connect(true);
        assert_eq!(apply_from(real, &FOR_BROWSERS, []).env, []);
    }
}
