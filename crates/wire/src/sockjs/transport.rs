use super::{Callback, put_element};

/// Bytes of `h` before the first frame of `xhr_streaming`; clients check (`spec/stomp-sockjs.md` rule 25).
const XHR_PRELUDE: usize = 2048;
/// Browsers show nothing of an HTML page before they have about a kibibyte of it.
const HTML_PRELUDE: usize = 1025;

/// A way for frames to the client over HTTP (`spec/stomp-sockjs.md` §3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A response with one frame.
    Xhr,
    /// A response with a frame per line.
    XhrStreaming,
    /// Server-sent events.
    EventSource,
    /// A page that never ends, with a script element per frame.
    HtmlFile,
    /// A script that calls a function with one frame.
    Jsonp,
}

impl Transport {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "xhr" => Self::Xhr,
            "xhr_streaming" => Self::XhrStreaming,
            "eventsource" => Self::EventSource,
            "htmlfile" => Self::HtmlFile,
            "jsonp" => Self::Jsonp,
            _ => return None,
        })
    }

    /// Whether a response ends with its first frame.
    #[must_use]
    pub const fn is_polling(self) -> bool {
        matches!(self, Self::Xhr | Self::Jsonp)
    }

    /// Whether a request must name a [`Callback`].
    #[must_use]
    pub const fn needs_callback(self) -> bool {
        matches!(self, Self::HtmlFile | Self::Jsonp)
    }

    /// The `Content-Type` of responses.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xhr | Self::XhrStreaming | Self::Jsonp => "application/javascript; charset=UTF-8",
            Self::EventSource => "text/event-stream",
            Self::HtmlFile => "text/html; charset=UTF-8",
        }
    }

    /// Appends what a response begins with, before its first frame; nothing for those that poll.
    pub fn put_prelude(self, out: &mut Vec<u8>, callback: Option<&Callback>) {
        match self {
            Self::Xhr | Self::Jsonp => {}
            Self::XhrStreaming => {
                out.resize(out.len() + XHR_PRELUDE, b'h');
                out.push(b'\n');
            }
            Self::EventSource => out.extend_from_slice(b"\r\n"),
            Self::HtmlFile => {
                let start = out.len();
                out.extend_from_slice(html_head(&name(callback)).as_bytes());
                out.resize(out.len().max(start + HTML_PRELUDE), b' ');
                out.extend_from_slice(b"\r\n\r\n");
            }
        }
    }

    /// Appends `frame` as this transport wraps it.
    pub fn put_frame(self, out: &mut Vec<u8>, frame: &[u8], callback: Option<&Callback>) {
        match self {
            Self::Xhr | Self::XhrStreaming => {
                out.extend_from_slice(frame);
                out.push(b'\n');
            }
            Self::EventSource => {
                out.extend_from_slice(b"data: ");
                put_uri_escaped(out, frame);
                out.extend_from_slice(b"\r\n\r\n");
            }
            Self::HtmlFile => {
                out.extend_from_slice(b"<script>\np(");
                put_script_string(out, frame);
                out.extend_from_slice(b");\n</script>\r\n");
            }
            Self::Jsonp => {
                out.extend_from_slice(b"/**/");
                out.extend_from_slice(name(callback).as_bytes());
                out.push(b'(');
                put_script_string(out, frame);
                out.extend_from_slice(b");\r\n");
            }
        }
    }
}

fn name(callback: Option<&Callback>) -> String {
    callback.map(ToString::to_string).unwrap_or_default()
}

fn html_head(callback: &str) -> String {
    format!(
        r#"<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.{callback};
    c.start();
    function p(d) {{c.message(d);}};
    window.onload = function() {{c.stop();}};
  </script>
"#
    )
}

/// Clients run a URI decoder over the data of an event (`spec/stomp-sockjs.md` rule 27). Line ends, which would end the
/// event, are escaped in JSON already.
fn put_uri_escaped(out: &mut Vec<u8>, frame: &[u8]) {
    let mut parts = frame.split(|byte| *byte == b'%');
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        out.extend_from_slice(b"%25");
        out.extend_from_slice(part);
    }
}

/// Appends `frame` as a string of a script. No `<` is left in it, or a message could end the script element.
fn put_script_string(out: &mut Vec<u8>, frame: &[u8]) {
    let start = out.len();
    put_element(out, frame);
    if !out[start..].contains(&b'<') {
        return;
    }
    let string = out.split_off(start);
    let mut parts = string.split(|byte| *byte == b'<');
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        out.extend_from_slice(b"\\u003c");
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback() -> Callback {
        Callback::from_query("c=callback").unwrap()
    }

    fn frame(transport: Transport, frame: &str) -> String {
        let mut out = Vec::new();
        transport.put_frame(&mut out, frame.as_bytes(), Some(&callback()));
        String::from_utf8(out).unwrap()
    }

    fn prelude(transport: Transport) -> String {
        let mut out = Vec::new();
        transport.put_prelude(&mut out, Some(&callback()));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn frames_are_wrapped() {
        for (transport, wrapped) in [
            (Transport::Xhr, "a[\"100% <b>\"]\n"),
            (Transport::XhrStreaming, "a[\"100% <b>\"]\n"),
            (Transport::EventSource, "data: a[\"100%25 <b>\"]\r\n\r\n"),
            (Transport::HtmlFile, "<script>\np(\"a[\\\"100% \\u003cb>\\\"]\");\n</script>\r\n"),
            (Transport::Jsonp, "/**/callback(\"a[\\\"100% \\u003cb>\\\"]\");\r\n"),
        ] {
            assert_eq!(frame(transport, "a[\"100% <b>\"]"), wrapped);
        }
    }

    #[test]
    fn no_message_ends_the_script() {
        let wrapped = frame(Transport::HtmlFile, "a[\"</script><script>alert(1)//\"]");
        assert_eq!(wrapped.matches('<').count(), 2, "{wrapped}");
    }

    #[test]
    fn preludes() {
        assert_eq!(prelude(Transport::Xhr), "");
        assert_eq!(prelude(Transport::Jsonp), "");
        assert_eq!(prelude(Transport::XhrStreaming), "h".repeat(2048) + "\n");
        assert_eq!(prelude(Transport::EventSource), "\r\n");
        let page = prelude(Transport::HtmlFile);
        assert!(page.len() > 1024);
        assert!(page.contains("\n    var c = parent.callback;\n    c.start();\n"), "{page}");
        assert!(page.trim_end().ends_with("function() {c.stop();};\n  </script>"), "{page}");
    }
}
