//! The headers around SockJS answers (`spec/stomp-sockjs.md` §3.4).

use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};

/// What must not be kept, word by word as the suite wants it.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-store, no-cache, no-transform, must-revalidate, max-age=0");
/// How long what never changes may be kept: a year, in seconds.
const YEAR_S: &str = "31536000";
const YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000");
const YEAR_LENGTH: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The cookie by which load balancers find the node of a session.
const COOKIE: &str = "JSESSIONID";
/// Its value when the client has none.
const NO_VALUE: &str = "dummy";

/// Forbids keeping the answer.
pub(super) fn no_cache(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, NO_CACHE);
}

/// Lets the answer be kept for a year.
pub(super) fn cache_for_a_year(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, YEAR);
    let expires = Timestamp::now()
        .checked_add(YEAR_LENGTH)
        .and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at));
    if let Some(value) = expires.ok().and_then(|expires| HeaderValue::try_from(expires).ok()) {
        headers.insert(header::EXPIRES, value);
    }
}

/// Lets the page that asks read the answer (`spec/stomp-sockjs.md` rule 31).
pub(super) fn for_page(request: &HeaderMap, headers: &mut HeaderMap) {
    match request.get(header::ORIGIN) {
        Some(origin) => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        None => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    headers.insert(header::VARY, HeaderValue::from_name(header::ORIGIN));
}

/// Answers what a browser asks before it sends the page's request.
pub(super) fn preflight(request: &HeaderMap, methods: &'static str, headers: &mut HeaderMap) {
    for_page(request, headers);
    cache_for_a_year(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(YEAR_S));
    if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|wanted| !wanted.is_empty()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
}

/// Sends the cookie back that came, or one to begin with.
pub(super) fn sticky(request: &HeaderMap, headers: &mut HeaderMap) {
    let cookies = request.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let value = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .unwrap_or(NO_VALUE);
    if let Ok(cookie) = HeaderValue::try_from(format!("{COOKIE}={value}; path=/")) {
        headers.insert(header::SET_COOKIE, cookie);
    }
}

/// Keeps proxies from holding a stream back, and browsers from guessing what a script is.
pub(super) fn stream(headers: &mut HeaderMap) {
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(request: &[(HeaderName, &str)], act: impl FnOnce(&HeaderMap, &mut HeaderMap)) -> HeaderMap {
        let request = request.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let mut headers = HeaderMap::new();
        act(&request, &mut headers);
        headers
    }

    fn value(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
        headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn rule_31_the_origin_is_echoed() {
        for (origin, allowed, credentials) in [
            (None, "*", None),
            (Some("https://shop.example"), "https://shop.example", Some("true")),
            (Some("null"), "null", Some("true")),
        ] {
            let request: Vec<_> = origin.map(|origin| (header::ORIGIN, origin)).into_iter().collect();
            let headers = answered(&request, for_page);
            assert_eq!(value(&headers, header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(allowed));
            assert_eq!(value(&headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS), credentials);
        }
    }

    #[test]
    fn asked_headers_are_allowed() {
        for (asked, allowed) in [(None, None), (Some(""), None), (Some("a, b, c"), Some("a, b, c"))] {
            let request: Vec<_> =
                asked.map(|asked| (header::ACCESS_CONTROL_REQUEST_HEADERS, asked)).into_iter().collect();
            let headers = answered(&request, |request, headers| preflight(request, "OPTIONS, POST", headers));
            assert_eq!(value(&headers, header::ACCESS_CONTROL_ALLOW_HEADERS), allowed);
            assert_eq!(value(&headers, header::ACCESS_CONTROL_ALLOW_METHODS), Some("OPTIONS, POST"));
            assert!(value(&headers, header::EXPIRES).unwrap().ends_with(" GMT"));
        }
    }

    #[test]
    fn the_cookie_comes_back() {
        for (sent, expected) in [
            (None, "JSESSIONID=dummy; path=/"),
            (Some("JSESSIONID=abcdef"), "JSESSIONID=abcdef; path=/"),
            (Some("a=b; JSESSIONID=n1.x=y; c=d"), "JSESSIONID=n1.x=y; path=/"),
            (Some("XJSESSIONID=a; JSESSIONIDX=b"), "JSESSIONID=dummy; path=/"),
        ] {
            let request: Vec<_> = sent.map(|sent| (header::COOKIE, sent)).into_iter().collect();
            let headers = answered(&request, sticky);
            assert_eq!(value(&headers, header::SET_COOKIE), Some(expected), "{sent:?}");
        }
    }
}
