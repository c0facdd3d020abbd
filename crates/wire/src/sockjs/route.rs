use super::Transport;

/// Longest session id, in bytes; clients make up ids of 8 to 32.
const MAX_ID: usize = 128;

/// What a path below a base path means (`spec/stomp-sockjs.md` §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// The base path itself: says that SockJS lives here.
    Greeting,
    /// What the server can do.
    Info,
    /// The page of the iframe transports, under any version.
    Iframe,
    /// WebSocket without SockJS's frames.
    RawWebSocket,
    /// Something of a session.
    Session {
        /// The session's id as the client spelled it.
        id: &'a str,
        /// What is asked of it.
        endpoint: Endpoint,
    },
}

/// What is asked of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Both directions at once; the id means nothing.
    WebSocket,
    /// What the server has to say.
    Receive(Transport),
    /// What the client has to say.
    Send(Sender),
}

/// How a client's messages come in over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// As JSON in the body, whatever its type is said to be.
    Xhr,
    /// In the field `d` of a form, or as [`Self::Xhr`] when the body is no form.
    Jsonp,
}

impl<'a> Route<'a> {
    /// Reads what comes behind the base path, without the query string. `None` is answered with 404.
    #[must_use]
    pub fn parse(path: &'a str) -> Option<Self> {
        match path {
            "" | "/" => return Some(Self::Greeting),
            "/info" => return Some(Self::Info),
            "/websocket" => return Some(Self::RawWebSocket),
            _ => {}
        }
        let path = path.strip_prefix('/')?;
        if is_iframe(path) {
            return Some(Self::Iframe);
        }
        // The server part is for load balancers: an id is one session whatever stands before it.
        let (server, path) = path.split_once('/')?;
        let (id, endpoint) = path.split_once('/')?;
        let names = |part: &str| !part.is_empty() && !part.contains('.');
        if !names(server) || !names(id) || id.len() > MAX_ID {
            return None;
        }
        Some(Self::Session { id, endpoint: Endpoint::parse(endpoint)? })
    }

    /// The methods, as the header `Allow` lists them.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Info => "OPTIONS, GET",
            Self::Session { endpoint, .. } => endpoint.allow(),
            Self::Greeting | Self::Iframe | Self::RawWebSocket => "GET",
        }
    }

    /// Whether `method` is one of [`Self::allow`].
    #[must_use]
    pub fn allows(self, method: &str) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method)
    }
}

impl Endpoint {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "websocket" => Self::WebSocket,
            "xhr_send" => Self::Send(Sender::Xhr),
            "jsonp_send" => Self::Send(Sender::Jsonp),
            _ => Self::Receive(Transport::parse(name)?),
        })
    }

    const fn allow(self) -> &'static str {
        match self {
            Self::Receive(Transport::Xhr | Transport::XhrStreaming) | Self::Send(Sender::Xhr) => "OPTIONS, POST",
            Self::Send(Sender::Jsonp) => "POST",
            Self::WebSocket | Self::Receive(Transport::EventSource | Transport::HtmlFile | Transport::Jsonp) => "GET",
        }
    }
}

/// `iframe.html` and its versions; small letters only.
fn is_iframe(name: &str) -> bool {
    let version = name.strip_prefix("iframe").and_then(|rest| rest.strip_suffix(".html"));
    version.is_some_and(|version| {
        version.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase() || b"-._".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn session(id: &str, endpoint: Endpoint) -> Option<Route<'_>> {
        Some(Route::Session { id, endpoint })
    }

    #[test]
    fn what_paths_mean() {
        let xhr = Endpoint::Receive(Transport::Xhr);
        for (path, route) in [
            ("", Some(Route::Greeting)),
            ("/", Some(Route::Greeting)),
            ("/info", Some(Route::Info)),
            ("/websocket", Some(Route::RawWebSocket)),
            ("/iframe.html", Some(Route::Iframe)),
            ("/iframe-.html", Some(Route::Iframe)),
            ("/iframe-0.1.2abc-dirty.2144.html", Some(Route::Iframe)),
            ("/000/abc/xhr", session("abc", xhr)),
            ("/1/%20_-/xhr", session("%20_-", xhr)),
            ("/_/a/xhr_streaming", session("a", Endpoint::Receive(Transport::XhrStreaming))),
            ("/_/a/eventsource", session("a", Endpoint::Receive(Transport::EventSource))),
            ("/_/a/htmlfile", session("a", Endpoint::Receive(Transport::HtmlFile))),
            ("/_/a/jsonp", session("a", Endpoint::Receive(Transport::Jsonp))),
            ("/_/a/xhr_send", session("a", Endpoint::Send(Sender::Xhr))),
            ("/_/a/jsonp_send", session("a", Endpoint::Send(Sender::Jsonp))),
            ("/_/a/websocket", session("a", Endpoint::WebSocket)),
        ] {
            assert_eq!(Route::parse(path), route, "{path}");
        }
    }

    #[test]
    fn what_is_not_found() {
        let long = format!("/0/{}/xhr", "x".repeat(MAX_ID + 1));
        for path in [
            "/a",
            "/a.html",
            "//",
            "///",
            "/a/a",
            "/a/a/",
            "/a/",
            "/info/",
            "/iframe",
            "/iframe.htm",
            "/IFRAME.HTML",
            "/iframe.HTML",
            "/iframe.xml",
            "/iframe-/.html",
            "/iframe-A.html",
            "///xhr",
            "/a./a/xhr",
            "/a/a./xhr",
            "/././xhr",
            "//a/xhr",
            "/a//xhr",
            "/a/a/xhr/",
            "/a/a/xhr/b",
            "/a/a/poll",
            "/a/a/XHR",
            "x",
            "/websocket/",
            &long,
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn methods() {
        for (path, allow) in [
            ("", "GET"),
            ("/info", "OPTIONS, GET"),
            ("/iframe.html", "GET"),
            ("/websocket", "GET"),
            ("/0/a/websocket", "GET"),
            ("/0/a/xhr", "OPTIONS, POST"),
            ("/0/a/xhr_streaming", "OPTIONS, POST"),
            ("/0/a/xhr_send", "OPTIONS, POST"),
            ("/0/a/jsonp_send", "POST"),
            ("/0/a/jsonp", "GET"),
            ("/0/a/htmlfile", "GET"),
            ("/0/a/eventsource", "GET"),
        ] {
            let route = Route::parse(path).unwrap();
            assert_eq!(route.allow(), allow, "{path}");
            for method in ["GET", "POST", "OPTIONS", "PUT", "T"] {
                assert_eq!(route.allows(method), allow.contains(method) && method.len() > 2, "{path} {method}");
            }
        }
    }
}
