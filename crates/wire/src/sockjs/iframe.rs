use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha1::{Digest as _, Sha1};

/// The page that the iframe transports load from the server's own origin (`spec/stomp-sockjs.md` §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IframePage {
    /// The page.
    pub html: String,
    /// Its `ETag`, with the quotes: the same for the same page.
    pub etag: String,
}

impl IframePage {
    /// The page with `library`, the URL of the SockJS client, which has to be the version that the page outside uses.
    #[must_use]
    pub fn new(library: &str) -> Self {
        let html = html(library);
        let etag = format!("\"{}\"", STANDARD_NO_PAD.encode(Sha1::digest(&html)));
        Self { html, etag }
    }
}

fn html(library: &str) -> String {
    let library = library.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        r#"<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="{library}"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_the_library_first() {
        let page = IframePage::new("/sockjs.js?a=1&b=\"");
        let lines: Vec<&str> = page.html.lines().collect();
        assert_eq!(lines.len(), 16);
        assert_eq!(lines[5], "  <script src=\"/sockjs.js?a=1&amp;b=&quot;\"></script>");
        assert_eq!(lines[8], "    SockJS.bootstrap_iframe();");
        assert_eq!(page, IframePage::new("/sockjs.js?a=1&b=\""));
        assert_ne!(page.etag, IframePage::new("/sockjs.js").etag);
    }
}
