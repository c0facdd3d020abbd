//! What a starting server says on standard output.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
};

use crate::config::ListenUrl;

/// The login that the first start makes. Its password is stored as a hash only: this is the one time it can be shown.
#[derive(Clone, Copy)]
pub(super) struct FirstLogin<'a> {
    /// The user name.
    pub(super) name: &'a str,
    /// The generated password.
    pub(super) password: &'a str,
}

/// Facts of a start, shown as a block of text.
#[derive(Clone, Copy)]
pub(super) struct Greeting<'a> {
    /// The listeners with their real ports.
    pub(super) urls: &'a [ListenUrl],
    /// The data folder.
    pub(super) data: &'a Path,
    /// At the first start, the login it made.
    pub(super) first_login: Option<FirstLogin<'a>>,
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
        if let Some(FirstLogin { name, password }) = self.first_login {
            writeln!(f)?;
            writeln!(f, "  This is the first start. Log in with")?;
            writeln!(f, "    user name  {name}")?;
            writeln!(f, "    password   {password}")?;
            writeln!(f, "  The password is shown this once; note it down or change it.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_shown_only_when_it_is_new() {
        let urls = [ListenUrl::local_http(9003), ListenUrl::local_http(9885)];
        let login = FirstLogin { name: "admin", password: "pa55" };
        let first = Greeting { urls: &urls, data: Path::new("/d"), first_login: Some(login) };
        let text = first.to_string();
        for part in ["  listening  http://127.0.0.1:9003\n", "http://127.0.0.1:9885\n", "/d\n", "  admin\n", "  pa55\n"]
        {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        assert!(!Greeting { first_login: None, ..first }.to_string().contains("password"));
    }
}
