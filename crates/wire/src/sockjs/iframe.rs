/// The page that the iframe transports load from the server's own origin. `library` is the URL of the SockJS client,
/// which has to be the version that the page outside uses (`spec/stomp-sockjs.md` §3.3).
#[must_use]
pub fn iframe_page(library: &str) -> String {
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
        let page = iframe_page("/sockjs.js?a=1&b=\"");
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines.len(), 16);
        assert_eq!(lines[5], "  <script src=\"/sockjs.js?a=1&amp;b=&quot;\"></script>");
        assert_eq!(lines[8], "    SockJS.bootstrap_iframe();");
    }
}
