use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::read(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn faults(variables: &[(&str, &str)]) -> Vec<String> {
    read(variables).err().map(|error| error.0).unwrap_or_default()
}

const LEAST: [(&str, &str); 2] = [("INSTANCE_ID", "i-1"), ("CONTACT_FLOW_ID", "f-1")];

#[test]
fn instance_and_flow_suffice() {
    let settings = read(&LEAST).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(settings.policy.instance.id(), "i-1");
    assert_eq!(settings.policy.default_flow, "f-1");
    assert_eq!(settings.policy.flows, BTreeSet::from(["f-1".to_owned()]));
    assert_eq!(settings.origins, Origins::Unchecked);
    assert_eq!(settings.defaults.display_name, "Customer");
    assert_eq!(settings.defaults.duration_minutes, None);
    assert!(settings.defaults.content_types.is_empty());
    assert!(!settings.attachments);
    assert!(!settings.policy.allows_unverified_persistent_chat);
}

#[test]
fn every_faulty_variable_is_named_at_once() {
    let faults = faults(&[
        ("INSTANCE_ID", "no instance"),
        ("ALLOWED_CONTACT_FLOW_IDS", "f/1"),
        ("ALLOWED_ORIGINS", "https://a.example/path"),
        ("ATTRIBUTE_CLAIMS", "email"),
        ("ALLOW_UNVERIFIED_PERSISTENT_CHAT", "yes"),
        ("ALLOWED_HEADERS", "a b"),
        ("MARK_AUTHENTICATED", "true"),
        ("FIXED_ATTRIBUTES", "channel"),
        ("MAX_CHAT_DURATION_MINUTES", "59"),
        ("DISCONNECT_ON_CUSTOMER_EXIT", "1"),
        ("START_NEW_IF_NOT_CONTINUED", "on"),
        ("DEFAULT_DISPLAY_NAME", &"n".repeat(257)),
        ("ATTACHMENTS", "1"),
        ("DEFAULT_CHAT_DURATION_MINUTES", "59"),
        ("DEFAULT_MESSAGING_CONTENT_TYPES", "text/html"),
    ]);
    let names = [
        "INSTANCE_ID",
        "CONTACT_FLOW_ID",
        "ALLOWED_CONTACT_FLOW_IDS",
        "ALLOWED_ORIGINS",
        "ATTACHMENTS",
        "DEFAULT_DISPLAY_NAME",
        "DEFAULT_CHAT_DURATION_MINUTES",
        "DEFAULT_MESSAGING_CONTENT_TYPES",
        "ATTRIBUTE_CLAIMS",
        "ALLOW_UNVERIFIED_PERSISTENT_CHAT",
        "ALLOWED_HEADERS",
        "MARK_AUTHENTICATED",
        "FIXED_ATTRIBUTES",
        "MAX_CHAT_DURATION_MINUTES",
        "DISCONNECT_ON_CUSTOMER_EXIT",
        "START_NEW_IF_NOT_CONTINUED",
    ];
    for name in names {
        let its_own = faults.iter().filter(|fault| fault.starts_with(name));
        assert_eq!(its_own.count(), 1, "{name} in {faults:?}");
    }
    assert_eq!(faults.len(), names.len(), "{faults:?}");
}

#[test]
fn blank_is_not_set() {
    let faults = faults(&[("INSTANCE_ID", " "), ("CONTACT_FLOW_ID", ""), ("ATTACHMENTS", "")]);
    assert_eq!(faults, ["INSTANCE_ID is not set", "CONTACT_FLOW_ID is not set"]);
}

#[test]
fn flows_are_ids_or_arns_of_the_instance() {
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i-1/contact-flow/f-2";
    let list = format!("f-1, {arn} ,,f-3");
    let with = |flows: &'static str| [LEAST[0], ("CONTACT_FLOW_ID", flows)];
    let settings = read(&[LEAST[0], LEAST[1], ("ALLOWED_CONTACT_FLOW_IDS", &list)]);
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    let flows: Vec<&str> = settings.policy.flows.iter().map(String::as_str).collect();
    assert_eq!(flows, ["f-1", "f-2", "f-3"]);
    let foreign = with("arn:aws:connect:us-east-1:123456789012:instance/i-2/contact-flow/f-2");
    assert_eq!(faults(&foreign).len(), 1);
    assert_eq!(faults(&with("f/1")).len(), 1);
}

#[test]
fn claims_are_split_at_their_last_equals_sign() {
    let claims = ("ATTRIBUTE_CLAIMS", "email=Email, https://x.example/?a=b=Plan");
    let settings = read(&[LEAST[0], LEAST[1], claims]).unwrap_or_else(|error| panic!("{error}"));
    let pair = |claim: &str, name: &str| (claim.to_owned(), name.to_owned());
    assert_eq!(
        settings.policy.attribute_claims,
        [pair("email", "Email"), pair("https://x.example/?a=b", "Plan")]
    );
    for faulty in ["email", "=Email", "email=", "email=E mail", "a=X,b=X"] {
        let claims = ("ATTRIBUTE_CLAIMS", faulty);
        assert_eq!(faults(&[LEAST[0], LEAST[1], claims]).len(), 1, "{faulty}");
    }
}

#[test]
fn the_default_duration_keeps_to_the_limits() {
    for (text, fine) in [
        ("59", false),
        ("60", true),
        ("10080", true),
        ("10081", false),
        ("99999999999", false),
        ("1h", false),
    ] {
        let duration = ("DEFAULT_CHAT_DURATION_MINUTES", text);
        assert_eq!(read(&[LEAST[0], LEAST[1], duration]).is_ok(), fine, "{text}");
    }
}

#[test]
fn fixed_attributes_are_split_at_their_first_equals_sign() {
    let fixed = ("FIXED_ATTRIBUTES", "channel=web, query=a=b,empty=");
    let settings = read(&[LEAST[0], LEAST[1], fixed]).unwrap_or_else(|error| panic!("{error}"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        settings.policy.fixed_attributes,
        [pair("channel", "web"), pair("query", "a=b"), pair("empty", "")]
    );
    for invalid in ["channel", "=web", "a b=c", "a=1,A=2"] {
        let fixed = ("FIXED_ATTRIBUTES", invalid);
        assert_eq!(faults(&[LEAST[0], LEAST[1], fixed]).len(), 1, "{invalid}");
    }
    let claims = ("ATTRIBUTE_CLAIMS", "plan=Plan");
    let fixed = ("FIXED_ATTRIBUTES", "plan=gold");
    assert_eq!(faults(&[LEAST[0], LEAST[1], claims, fixed]).len(), 1);
}

#[test]
fn settings_hold_any_of_the_variables() {
    let json = r#"{"CONTACT_FLOW_ID":"f-2","ATTACHMENTS":true,"MAX_CHAT_DURATION_MINUTES":90}"#;
    let settings = read(&[LEAST[0], ("SETTINGS", json), ("ATTACHMENTS", "false")]);
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(settings.policy.default_flow, "f-2");
    assert_eq!(settings.policy.max_duration_minutes, 90);
    assert!(!settings.attachments, "a variable of its own wins");
}

#[test]
fn invalid_settings_are_faults() {
    for (json, fault) in [
        ("{", "SETTINGS must be a JSON object"),
        ("[]", "SETTINGS must be a JSON object"),
        ("\"ATTACHMENTS\"", "SETTINGS must be a JSON object"),
        (r#"{"ATTACHMENT":true}"#, "SETTINGS has an unknown setting \"ATTACHMENT\""),
        (
            r#"{"ATTACHMENTS":null}"#,
            "SETTINGS must have a string, number or boolean for \"ATTACHMENTS\"",
        ),
        (r#"{"ATTACHMENTS":"yes"}"#, "ATTACHMENTS must be true or false"),
        (
            r#"{"$serde_json::private::Number":"1"}"#,
            "SETTINGS has an unknown setting \"$serde_json::private::Number\"",
        ),
    ] {
        assert_eq!(faults(&[LEAST[0], LEAST[1], ("SETTINGS", json)]), [fault], "{json}");
    }
}

/// The settings that are read, whatever they are.
fn known() -> BTreeSet<String> {
    let asked = std::cell::RefCell::new(BTreeSet::new());
    let settings = Settings::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    assert!(settings.is_err());
    asked.into_inner()
}

fn project_file(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn is_variable(name: &str) -> bool {
    let is_byte = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !name.is_empty() && name.bytes().all(is_byte)
}

/// `SETTINGS` holds what the template has no parameter for.
#[test]
fn the_template_sets_known_settings_only() {
    let template = project_file("template.yaml");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = template.lines();
    let head = lines.find(|line| line.trim() == "Variables:");
    let head = head.expect("the function's variables");
    let variables = lines.take_while(|line| indent(line) > indent(head));
    let names = variables.filter_map(|line| line.trim().split_once(':'));
    let names: BTreeSet<String> = names.map(|(name, _)| name.to_owned()).collect();
    let known = known();
    let unknown: Vec<_> = names.difference(&known).collect();
    assert!(!names.is_empty() && unknown.is_empty(), "{unknown:?}");
}

/// Variables of Lambda, AWS's SDKs and other libraries may be described beside.
#[test]
fn the_documentation_has_every_setting_and_no_other() {
    let page = project_file("docs/settings.md");
    let rows = page.lines().filter_map(|line| line.trim().strip_prefix('|'));
    let first = rows.filter_map(|row| row.split('|').next());
    let names = first.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let is_others = |name: &str| {
        let prefixes = ["AWS_", "RUST_", "SSL_", "LAMBDA_", "_X_AMZN_"];
        name.ends_with("_PROXY") || prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    let names = names.filter(|name| is_variable(name) && !is_others(name));
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    assert_eq!(names, known());
}

#[test]
fn the_bus_and_the_table_are_named_or_have_an_arn() {
    let arn = "arn:aws:events:us-east-1:123456789012:event-bus/chat-results";
    let table = "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/chats";
    for (name, value, is_valid) in [
        ("RESULT_BUS", "chat-results", true),
        ("RESULT_BUS", "aws.partner/example.com/x", true),
        ("RESULT_BUS", arn, true),
        ("RESULT_BUS", "a bus", false),
        ("RESULT_BUS", "arn:aws:sqs:us-east-1:123456789012:queue", false),
        ("RESULT_BUS", &"b".repeat(257), false),
        ("CONTACT_TABLE", "chat.contacts_1", true),
        ("CONTACT_TABLE", table, true),
        ("CONTACT_TABLE", "ab", false),
        ("CONTACT_TABLE", arn, false),
        ("EVENT_MAX_AGE_SECONDS", "1", true),
        ("EVENT_MAX_AGE_SECONDS", "1209600", true),
        ("EVENT_MAX_AGE_SECONDS", "0", false),
        ("EVENT_MAX_AGE_SECONDS", "1209601", false),
        ("EVENT_MAX_AGE_SECONDS", "5m", false),
        ("RETURN_TO_RUNNING_CHAT", "false", true),
        ("RETURN_TO_RUNNING_CHAT", "no", false),
        // They need a bus or a table.
        ("RESULT_BUS_FOR", "http", false),
        ("CONTINUE_PAST_CHAT", "FROM_SEGMENT", false),
    ] {
        let faults = faults(&[LEAST[0], LEAST[1], (name, value)]);
        assert_eq!(faults.is_empty(), is_valid, "{name}={value}: {faults:?}");
        assert!(faults.iter().all(|fault| fault.starts_with(name)), "{faults:?}");
    }
}

#[test]
fn results_are_published_for_the_named_callers() {
    for (named, expected) in [
        ("", Some((false, false))),
        ("http", Some((true, false))),
        ("direct, http", Some((true, true))),
        ("https", None),
        ("HTTP", None),
    ] {
        let variables = [LEAST[0], LEAST[1], ("RESULT_BUS", "bus"), ("RESULT_BUS_FOR", named)];
        let bus = read(&variables).ok().and_then(|settings| settings.result_bus);
        assert_eq!(bus.map(|bus| (bus.for_http, bus.for_direct)), expected, "{named}");
    }
}
