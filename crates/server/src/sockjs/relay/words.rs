//! What nodes say to each other about sessions: a line of JSON, and bytes behind it as they are.

use std::net::IpAddr;

use bytes::Bytes;
use deskwire_model::{Principal, Role, Uid};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::sockjs::Owner;

/// What a question begins with, to be told from what else nodes ask each other.
const MARK: u8 = b'S';

/// What is asked of the home of a session. A ticket is the asker's own number for a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Question {
    /// Let a response receive from this session.
    Receive { name: String, owner: Whose, ticket: u64 },
    /// Say what comes next, and `Nothing` if it does not come for so long. Counted from 1.
    Next { ticket: u64, number: u64, wait_ms: u64 },
    /// The response has ended in the ordinary way.
    Finish { ticket: u64 },
    /// The response was broken off, or something of it was lost.
    Abort { ticket: u64 },
    /// Take the messages that stand behind this.
    Send { name: String, owner: Whose },
}

/// What the home of a session answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// A frame stands behind this, or a part of it if there is `more`.
    Frame { last: bool, more: bool },
    /// There is nothing to say yet.
    Nothing,
    /// Done.
    Taken,
    /// There is no such session, or it is over.
    Unknown,
    /// The session is somebody else's.
    Foreign,
    /// Another request receives.
    Busy,
    /// The session takes no more messages.
    Full,
}

/// An [`Owner`] in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Whose {
    User { org: Uid, uid: Uid, role: Role },
    Address(Option<IpAddr>),
}

impl From<&Owner> for Whose {
    fn from(owner: &Owner) -> Self {
        match owner {
            Owner::Principal(Principal { org, uid, role }) => {
                Self::User { org: org.clone(), uid: uid.clone(), role: *role }
            }
            Owner::Address(address) => Self::Address(*address),
        }
    }
}

impl From<Whose> for Owner {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::User { org, uid, role } => Self::Principal(Principal { org, uid, role }),
            Whose::Address(address) => Self::Address(address),
        }
    }
}

/// Whether `request` is one of these questions.
pub(super) fn is_question(request: &[u8]) -> bool {
    request.first() == Some(&MARK)
}

/// `question`, with `body` behind it.
pub(super) fn put_question(question: &Question, body: &[u8]) -> Bytes {
    put(vec![MARK], question, body)
}

/// The question in `request` and what stands behind it; none if this release does not know it.
pub(super) fn take_question(request: &Bytes) -> Option<(Question, Bytes)> {
    take(&request.slice(1..))
}

/// `answer`, with `body` behind it.
pub(super) fn put_answer(answer: Answer, body: &[u8]) -> Bytes {
    put(Vec::new(), &answer, body)
}

/// The answer and what stands behind it; none if this release does not know it.
pub(super) fn take_answer(answer: &Bytes) -> Option<(Answer, Bytes)> {
    take(answer)
}

fn put(mut out: Vec<u8>, head: &impl Serialize, body: &[u8]) -> Bytes {
    // Text has no breaks in JSON, and plain data is always written: else nobody understands it, which is told.
    if let Ok(head) = serde_json::to_vec(head) {
        out.reserve_exact(head.len() + 1 + body.len());
        out.extend_from_slice(&head);
        out.push(b'\n');
        out.extend_from_slice(body);
    }
    out.into()
}

fn take<T: DeserializeOwned>(words: &Bytes) -> Option<(T, Bytes)> {
    let end = words.iter().position(|byte| *byte == b'\n')?;
    let head = serde_json::from_slice(&words[..end]).ok()?;
    Some((head, words.slice(end + 1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_understood_as_they_were_asked() {
        let user = Whose::User { org: Uid::new("o").unwrap(), uid: Uid::new("u").unwrap(), role: Role::Visitor };
        for owner in [user, Whose::Address(None), Whose::Address(Some([127, 0, 0, 1].into()))] {
            assert_eq!(Whose::from(&Owner::from(owner.clone())), owner);
            let question = Question::Send { name: "/base/a\nb".to_owned(), owner };
            let request = put_question(&question, b"[\"a\\n\"]\n");
            assert!(is_question(&request));
            assert_eq!(take_question(&request), Some((question, Bytes::from_static(b"[\"a\\n\"]\n"))));
        }
        let answer = Answer::Frame { last: false, more: true };
        assert_eq!(take_answer(&put_answer(answer, b"\n")), Some((answer, Bytes::from_static(b"\n"))));
    }

    #[test]
    fn what_is_not_known_is_none() {
        for bad in ["S", "S\n", "S{}\n", "S{\"Sing\":{}}\n", "S{\"Finish\":{\"ticket\":1}}"] {
            assert_eq!(take_question(&Bytes::from(bad)), None, "{bad}");
        }
        assert!(!is_question(b"") && !is_question(b"{\"End\":{}}"));
        assert_eq!(take_answer(&Bytes::new()), None);
    }
}
