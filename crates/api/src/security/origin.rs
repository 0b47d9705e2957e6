//! Web pages: which of them may use the server.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Lets the pages of `origins` use the server; `*` is all.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    let headers = ["x-api-key", "content-type", "accept", "prefer", "last-event-id", "x-request-id"];
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::PUT, Method::POST, Method::DELETE])
        .allow_headers(headers.map(HeaderName::from_static))
        .expose_headers(
            ["location", "x-request-id", "content-disposition", "x-total", "x-next-cursor"]
                .map(HeaderName::from_static),
        )
}

/// Refuses what another web page makes a browser send. A browser sends some requests without asking first, and a name that its owner
/// points at this address makes the page one of the server's own: the names are looked at, too, where nothing but the address
/// keeps others away.
pub(crate) async fn require_known_origin(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let host = host(&request);
    if app.settings.key.is_none() && app.settings.address.ip().is_loopback() && !host.as_deref().is_some_and(is_local) {
        let error = ApiError::new(ErrorCode::ForbiddenOrigin, "the server is not known by this host name");
        return Err(error.advise("call it 127.0.0.1 or localhost, or set API_KEY"));
    }
    if let Some(origin) = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) {
        let own =
            host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(&host)));
        let known = app.settings.origins.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(origin));
        if !own && !known {
            let error = ApiError::new(ErrorCode::ForbiddenOrigin, "this web page may not use the server");
            return Err(error.advise("name it in CORS_ORIGINS when the server is started"));
        }
    }
    Ok(next.run(request).await)
}

/// What the request calls the server.
fn host(request: &Request) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.map(str::to_owned).or_else(|| request.uri().authority().map(ToString::to_string))
}

/// Whether a `Host` names this machine by a name that nobody else can point at it.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "localhost:3004", "127.0.0.1:3004", "[::1]:3004", "LOCALHOST", "127.0.0.2"] {
            assert!(is_local(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example:3004", "127.0.0.1.evil.example", "10.0.0.1", "[::2]:3004"]
        {
            assert!(!is_local(host), "{host}");
        }
    }
}
