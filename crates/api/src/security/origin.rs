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
///
/// # Errors
/// [`ErrorCode::ForbiddenOrigin`]; [`ErrorCode::BadRequest`] when `Host` is there twice or contradicts the address.
pub(crate) async fn require_known_origin(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let host = host(&request)?;
    if app.settings.key.is_none() && app.settings.address.ip().is_loopback() && !host.as_deref().is_some_and(is_local) {
        let error = ApiError::new(ErrorCode::ForbiddenOrigin, "the server is not known by this host name");
        return Err(error.advise("call it 127.0.0.1 or localhost, or set API_KEY"));
    }
    for origin in request.headers().get_all(header::ORIGIN) {
        // What is no text is no page that anybody could have named.
        let known = origin.to_str().is_ok_and(|origin| {
            let of = origin.split_once("://").map(|(_, of)| of);
            let own = of.zip(host.as_deref()).is_some_and(|(of, host)| of.eq_ignore_ascii_case(host));
            own || app.settings.origins.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(origin))
        });
        if !known {
            let error = ApiError::new(ErrorCode::ForbiddenOrigin, "this web page may not use the server");
            return Err(error.advise("name it in CORS_ORIGINS when the server is started"));
        }
    }
    Ok(next.run(request).await)
}

/// What the request calls the server. RFC 9112, section 3.2: one `Host`, and where the address has a host it counts.
fn host(request: &Request) -> Result<Option<String>, ApiError> {
    let bad = |why: &str| ApiError::new(ErrorCode::BadRequest, format!("the header Host {why}"));
    let mut named = request.headers().get_all(header::HOST).iter();
    let first = named.next().map(|host| host.to_str().map_err(|_| bad("is no text"))).transpose()?;
    if named.next().is_some() {
        return Err(bad("is there more than once"));
    }
    match (first, request.uri().authority()) {
        (Some(host), Some(authority)) if !authority.as_str().eq_ignore_ascii_case(host) => {
            Err(bad("is not that of the address"))
        }
        (Some(host), _) => Ok(Some(host.to_owned())),
        (None, authority) => Ok(authority.map(ToString::to_string)),
    }
}

/// Whether a `Host` names this machine by a name that nobody else can point at it.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    // `user@host` is none; neither is more behind the brackets than a port.
    let is_whole =
        !host.contains('@') && host.split_once(']').is_none_or(|(_, port)| port.is_empty() || port.starts_with(':'));
    let is_this_machine = |address: std::net::IpAddr| address.is_loopback();
    is_whole && (name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(is_this_machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "localhost:3004", "127.0.0.1:3004", "[::1]:3004", "LOCALHOST", "127.0.0.2"] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "evil@127.0.0.1",
            "[::1]evil",
            "evil.example",
            "localhost.evil.example:3004",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]:3004",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
