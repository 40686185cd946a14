//! Requests from public reports, guides and other people's handlers, each with its source.
//!
//! The files in `reports/` hold the facts of a source in our own words: what a client sends, and
//! the right answer. Each report goes to all three kinds of API.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use local_aws::LocalAws;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{APIS, ORIGIN, options};
use support::http::{Answer, call};
use support::{expected, folder, split_token, start, starts};

/// What one source reports.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    name: String,
    /// The address of the issue, file or page.
    source: String,
    /// The settings of the deployment.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// The claims that an authorizer verified.
    claims: Option<Value>,
    /// The request's headers besides `Origin`.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The headers that the preflight asks for, if the report is about one.
    preflight: Option<Vec<String>>,
    /// The body: an object, or text that is sent as it is.
    #[serde(default)]
    body: Value,
    /// The number of chats that the request starts if it is sent twice.
    chats_if_sent_twice: Option<usize>,
    answer: Right,
}

/// The right answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    status: u16,
    /// The members that Connect receives, without those of an empty request.
    received: Option<Value>,
    /// The pointers of the errors.
    #[serde(default)]
    errors: Vec<String>,
    /// Headers of the answer.
    #[serde(default)]
    headers: Map<String, Value>,
}

impl Report {
    fn text(&self) -> String {
        match &self.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            object => object.to_string(),
        }
    }

    async fn send(&self, aws: &LocalAws, api: &str) -> Answer {
        let claims = self.claims.as_ref().map(Value::to_string);
        let claims = claims.iter().map(|json| ("X-Local-Claims", json.as_str()));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let origin = (!self.headers.contains_key("Origin")).then_some(("Origin", ORIGIN));
        let headers: Vec<_> = own.chain(claims).chain(origin).collect();
        call(aws, Method::POST, api, &headers, self.text()).await
    }

    /// Sends the report's preflight. Returns whether a browser would go on.
    async fn preflight(&self, aws: &LocalAws, api: &str, asked: &[String]) -> bool {
        let asked = asked.join(",");
        let headers = [
            ("Origin", ORIGIN),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", asked.as_str()),
        ];
        let answer = call(aws, Method::OPTIONS, api, &headers, "").await;
        assert_eq!(answer.status, 204, "{}", self.name);
        let allowed = answer.header("access-control-allow-headers").unwrap_or_default();
        let allowed: Vec<String> =
            allowed.split(',').map(|name| name.trim().to_lowercase()).collect();
        asked.split(',').all(|name| allowed.iter().any(|one| one == name))
    }

    async fn check(&self, aws: &LocalAws, api: &str) {
        let at = format!("{}, {api}", self.name);
        if let Some(asked) = &self.preflight {
            let goes_on = self.preflight(aws, api, asked).await;
            assert_eq!(goes_on, self.answer.status == 200, "{at}");
            return;
        }
        aws.connect().forget_requests();
        let before = aws.connect().chats();
        let answer = self.send(aws, api).await;
        self.answer.check(aws, &answer, &at);
        if let Some(chats) = self.chats_if_sent_twice {
            let again = self.send(aws, api).await;
            let ids = BTreeSet::from([answer.contact_id(), again.contact_id()]);
            assert_eq!(ids.len(), chats, "{at}");
            let started = aws.connect().chats() - before;
            // A token that never changes brings back the chat of the API before, too.
            assert!(started == chats || (chats == 1 && started == 0), "{at}: {started}");
        }
    }
}

impl Right {
    fn check(&self, aws: &LocalAws, answer: &Answer, at: &str) {
        let json = answer.json();
        assert_eq!(answer.status, self.status, "{at}: {json}");
        for (name, value) in &self.headers {
            assert_eq!(answer.header(name), value.as_str(), "{at}: {name}");
        }
        let ignored = self.headers.get("x-ignored-members").and_then(Value::as_str);
        assert_eq!(answer.header("x-ignored-members"), ignored, "{at}");
        let pointers = json["errors"].as_array().into_iter().flatten();
        let pointers: Vec<&str> =
            pointers.map(|error| error["pointer"].as_str().unwrap_or_default()).collect();
        assert_eq!(pointers, self.errors, "{at}: {json}");
        let mut received: Vec<Value> =
            starts(aws).into_iter().map(|request| split_token(request).0).collect();
        let right = self.received.as_ref().map(expected);
        assert!(received.len() <= 1, "{at}: {received:?}");
        assert_eq!(received.pop(), right, "{at}");
    }
}

/// Returns the reports of every file, with the name of the file.
fn reports() -> Vec<(String, Report)> {
    let files = std::fs::read_dir(folder("tests/clients/reports")).expect("the folder is there");
    let files = files.map(|file| file.expect("a file").path());
    let reports = files.flat_map(|path| {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let name = path.display().to_string();
        let reports = serde_json::from_str(&text);
        let reports: Vec<Report> = reports.unwrap_or_else(|error| panic!("{name}: {error}"));
        reports.into_iter().map(move |report| (name.clone(), report))
    });
    reports.collect()
}

#[tokio::test]
async fn every_public_report_gets_its_right_answer() {
    let mut deployments = BTreeMap::new();
    for (_, report) in reports() {
        deployments.entry(report.settings.clone()).or_insert_with(Vec::new).push(report);
    }
    for (settings, reports) in deployments {
        let settings = settings.iter();
        let options = settings.fold(options(), |options, (name, value)| options.env(name, value));
        let aws = start(options).await;
        for report in reports {
            for api in APIS {
                report.check(&aws, api).await;
            }
        }
    }
}

#[test]
fn every_report_has_a_source_and_a_right_answer() {
    let reports = reports();
    assert!(reports.len() >= 40, "only {} reports", reports.len());
    let mut names = BTreeSet::new();
    for (file, report) in reports {
        let at = format!("{file}, {}", report.name);
        let source = report.source.strip_prefix("https://");
        let page = source.and_then(|source| source.split_once('/')).map(|(_, path)| path);
        assert!(page.is_some_and(|path| !path.is_empty()), "{at}: {}", report.source);
        assert!(names.insert(report.name), "{at} is there twice");
        let starts = report.answer.status == 200 && report.preflight.is_none();
        assert_eq!(report.answer.received.is_some(), starts, "{at}");
    }
}
