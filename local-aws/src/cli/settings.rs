//! The function's settings: the shell's where it has them, else those of the stand-in's world.

use std::collections::BTreeMap;

use local_aws::{Options, world};

const CUSTOMER_ID_CLAIM: &str = "CUSTOMER_ID_CLAIM";

/// The settings that the shell may give.
const SETTINGS: [&str; 15] = [
    "INSTANCE_ID",
    "CONTACT_FLOW_ID",
    "ALLOWED_CONTACT_FLOW_IDS",
    "ALLOWED_ORIGINS",
    CUSTOMER_ID_CLAIM,
    "ATTRIBUTE_CLAIMS",
    "ALLOW_UNVERIFIED_PERSISTENT_CHAT",
    "DEFAULT_DISPLAY_NAME",
    "ATTACHMENTS",
    "DEFAULT_CHAT_DURATION_MINUTES",
    "DEFAULT_MESSAGING_CONTENT_TYPES",
    "RUST_LOG",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_LAMBDA_MAX_CONCURRENCY",
];

/// The same options with the function's settings, and a stand-in that knows the instance and flows in them.
pub(crate) fn apply(options: Options, defaults: &[(&str, &str)]) -> Options {
    #[expect(clippy::disallowed_methods, reason = "the shell's settings are handed on, not read")]
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
        settings.extend(owned(&world_settings()));
    }
    settings.extend(owned(defaults));
    settings.extend(shell);
    for (name, value) in settings {
        options = known(options, &name, &value).env(name, value);
    }
    options
}

/// The same options with verified customers, unless the shell has decided on that or the chats are real ones:
/// requests that carry claims go to a function that takes `sub` for the customer.
pub(crate) fn with_verified_customers(options: Options) -> Options {
    let is_set = options.env.iter().any(|(name, _)| name == CUSTOMER_ID_CLAIM);
    if is_set || options.real_connect {
        options
    } else {
        options.verified_env(CUSTOMER_ID_CLAIM, "sub")
    }
}

fn world_settings() -> [(&'static str, &'static str); 3] {
    [
        ("INSTANCE_ID", world::INSTANCE_ID),
        ("CONTACT_FLOW_ID", world::FLOW_ID),
        ("ALLOWED_CONTACT_FLOW_IDS", world::SECOND_FLOW_ID),
    ]
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Makes the stand-in know the instance or the flows that a setting names, by id or by ARN.
fn known(options: Options, name: &str, value: &str) -> Options {
    let ids = value.split(',').map(|id| id.trim().rsplit('/').next().unwrap_or_default());
    let ids = ids.filter(|id| !id.is_empty());
    match name {
        "INSTANCE_ID" => ids.fold(options, Options::instance),
        "CONTACT_FLOW_ID" | "ALLOWED_CONTACT_FLOW_IDS" => ids.fold(options, Options::flow),
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
    fn the_shells_settings_win_and_are_known() {
        let shell = [(
            "CONTACT_FLOW_ID".to_owned(),
            "arn:aws:connect:r:a:instance/i/contact-flow/mine".to_owned(),
        )];
        let options = apply_from(Options::without_function(), &[("ALLOWED_ORIGINS", "*")], shell);
        assert_eq!(setting(&options, "INSTANCE_ID").as_deref(), Some(world::INSTANCE_ID));
        assert_eq!(setting(&options, "ALLOWED_ORIGINS").as_deref(), Some("*"));
        assert!(options.flows.contains(&"mine".to_owned()));
    }

    #[test]
    fn there_are_verified_customers_unless_told_otherwise() {
        let with = |options| with_verified_customers(options).verified_env;
        let local = Options::without_function;
        assert_eq!(with(local()), [("CUSTOMER_ID_CLAIM".to_owned(), "sub".to_owned())]);
        assert_eq!(with(local().env("CUSTOMER_ID_CLAIM", "email")), []);
        assert_eq!(with(local().real_connect(true)), []);
    }

    #[test]
    fn the_real_connect_is_not_given_the_stand_ins_instance() {
        let options = apply_from(Options::without_function().real_connect(true), &[], []);
        assert_eq!(setting(&options, "INSTANCE_ID"), None);
    }
}
