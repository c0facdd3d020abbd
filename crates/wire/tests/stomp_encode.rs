//! The exact bytes of the frames that we send.

use deskwire_wire::stomp::{
    AckId, Command, FrameWriter, HeartBeat, MessageId, SubscriptionKey, Version, client, server,
};

fn text(encode: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    encode(&mut out);
    String::from_utf8(out).expect("frames of text only")
}

const MESSAGE_ID: MessageId = MessageId { source: 12, number: 345 };

const MESSAGE: server::Message<'_> = server::Message {
    destination: "/topic/a",
    content_type: Some("application/json"),
    headers: &[],
    subscription: Some("sub-0"),
    message_id: MESSAGE_ID,
    ack: None,
    body: b"{}",
};

#[test]
fn rule_1_connected_has_version_and_heart_beat() {
    let connected = server::Connected {
        version: Version::V11,
        heart_beat: HeartBeat::default(),
        session: None,
        server: None,
        user_name: None,
    };
    assert_eq!(text(|out| connected.encode(out)), "CONNECTED\nversion:1.1\nheart-beat:0,0\n\n\0");
    let connected = server::Connected {
        version: Version::V12,
        heart_beat: HeartBeat { can_send: 10_000, wants: 5000 },
        session: Some("s1"),
        server: Some("deskwire/1"),
        user_name: Some("a:b\\c\nd"),
    };
    assert_eq!(
        text(|out| connected.encode(out)),
        "CONNECTED\nversion:1.2\nheart-beat:10000,5000\nsession:s1\nserver:deskwire/1\n\
         user-name:a:b\\c d\n\n\0"
    );
}

#[test]
fn rule_8_heart_beat_is_one_line_feed() {
    assert_eq!(server::HEART_BEAT, b"\n");
}

#[test]
fn message_headers_have_springs_order() {
    let message = server::Message {
        headers: &[("x", "1"), ("y:z", "a\nb")],
        ack: Some(AckId { message: MESSAGE_ID, subscription: SubscriptionKey(0) }),
        ..MESSAGE
    };
    assert_eq!(
        text(|out| message.encode(Version::V12, out)),
        "MESSAGE\ndestination:/topic/a\ncontent-type:application/json\nx:1\ny\\cz:a\\nb\n\
         subscription:sub-0\nmessage-id:12-345\nack:12-345-0\ncontent-length:2\n\n{}\0"
    );
}

#[test]
fn message_head_is_the_message_without_body_and_nul() {
    let head = text(|out| MESSAGE.encode_head(Version::V12, out));
    let whole = text(|out| MESSAGE.encode(Version::V12, out));
    assert_eq!(format!("{head}{{}}\0"), whole);
}

#[test]
fn message_without_subscription_id_on_1_0() {
    let message = server::Message { subscription: None, content_type: None, body: b"", ..MESSAGE };
    assert_eq!(
        text(|out| message.encode(Version::V10, out)),
        "MESSAGE\ndestination:/topic/a\nmessage-id:12-345\ncontent-length:0\n\n\0"
    );
}

#[test]
fn rule_22_content_length_counts_octets() {
    let message = server::Message { body: "你好".as_bytes(), ..MESSAGE };
    assert!(text(|out| message.encode(Version::V12, out)).contains("\ncontent-length:6\n\n你好\0"));
}

#[test]
fn a_senders_headers_cannot_take_the_servers_place() {
    let forged = [
        ("message-id", "forged"),
        ("subscription", "forged"),
        (" ack ", "forged"),
        ("receipt", "forged"),
        ("transaction", "forged"),
        ("user-name", "forged"),
        ("content-length", "forged"),
        ("", "forged"),
    ];
    let message = server::Message { headers: &forged, ..MESSAGE };
    for version in [Version::V10, Version::V11, Version::V12] {
        assert!(!text(|out| message.encode(version, out)).contains("forged"));
    }
}

