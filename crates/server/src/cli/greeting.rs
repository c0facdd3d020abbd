//! What a starting server says on standard output.

use std::{
    fmt,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use crate::{
    config::{ListenUrl, Wire},
    first_start::NewLogin,
};

/// Facts of a start, shown as a block of text.
#[derive(Clone, Copy)]
pub(super) struct Greeting<'a> {
    /// The listeners with their real ports.
    pub(super) urls: &'a [ListenUrl],
    /// The data folder.
    pub(super) data: &'a Path,
    /// At the first start, the logins it made.
    pub(super) new_logins: &'a [NewLogin],
}

impl Greeting<'_> {
    /// Prints it. Nobody reading is no reason not to serve.
    pub(super) fn print(&self) {
        let mut out = io::stdout().lock();
        if let Err(error) = write!(out, "{self}").and_then(|()| out.flush()) {
            tracing::debug!(%error, "nobody reads standard output");
        }
    }
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Deskwire {}", env!("CARGO_PKG_VERSION"))?;
        for url in self.urls {
            writeln!(f, "  listening  {url}")?;
        }
        writeln!(f, "  data       {}", self.data.display())?;
        if let Some(site) = self.urls.iter().find(|url| url.wire == Wire::Http) {
            let site = from_this_machine(*site);
            writeln!(f)?;
            writeln!(f, "  workbench  {site}/agent/")?;
            writeln!(f, "  demo shop  {site}/demo/")?;
        }
        if !self.new_logins.is_empty() {
            writeln!(f)?;
            writeln!(f, "  This is the first start. Sign in to the workbench as")?;
            for NewLogin { username, password } in self.new_logins {
                writeln!(f, "    {username:<8} {password}")?;
            }
            writeln!(f, "  These passwords are shown this once; note them down or change them.")?;
        }
        Ok(())
    }
}

/// `url` with an address that a browser here can open: one that listens everywhere has none of its own.
fn from_this_machine(mut url: ListenUrl) -> ListenUrl {
    if url.address.ip().is_unspecified() {
        url.address.set_ip(match url.address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(texts: &[&str]) -> Vec<ListenUrl> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn passwords_are_shown_only_when_they_are_new() {
        let login = |username, password: &str| NewLogin { username, password: password.to_owned() };
        let urls = urls(&["http://127.0.0.1:9003", "http://127.0.0.1:9885"]);
        let new_logins = [login("admin", "pa55"), login("agent", "w0rd")];
        let first = Greeting { urls: &urls, data: Path::new("/d"), new_logins: &new_logins };
        let text = first.to_string();
        for part in [
            "  listening  http://127.0.0.1:9003\n",
            "http://127.0.0.1:9885\n",
            "/d\n",
            "  admin    pa55\n",
            "  agent    w0rd\n",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        assert!(!Greeting { new_logins: &[], ..first }.to_string().contains("password"));
    }

    #[test]
    fn pages_are_named_as_a_browser_on_this_machine_opens_them() {
        for (listen, site) in [
            (&["http://127.0.0.1:9003", "http://127.0.0.1:9885"][..], Some("http://127.0.0.1:9003")),
            (&["mqtt://0.0.0.0:1883", "https://0.0.0.0:443"], Some("https://127.0.0.1:443")),
            (&["http://[::]:80"], Some("http://[::1]:80")),
            (&["http://10.0.0.7:80"], Some("http://10.0.0.7:80")),
            (&["stomp://127.0.0.1:61613"], None),
        ] {
            let text = Greeting { urls: &urls(listen), data: Path::new("/d"), new_logins: &[] }.to_string();
            let pages = ["agent", "demo"].map(|page| site.map(|site| format!("{site}/{page}/\n")));
            for page in pages.into_iter().flatten() {
                assert!(text.contains(&page), "{page:?} is missing in\n{text}");
            }
            assert_eq!(text.contains("/agent/"), site.is_some(), "{text}");
        }
    }
}
