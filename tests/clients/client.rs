//! The JSON files of this folder: what each client sends and reads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use support::folder;

/// One public client. `name`, `sources` and `facts` are for people.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    pub(crate) name: String,
    /// The repositories and files that the facts are from.
    pub(crate) sources: Vec<String>,
    pub(crate) facts: Vec<String>,
    pub(crate) success: Success,
    pub(crate) failure: Failure,
    pub(crate) cases: Vec<Case>,
}

/// What the client reads from a successful answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Success {
    /// What `Content-Type` must contain for the client to decode the body.
    pub(crate) content_type: Option<String>,
    /// JSON pointers to strings that must not be empty.
    pub(crate) strings: Vec<String>,
    #[serde(default)]
    pub(crate) strings_if_present: Vec<String>,
    #[serde(default)]
    pub(crate) booleans: Vec<String>,
}

/// What the client reads from an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    pub(crate) reads: Reads,
    #[serde(default)]
    pub(crate) strings: Vec<String>,
    #[serde(default)]
    pub(crate) objects: Vec<String>,
}

/// The part of an error that the client reads.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reads {
    Status,
    Json,
}

/// One request of the client.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The path, relative to the URL that the client is configured with.
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// The headers that the browser's preflight lists, if it sends one.
    pub(crate) preflight: Option<Vec<String>>,
    /// The customer id that an authorizer verified, if the case needs one.
    pub(crate) customer: Option<String>,
    /// The body; `null` for none.
    pub(crate) body: Option<Map<String, Value>>,
    /// The members that Connect receives, without those of an empty request.
    pub(crate) received: Value,
    /// The value of `X-Ignored-Members`.
    pub(crate) ignored: Option<String>,
}

impl Case {
    /// Returns the body as text.
    pub(crate) fn text(&self) -> String {
        let body = self.body.clone();
        body.map_or_else(String::new, |body| Value::Object(body).to_string())
    }

    /// Returns the same request with one more member.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut case = self.clone();
        let body = case.body.get_or_insert_default();
        body.insert(name.to_owned(), value.into());
        case
    }
}

/// Returns every client with the name of its file.
pub(crate) fn clients() -> Vec<(String, Client)> {
    let files = std::fs::read_dir(folder("tests/clients")).expect("the folder is there");
    let mut files: Vec<PathBuf> = files
        .map(|file| file.expect("a file").path())
        .filter(|file| file.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    let clients = files.iter().map(|file| {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let name = file.file_stem().expect("a name").display().to_string();
        let client = serde_json::from_str(&text);
        let client: Client = client.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, client)
    });
    clients.collect()
}

/// Returns the client in this file.
pub(crate) fn client(name: &str) -> Client {
    let found = clients().into_iter().find(|(file, _)| file == name);
    found.expect("the client has a file").1
}
