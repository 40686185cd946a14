//! Access to the three APIs. With the stand-in of Amazon Connect they are as public as on AWS:
//! the function itself decides which origins it allows. With the real one they would give any page
//! that the developer visits real chats, so they answer only what is local and the origins that
//! the developer has listed.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use super::request::CLAIMS_HEADER;
use crate::http::{forbidden, has_own_host, is_local, is_same_origin};
use crate::options::Options;

struct Access {
    port: u16,
    /// The origins that are allowed besides the server's own; `None` allows every request.
    origins: Option<Vec<String>>,
}

/// Makes the APIs of `router`, on this port, reject foreign requests.
pub(crate) fn limit_access(router: Router, port: u16, options: &Options) -> Router {
    let origins = options.real_connect.then(|| listed_origins(options));
    router.layer(from_fn_with_state(Arc::new(Access { port, origins }), reject_foreign))
}

async fn reject_foreign(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    if access.allows(request.headers()) { next.run(request).await } else { forbidden() }
}

impl Access {
    fn allows(&self, headers: &HeaderMap) -> bool {
        if is_local(headers, self.port) {
            return true;
        }
        let has_claims = headers.contains_key(CLAIMS_HEADER);
        let Some(origins) = &self.origins else {
            // Programs may imitate a page whose customer has signed in. Pages may not.
            return !has_claims || has_own_host(headers, self.port) && is_same_origin(headers);
        };
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        !has_claims
            && has_own_host(headers, self.port)
            && origin.is_some_and(|origin| origins.iter().any(|listed| listed == origin))
    }
}

/// The origins in the function's `ALLOWED_ORIGINS`. A `*` is no origin.
fn listed_origins(options: &Options) -> Vec<String> {
    let setting = options.env.iter().rfind(|(name, _)| name == "ALLOWED_ORIGINS");
    let origins = setting.map_or("", |(_, origins)| origins.as_str()).split(',').map(str::trim);
    origins.filter(|origin| origin.contains("://")).map(str::to_owned).collect()
}
