//! The names of failures, with the status and the retry rule of each.

/// The name of a failure: `code` over HTTP, `errorType` in Lambda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request is invalid.
    Validation,
    /// The customer has not signed in.
    Unauthorized,
    /// The caller may not make the request.
    Forbidden,
    /// The HTTP method is not `POST`.
    MethodNotAllowed,
    /// The chat to continue has not ended.
    Conflict,
    /// The body is too large.
    PayloadTooLarge,
    /// Connect: `InvalidRequestException` or `InvalidParameterException`.
    InvalidRequest(String),
    /// Connect: there is no such flow, instance or contact.
    ResourceNotFound,
    /// Connect: the instance has as many chats as its quota allows.
    LimitExceeded,
    /// Connect: `TooManyRequestsException` or `ThrottlingException`.
    TooManyRequests(String),
    /// Connect: an error of its own.
    InternalService,
    /// Connect refused the function, under this name.
    Refused(String),
    /// Connect's response cannot be read.
    BadGateway,
    /// Connect cannot be reached.
    ServiceUnavailable,
    /// The chat was started, but its result was not published.
    ResultNotPublished,
    /// The event is older than the deployer allows.
    Expired,
    /// Connect did not respond in time.
    Timeout,
    /// A bug in the function.
    Internal,
}

impl Code {
    /// The code of an error that Connect returned under this name.
    #[must_use]
    pub fn of_connect(name: &str, status: u16) -> Self {
        match name {
            "InvalidRequestException" | "InvalidParameterException" => {
                Self::InvalidRequest(name.to_owned())
            }
            "ResourceNotFoundException" => Self::ResourceNotFound,
            "LimitExceededException" => Self::LimitExceeded,
            "TooManyRequestsException" | "ThrottlingException" => {
                Self::TooManyRequests(name.to_owned())
            }
            "InternalServiceException" => Self::InternalService,
            _ if status >= 500 => Self::ServiceUnavailable,
            "" => Self::BadGateway,
            other => Self::Refused(other.to_owned()),
        }
    }

    /// The name that callers read.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Validation => "ValidationException",
            Self::Unauthorized => "UnauthorizedException",
            Self::Forbidden => "ForbiddenException",
            Self::MethodNotAllowed => "MethodNotAllowedException",
            Self::Conflict => "ConflictException",
            Self::PayloadTooLarge => "PayloadTooLargeException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::LimitExceeded => "LimitExceededException",
            Self::InternalService => "InternalServiceException",
            Self::BadGateway => "BadGatewayException",
            Self::ServiceUnavailable => "ServiceUnavailableException",
            Self::ResultNotPublished => "ResultNotPublishedException",
            Self::Expired => "ExpiredException",
            Self::Timeout => "TimeoutException",
            Self::Internal => "InternalError",
            Self::InvalidRequest(name) | Self::TooManyRequests(name) | Self::Refused(name) => name,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Validation | Self::InvalidRequest(_) | Self::Expired => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::ResourceNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::LimitExceeded | Self::TooManyRequests(_) => 429,
            Self::Internal => 500,
            Self::Refused(_) | Self::BadGateway => 502,
            Self::InternalService | Self::ServiceUnavailable | Self::ResultNotPublished => 503,
            Self::Timeout => 504,
        }
    }

    /// The `Retry-After` header, in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::LimitExceeded => Some(30),
            Self::TooManyRequests(_)
            | Self::InternalService
            | Self::ServiceUnavailable
            | Self::ResultNotPublished => Some(1),
            _ => None,
        }
    }

    /// Returns true if a retry may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Conflict
            | Self::LimitExceeded
            | Self::TooManyRequests(_)
            | Self::InternalService
            | Self::BadGateway
            | Self::ServiceUnavailable
            | Self::ResultNotPublished
            | Self::Timeout
            | Self::Internal => true,
            Self::Validation
            | Self::Expired
            | Self::Unauthorized
            | Self::Forbidden
            | Self::MethodNotAllowed
            | Self::PayloadTooLarge
            | Self::InvalidRequest(_)
            | Self::ResourceNotFound
            | Self::Refused(_) => false,
        }
    }

    /// Returns true if somebody has to act before any chat can start: the failure is
    /// then logged as an error, and else as a warning.
    #[must_use]
    pub fn needs_operator(&self) -> bool {
        *self == Self::ResourceNotFound || self.status() >= 500
    }
}
