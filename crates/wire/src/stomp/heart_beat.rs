use super::message_id::write_decimal;

/// What one end proposes in the `heart-beat` header of CONNECT or CONNECTED, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeartBeat {
    /// The shortest interval at which the sender of the header can send; 0 when it cannot.
    pub can_send: u32,
    /// The interval at which it would like to receive; 0 when it does not care.
    pub wants: u32,
}

impl HeartBeat {
    /// Reads a header value such as `10000,10000`. Anything else counts as `0,0`: a client with a broken proposal is
    /// better served without heart-beats than not at all.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        let number = |text: &str| text.trim().parse().ok();
        value
            .split_once(',')
            .and_then(|(send, want)| Some(Self { can_send: number(send)?, wants: number(want)? }))
            .unwrap_or_default()
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        write_decimal(out, u64::from(self.can_send));
        out.push(b',');
        write_decimal(out, u64::from(self.wants));
    }
}
