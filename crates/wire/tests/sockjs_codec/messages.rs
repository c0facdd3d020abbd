use deskwire_wire::sockjs::{Messages, PayloadError, put_array, put_element};
use proptest::prelude::*;

const LIMIT: usize = 16;

fn list(read: Result<Messages, PayloadError>) -> Result<Vec<String>, PayloadError> {
    read.map(|messages| messages.iter().map(str::to_owned).collect())
}

fn request(body: &str) -> Result<Vec<String>, PayloadError> {
    list(Messages::from_request(body.as_bytes(), LIMIT))
}

fn websocket(message: &str) -> Result<Vec<String>, PayloadError> {
    list(Messages::from_websocket(message.as_bytes(), LIMIT))
}

#[test]
fn arrays_of_strings_are_read_alike_everywhere() {
    for (json, expected) in [
        ("[]", &[][..]),
        (" [ ] \n", &[]),
        (r#"["a"]"#, &["a"]),
        (r#"["", "b" ,"c"]"#, &["", "b", "c"]),
        (r#"["\n\u0000\"\\\/"]"#, &["\n\0\"\\/"]),
        (r#"["\ud83e\udd80 🦀"]"#, &["🦀 🦀"]),
        // Rule 32: lone halves, in the wrong order, and before something else.
        (r#"["\ud800"]"#, &["\u{fffd}"]),
        (r#"["x\udc00y"]"#, &["x\u{fffd}y"]),
        (r#"["\udc00\ud800"]"#, &["\u{fffd}\u{fffd}"]),
        (r#"["\ud800\ud83e\udd80"]"#, &["\u{fffd}🦀"]),
        (r#"["\ud800\u0041"]"#, &["\u{fffd}A"]),
        (r#"["0123456789abcdef"]"#, &["0123456789abcdef"]),
    ] {
        assert_eq!(request(json).unwrap(), expected, "{json}");
        assert_eq!(websocket(json).unwrap(), expected, "{json}");
    }
}

#[test]
fn other_things_are_told_apart() {
    let (missing, broken) = (PayloadError::Missing, PayloadError::Broken);
    let long = PayloadError::TooLong { limit: LIMIT };
    for (json, in_request, in_websocket) in [
        ("", Err(missing), Ok(vec![])),
        ("\"a\"", Err(missing), Ok(vec!["a".to_owned()])),
        ("\"a", Err(broken), Err(broken)),
        ("[\"a", Err(broken), Err(broken)),
        ("[\"a\",]", Err(broken), Err(broken)),
        ("[\"a\"]]", Err(broken), Err(broken)),
        ("[\"a\"] x", Err(broken), Err(broken)),
        ("{", Err(broken), Err(broken)),
        ("x", Err(broken), Err(broken)),
        (r#"["\ud8zz"]"#, Err(broken), Err(broken)),
        ("{}", Err(missing), Err(broken)),
        ("1", Err(missing), Err(broken)),
        ("null", Err(missing), Err(broken)),
        ("[1]", Err(missing), Err(broken)),
        ("[[\"a\"]]", Err(missing), Err(broken)),
        ("[\"a\",null]", Err(missing), Err(broken)),
        ("[\"0123456789abcdef0\"]", Err(long), Err(long)),
    ] {
        assert_eq!(request(json), in_request, "{json} in a request");
        assert_eq!(websocket(json), in_websocket, "{json} in a WebSocket message");
    }
    assert_eq!(Messages::from_request(b"[\"\xff\"]", LIMIT), Err(broken));
}

#[test]
fn errors_have_their_texts() {
    assert_eq!(PayloadError::Missing.body(), "Payload expected.");
    assert_eq!(PayloadError::Broken.body(), "Broken JSON encoding.");
}

/// JSON strings as hostile or old browsers write them.
fn json_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z你🦀]{1,3}",
        2 => any::<u16>().prop_map(|unit| format!("\\u{unit:04X}")),
        2 => (0xd800..=0xdfff_u16).prop_map(|unit| format!("\\u{unit:04x}")),
        1 => prop::sample::select(&["\\n", "\\\"", "\\\\", "\\/", "\\b"][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

proptest! {
    #[test]
    fn what_we_write_we_read(texts in prop::collection::vec("(\\PC|[\\x00-\\x1f\u{2028}🦀]){0,20}", 0..6)) {
        let mut elements = Vec::new();
        for text in &texts {
            put_element(&mut elements, text.as_bytes());
            elements.push(b',');
        }
        let mut frame = Vec::new();
        put_array(&mut frame, &elements);
        let messages = Messages::from_request(&frame[1..], usize::MAX).unwrap();
        prop_assert_eq!(messages.joined(), texts.concat());
        prop_assert_eq!(messages.iter().collect::<Vec<_>>(), texts);
    }

    #[test]
    fn strings_are_read_as_javascript_reads_them(strings in prop::collection::vec(json_string(), 0..4)) {
        let json = format!("[{}]", strings.join(","));
        let messages = Messages::from_request(json.as_bytes(), usize::MAX).unwrap();
        let expected: Vec<String> = strings.iter().map(|json| String::from_utf16_lossy(&utf16(json))).collect();
        prop_assert_eq!(messages.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_panics_or_grows(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "[\\[\\]\",\\\\ud8c0-9 {}a]{0,60}".prop_map(String::into_bytes),
    ]) {
        let read = [Messages::from_request(&bytes, LIMIT), Messages::from_websocket(&bytes, LIMIT)];
        for messages in read.iter().flatten() {
            prop_assert!(messages.joined().len() <= bytes.len());
            prop_assert!(messages.iter().all(|message| message.len() <= LIMIT));
        }
    }
}

/// The units of a JSON string from [`json_string`], read in the plainest way.
fn utf16(json: &str) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = json[1..json.len() - 1].chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            continue;
        }
        units.push(match rest.next().unwrap() {
            'u' => {
                let digits: String = rest.by_ref().take(4).collect();
                u16::from_str_radix(&digits, 16).unwrap()
            }
            'n' => 10,
            'b' => 8,
            other => u16::try_from(u32::from(other)).unwrap(),
        });
    }
    units
}
