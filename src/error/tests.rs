use super::*;

const MESSAGE: &str = "Connect's message";

fn service(name: &str, status: u16) -> Error {
    Error::Connect(ConnectError::Service {
        name: name.to_owned(),
        status,
        message: Some(MESSAGE.to_owned()),
        cause: Some(MESSAGE.to_owned()),
    })
}

fn unavailable() -> Error {
    Error::Connect(ConnectError::Unavailable { cause: MESSAGE.to_owned() })
}

/// Each failure, its status, its code, `Retry-After` and whether a retry may succeed.
#[test]
fn every_failure_has_its_status_and_code() {
    let contact = || PolicyError::Contact(ContactRefusal::Unknown).into();
    let origin = || PolicyError::origin("https://a.example").into();
    for (error, status, code, seconds, is_transient) in [
        (PayloadError::NotUtf8.into(), 400, "ValidationException", None, false),
        (PolicyError::Unauthorized.into(), 401, "UnauthorizedException", None, false),
        (contact(), 403, "ForbiddenException", None, false),
        (origin(), 403, "ForbiddenException", None, false),
        (PayloadError::MethodNotAllowed.into(), 405, "MethodNotAllowedException", None, false),
        (
            PolicyError::Contact(ContactRefusal::StillActive).into(),
            409,
            "ConflictException",
            None,
            true,
        ),
        (PayloadError::TooLarge.into(), 413, "PayloadTooLargeException", None, false),
        (service("InvalidRequestException", 400), 400, "InvalidRequestException", None, false),
        (service("InvalidParameterException", 400), 400, "InvalidParameterException", None, false),
        (service("ResourceNotFoundException", 404), 404, "ResourceNotFoundException", None, false),
        (service("LimitExceededException", 429), 429, "LimitExceededException", Some(30), true),
        (service("TooManyRequestsException", 429), 429, "TooManyRequestsException", Some(1), true),
        (service("ThrottlingException", 400), 429, "ThrottlingException", Some(1), true),
        (service("AccessDeniedException", 403), 502, "AccessDeniedException", None, false),
        (service("Other", 400), 502, "Other", None, false),
        (service("", 400), 502, "BadGatewayException", None, true),
        (ConnectError::Unreadable.into(), 502, "BadGatewayException", None, true),
        (service("InternalServiceException", 500), 503, "InternalServiceException", Some(1), true),
        (service("Other", 500), 503, "ServiceUnavailableException", Some(1), true),
        (unavailable(), 503, "ServiceUnavailableException", Some(1), true),
        (Error::Timeout, 504, "TimeoutException", None, true),
        (Error::Panic, 500, "InternalError", None, true),
    ] {
        let response = error.response();
        assert_eq!((response.code.status(), response.code.name()), (status, code), "{error:?}");
        assert_eq!(response.code.retry_after(), seconds, "{error:?}");
        assert_eq!(response.code.is_transient(), is_transient, "{error:?}");
        let is_passed_on = status == 400 && code != "ValidationException";
        assert_eq!(response.detail.contains(MESSAGE), is_passed_on, "{error:?}");
        assert_eq!(response.code.needs_operator(), status >= 500 || status == 404, "{error:?}");
    }
}

/// The errors of a large batch are discarded.
#[test]
fn a_sentence_points_to_errors_only_if_there_are_any() {
    let errors = || FieldErrors::from(FieldError::at("/a", "is bad"));
    for mut error in [
        Error::from(ValidationError { errors: errors(), ignored: String::new() }),
        PolicyError::Invalid(errors()).into(),
        PolicyError::Forbidden(errors()).into(),
    ] {
        assert!(error.response().detail.contains("errors"), "{error:?}");
        error.discard_field_errors();
        assert!(!error.response().detail.contains("errors"), "{error:?}");
    }
}
