//! Ids of instances and flows, bare or in an ARN.

/// The Connect instance that chats are started in.
#[derive(Debug, Default)]
pub(crate) struct Instance {
    id: String,
    /// Set if the instance was configured by its ARN.
    arn: Option<String>,
}

/// Text that is neither an id nor an ARN of the right kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("must be an id or an ARN of {0}")]
pub(crate) struct InvalidId(&'static str);

impl Instance {
    /// Parses an instance's id or ARN (`arn:aws:connect:…:instance/<id>`).
    ///
    /// # Errors
    ///
    /// Returns an error for anything else.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidId> {
        let (id, arn) = match instance_in_arn(text) {
            Some(id) => (id, Some(text.to_owned())),
            None => (text, None),
        };
        if !is_id(id, 100) {
            return Err(InvalidId("a Connect instance"));
        }
        let id = id.to_owned();
        Ok(Self { id, arn })
    }

    /// The bare id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Returns true if this id or ARN names the instance.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match instance_in_arn(text) {
            Some(id) => id == self.id && self.agrees(text),
            None => text == self.id,
        }
    }

    /// Returns the bare id of the flow that this id or ARN names, unless it is
    /// a flow of another instance.
    pub(crate) fn flow<'a>(&self, text: &'a str) -> Option<&'a str> {
        if !text.starts_with("arn:") {
            return Some(text);
        }
        let (instance, flow) = text.split_once("/contact-flow/")?;
        self.is_arn(instance).then_some(flow)
    }

    /// Parses the id or ARN of a configured flow.
    ///
    /// # Errors
    ///
    /// Returns an error if this is not a flow, or a flow of another instance.
    pub(crate) fn parse_flow(&self, text: &str) -> Result<String, InvalidId> {
        let flow = self.flow(text).filter(|flow| is_id(flow, 500));
        flow.map(str::to_owned).ok_or(InvalidId("a flow of the configured instance"))
    }

    /// Parses the id or ARN of a flow of any instance.
    ///
    /// # Errors
    ///
    /// Returns an error if this is not a flow.
    pub(crate) fn parse_any_flow(text: &str) -> Result<String, InvalidId> {
        let flow = match text.split_once("/contact-flow/") {
            Some((instance, flow)) if instance_in_arn(instance).is_some() => flow,
            _ => text,
        };
        let flow = Some(flow).filter(|flow| is_id(flow, 500));
        flow.map(str::to_owned).ok_or(InvalidId("a flow"))
    }

    fn is_arn(&self, text: &str) -> bool {
        text.starts_with("arn:") && self.matches(text)
    }

    /// Partition, region and account count only if they are configured.
    fn agrees(&self, arn: &str) -> bool {
        self.arn.as_deref().is_none_or(|own| own == arn)
    }
}

/// The id in `arn:<partition>:connect:<region>:<account>:instance/<id>`.
fn instance_in_arn(text: &str) -> Option<&str> {
    let mut parts = text.splitn(6, ':');
    let is_connect = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| !partition.is_empty())
        && parts.next() == Some("connect");
    let resource = parts.nth(2).filter(|_| is_connect)?;
    resource.strip_prefix("instance/")
}

fn is_id(text: &str, max: usize) -> bool {
    let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:$".contains(&byte);
    (1..=max).contains(&text.len()) && !text.starts_with("arn:") && text.bytes().all(is_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:connect:eu-west-2:123456789012:instance/i-1";

    #[test]
    fn an_instance_matches_its_id_and_its_arn() {
        let by_id = Instance::parse("i-1").expect("an id");
        let by_arn = Instance::parse(ARN).expect("an ARN");
        for instance in [by_id, by_arn] {
            assert_eq!(instance.id(), "i-1");
            assert!(instance.matches("i-1"));
            assert!(instance.matches(ARN));
            for other in ["i-2", "", "I-1", "i-1/", "arn:aws:connect:::instance/i-2"] {
                assert!(!instance.matches(other), "{other}");
            }
        }
    }

    #[test]
    fn the_account_counts_if_it_is_configured() {
        let elsewhere = ARN.replace("123456789012", "210987654321");
        assert!(Instance::parse("i-1").expect("an id").matches(&elsewhere));
        assert!(!Instance::parse(ARN).expect("an ARN").matches(&elsewhere));
    }

    #[test]
    fn other_texts_are_not_instances() {
        for text in ["", " ", "a b", "arn:aws:s3:::bucket", "../x", &"i".repeat(101)] {
            assert!(Instance::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_flow_is_read_from_an_id_and_from_an_arn_of_the_instance() {
        let instance = Instance::parse("i-1").expect("an id");
        let arn = format!("{ARN}/contact-flow/f-1");
        assert_eq!(instance.flow("f-1"), Some("f-1"));
        assert_eq!(instance.flow(&arn), Some("f-1"));
        for other in [
            "arn:aws:connect:eu-west-2:123456789012:instance/i-2/contact-flow/f-1",
            "arn:aws:lambda:eu-west-2:123456789012:instance/i-1/contact-flow/f-1",
            "arn:x",
            ARN,
        ] {
            assert_eq!(instance.flow(other), None, "{other}");
        }
    }
}
