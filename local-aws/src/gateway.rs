//! The ways by which callers reach the function over HTTP: API Gateway (an HTTP API with payload
//! format 2.0 at `/`, one with format 1.0 at `/v1/`, a REST API at `/rest/`) and Lambda's Invoke
//! API.

mod api;
mod event_v1;
mod event_v2;
pub(crate) mod invoke_api;
mod raw_headers;
mod request;
mod response;
mod routes;

pub(crate) use raw_headers::keep_raw_headers;
pub(crate) use routes::router;
