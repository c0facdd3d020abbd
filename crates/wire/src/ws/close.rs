use super::Error;

/// The status code of a close frame (RFC 6455 §7.4): always one that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server shuts down, or the browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke RFC 6455.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a kind of data that this endpoint does not take.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1007: data that does not fit its kind, such as text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// 1008: a message that breaks this endpoint's rules.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009: a message above this endpoint's limit.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// 1011: the server cannot go on for a reason of its own.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the server restarts, reconnect after a while (IANA registry).
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013: the server is overloaded, try again later (IANA registry).
    pub const TRY_AGAIN_LATER: Self = Self(1013);

    /// `code` if it may appear in a close frame: a registered one, or one for libraries and applications (3000 to
    /// 4999). 1005, 1006 and 1015 only report what happened and are never sent (RFC 6455 §7.4.1, §7.4.2).
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The code as a number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// What a close frame with a status code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    /// The status code.
    pub code: CloseCode,
    /// For logs, not for users; at most 123 bytes.
    pub reason: String,
}

impl CloseFrame {
    /// Reads the payload of a close frame; `None` if it is empty (RFC 6455 §5.5.1).
    pub(super) fn parse(payload: &[u8]) -> Result<Option<Self>, Error> {
        match payload {
            [] => Ok(None),
            [_] => Err(Error::CloseCodeCut),
            [high, low, reason @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                let code = CloseCode::new(code).ok_or(Error::CloseCodeInvalid(code))?;
                let reason = std::str::from_utf8(reason).map_err(|_| Error::CloseReasonNotUtf8)?;
                Ok(Some(Self { code, reason: reason.to_owned() }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_may_be_sent_are_taken() {
        let allowed = (0..=u16::MAX).filter(|code| CloseCode::new(*code).is_some());
        let expected = (1000..=1003).chain(1007..=1014).chain(3000..=4999);
        assert!(allowed.eq(expected));
    }

    #[test]
    fn reads_code_and_reason() {
        let frame = CloseFrame::parse(b"\x0b\xb8Go away!");
        let code = CloseCode::new(3000).unwrap();
        assert_eq!(frame, Ok(Some(CloseFrame { code, reason: "Go away!".into() })));
        assert_eq!(CloseFrame::parse(b""), Ok(None));
    }

    #[test]
    fn refuses_broken_payloads() {
        let cases: [(&[u8], Error); 3] = [
            (b"\x03", Error::CloseCodeCut),
            (b"\x03\xed", Error::CloseCodeInvalid(1005)),
            (b"\x03\xe8\xff", Error::CloseReasonNotUtf8),
        ];
        for (payload, error) in cases {
            assert_eq!(CloseFrame::parse(payload), Err(error));
        }
    }
}
