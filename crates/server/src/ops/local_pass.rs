//! What a running server leaves in its data folder for programs of the same machine: where it listens, and a pass that lets
//! them look at it. The folder is private, so whoever can read it may do more than that anyway.

use std::{
    fmt::{self, Write as _},
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::config::ListenUrl;

/// The file; it is there while a server runs, and after a kill.
const FILE: &str = "deskwire.run";
const PASS_BYTES: usize = 32;

/// Lets its holder look at this process, and nothing else; another one is drawn at each start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LocalPass(String);

impl LocalPass {
    /// The header that it is shown in.
    pub(crate) const HEADER: &str = "x-deskwire-pass";

    /// A fresh one.
    ///
    /// # Errors
    /// When the system has no random numbers to give.
    pub(crate) fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; PASS_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.iter().fold(String::with_capacity(2 * PASS_BYTES), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })))
    }

    /// Whether it is the one that was shown.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
    }

    /// The pass itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LocalPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalPass(********)")
    }
}

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    /// Where it listens, with the real ports.
    pub(crate) listeners: Vec<ListenUrl>,
    pub(crate) pass: LocalPass,
}

impl Running {
    /// Writes the file (mode 0600) into the data folder.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join("deskwire.run.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        fs::rename(draft, folder.join(FILE))
    }

    /// Reads the file in the data folder.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when no server runs there; [`io::ErrorKind::InvalidData`], and those of the file system.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join(FILE))?)?)
    }

    /// Removes the file, as the server has ended.
    pub(crate) fn remove(folder: &Path) {
        if let Err(error) = fs::remove_file(folder.join(FILE)) {
            tracing::debug!(%error, "what names the running server stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_left_in_the_folder_is_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Running::read(folder.path()).unwrap_err().kind(), io::ErrorKind::NotFound);
        let running = Running { listeners: vec![ListenUrl::local_http(9003)], pass: LocalPass::draw().unwrap() };
        running.write(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let read = Running::read(folder.path()).unwrap();
        assert_eq!((&read.listeners, &read.pass), (&running.listeners, &running.pass));
        Running::remove(folder.path());
        assert!(Running::read(folder.path()).is_err());
    }

    #[test]
    fn passes_differ_and_are_not_shown() {
        let (one, two) = (LocalPass::draw().unwrap(), LocalPass::draw().unwrap());
        assert!(one.is(one.expose().as_bytes()) && !one.is(two.expose().as_bytes()) && !one.is(b""));
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
