//! The browser origins that may send requests.

/// The browser origins that may send requests.
#[derive(Debug, PartialEq, Eq)]
pub enum Origins {
    /// Origins are not checked, and responses have no CORS headers.
    Unchecked,
    /// `*`: every origin.
    Any,
    /// These, compared byte for byte; possibly none.
    Only(Vec<String>),
}

impl Origins {
    /// Returns true if a request with this `Origin` header, or without one, is allowed.
    #[must_use]
    pub fn allows(&self, origin: Option<&str>) -> bool {
        match (self, origin) {
            (Self::Unchecked | Self::Any, _) | (Self::Only(_), None) => true,
            (Self::Only(allowed), Some(origin)) => allowed.iter().any(|one| one == origin),
        }
    }

    /// Parses `*`, `none`, or origins as browsers send them
    /// (`https://www.example.com`).
    ///
    /// # Errors
    ///
    /// Returns the first text that is not an origin.
    pub(crate) fn parse(texts: &[&str]) -> Result<Self, String> {
        match texts {
            [] => return Ok(Self::Unchecked),
            ["*"] => return Ok(Self::Any),
            ["none"] => return Ok(Self::Only(Vec::new())),
            _ => {}
        }
        match texts.iter().find(|text| !is_origin(text)) {
            Some(text) => Err((*text).to_owned()),
            None => Ok(Self::Only(texts.iter().map(|text| (*text).to_owned()).collect())),
        }
    }
}

/// Ports that browsers leave out of an origin (URL standard, "default port").
const DEFAULT_PORTS: [(&str, &str); 2] = [("https", ":443"), ("http", ":80")];

/// Returns true if this is a scheme, `://`, a host and possibly a port, in lowercase
/// (Fetch standard, "serializing a request origin").
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let is_scheme = |byte: u8| byte.is_ascii_lowercase() || b"0123456789+-.".contains(&byte);
    let is_host =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    let has_default_port =
        DEFAULT_PORTS.iter().any(|(name, port)| *name == scheme && host.ends_with(port));
    !scheme.is_empty()
        && scheme.bytes().all(is_scheme)
        && !host.is_empty()
        && host.bytes().all(is_host)
        && !has_default_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact() {
        let origins = Origins::parse(&["https://shop.example", "http://localhost:3000"]);
        let origins = origins.expect("two origins");
        assert!(origins.allows(Some("https://shop.example")));
        assert!(origins.allows(None));
        for other in [
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
            assert!(!origins.allows(Some(other)), "{other}");
        }
    }

    #[test]
    fn none_allows_no_origin() {
        let origins = Origins::parse(&["none"]).expect("none");
        assert!(origins.allows(None));
        for origin in ["https://shop.example", "null", "none", ""] {
            assert!(!origins.allows(Some(origin)), "{origin}");
        }
    }

    #[test]
    fn texts_that_browsers_never_send_are_not_origins() {
        for text in [
            "shop.example",
            "https://shop.example/",
            "https://*.example",
            "https://Shop.example",
            "https://shop.example:443",
            "http://shop.example:80",
            "null",
            "https://",
            "",
        ] {
            assert_eq!(Origins::parse(&[text]), Err(text.to_owned()));
        }
        assert!(Origins::parse(&["https://shop.example:80", "http://shop.example:443"]).is_ok());
        assert!(Origins::parse(&["*", "https://shop.example"]).is_err());
        assert!(Origins::parse(&["none", "https://shop.example"]).is_err());
    }
}