#[test]
fn no_value_can_start_a_line_of_its_own() {
    for version in [Version::V10, Version::V11, Version::V12] {
        let message = server::Message {
            destination: "/a\nmessage-id:1\0\r",
            headers: &[("n\nack:1\r\0", "v\nack:1\r\0")],
            ..MESSAGE
        };
        let frame = text(|out| message.encode(version, out));
        assert_eq!(frame.matches('\n').count(), 8, "{frame:?}");
        assert_eq!(frame.matches('\0').count(), 1, "{frame:?}");
        assert!(!frame.contains("\nack:"), "{frame:?}");
    }
}

#[test]
fn receipt_and_error() {
    let receipt = server::Receipt { receipt_id: "close-1" };
    assert_eq!(text(|out| receipt.encode(Version::V12, out)), "RECEIPT\nreceipt-id:close-1\n\n\0");
    let error = server::Error { message: "no", code: "c", ..server::Error::default() };
    assert_eq!(text(|out| error.encode(Version::V12, out)), "ERROR\nmessage:no\nerror:c\ncontent-length:0\n\n\0");
    let error = server::Error {
        message: "a:b",
        code: "c",
        receipt_id: Some("r"),
        version: Some(Version::SUPPORTED),
        body: "more",
    };
    assert_eq!(
        text(|out| error.encode(Version::V12, out)),
        "ERROR\nmessage:a\\cb\nerror:c\nreceipt-id:r\nversion:1.2,1.1,1.0\ncontent-type:text/plain\n\
         content-length:4\n\nmore\0"
    );
}

#[test]
fn client_frames() {
    let connect = client::Connect {
        accept_version: Some("1.2"),
        host: Some("h"),
        login: Some("l:1"),
        passcode: Some("p\\n"),
        heart_beat: Some(HeartBeat::parse("1,2")),
        headers: &[("x", "y")],
    };
    assert_eq!(
        text(|out| connect.encode(out)),
        "CONNECT\naccept-version:1.2\nhost:h\nlogin:l:1\npasscode:p\\n\nheart-beat:1,2\nx:y\n\n\0"
    );
    let subscribe =
        client::Subscribe { id: "0", destination: "/a", ack: Some("client"), receipt: Some("r"), headers: &[] };
    assert_eq!(
        text(|out| subscribe.encode(Version::V12, out)),
        "SUBSCRIBE\nid:0\ndestination:/a\nack:client\nreceipt:r\n\n\0"
    );
    let send = client::Send {
        destination: "/a",
        content_type: Some("text/plain"),
        receipt: None,
        transaction: Some("t"),
        headers: &[("k", "v")],
        body: b"x\0y",
    };
    assert_eq!(
        text(|out| send.encode(Version::V12, out)),
        "SEND\ndestination:/a\ncontent-type:text/plain\ntransaction:t\nk:v\ncontent-length:3\n\nx\0y\0"
    );
    let ack = client::Ack { id: "1-2-0", subscription: Some("0"), transaction: None };
    assert_eq!(text(|out| ack.encode(Version::V12, out)), "ACK\nid:1-2-0\nsubscription:0\n\n\0");
    assert_eq!(text(|out| ack.encode(Version::V11, out)), "ACK\nmessage-id:1-2-0\nsubscription:0\n\n\0");
    let unsubscribe = client::Unsubscribe { id: "0", receipt: None };
    assert_eq!(text(|out| unsubscribe.encode(Version::V12, out)), "UNSUBSCRIBE\nid:0\n\n\0");
    let disconnect = client::Disconnect { receipt: Some("bye") };
    assert_eq!(text(|out| disconnect.encode(Version::V12, out)), "DISCONNECT\nreceipt:bye\n\n\0");
    assert_eq!(
        text(|out| FrameWriter::new(out, Command::Begin, Version::V12)
            .header("transaction", "t")
            .header("", "dropped")
            .finish()),
        "BEGIN\ntransaction:t\n\n\0"
    );
}

#[test]
fn heart_beat_proposals() {
    let cases = [
        ("10000,5000", (10_000, 5000)),
        (" 1 , 2 ", (1, 2)),
        ("1", (0, 0)),
        ("a,b", (0, 0)),
        ("-1,5", (0, 0)),
        ("1,2,3", (0, 0)),
        ("", (0, 0)),
    ];
    for (value, (can_send, wants)) in cases {
        assert_eq!(HeartBeat::parse(value), HeartBeat { can_send, wants }, "{value}");
    }
}
