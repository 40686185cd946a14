//! The browser origins that may call.

/// Which browser origins may call.
#[derive(Debug, PartialEq, Eq)]
pub enum Origins {
    /// None are configured: browsers are API Gateway's business.
    Unchecked,
    /// `*`: all.
    Any,
    /// These, compared byte for byte.
    Only(Vec<String>),
}

impl Origins {
    /// Whether a request with this `Origin` header, or with none, may go on.
    #[must_use]
    pub fn admit(&self, origin: Option<&str>) -> bool {
        match (self, origin) {
            (Self::Unchecked | Self::Any, _) | (Self::Only(_), None) => true,
            (Self::Only(allowed), Some(origin)) => allowed.iter().any(|one| one == origin),
        }
    }

    /// Reads origins as browsers send them (`https://shop.example`), or `*`.
    ///
    /// # Errors
    ///
    /// The text that is no origin.
    pub(crate) fn parse(texts: &[&str]) -> Result<Self, String> {
        if texts == ["*"] {
            return Ok(Self::Any);
        }
        match texts.iter().find(|text| !is_origin(text)) {
            Some(text) => Err((*text).to_owned()),
            None if texts.is_empty() => Ok(Self::Unchecked),
            None => Ok(Self::Only(texts.iter().map(|text| (*text).to_owned()).collect())),
        }
    }
}

/// A scheme, `://`, a host and perhaps a port, in lower case and with nothing
/// behind (Fetch standard, "serializing a request origin").
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let is_scheme = |byte: u8| byte.is_ascii_lowercase() || b"0123456789+-.".contains(&byte);
    let is_host =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    !scheme.is_empty()
        && scheme.bytes().all(is_scheme)
        && !host.is_empty()
        && host.bytes().all(is_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact() {
        let origins = Origins::parse(&["https://shop.example", "http://localhost:3000"]);
        let origins = origins.expect("two origins");
        assert!(origins.admit(Some("https://shop.example")));
        assert!(origins.admit(None));
        for foreign in [
            "https://shop.example/",
            "https://shop.example:443",
            "http://shop.example",
            "https://SHOP.example",
            "https://shop.example.evil",
            "https://evil.shop.example",
            "https://shop.example,https://evil.example",
            "null",
            "",
            "*",
        ] {
            assert!(!origins.admit(Some(foreign)), "{foreign}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused_at_start() {
        for text in [
            "shop.example",
            "https://shop.example/",
            "https://*.example",
            "https://Shop.example",
            "null",
            "https://",
            "",
        ] {
            assert_eq!(Origins::parse(&[text]), Err(text.to_owned()));
        }
        assert!(Origins::parse(&["*", "https://shop.example"]).is_err());
    }
}
