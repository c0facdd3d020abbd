//! Text is UTF-8, and what is not is refused with 1007 as soon as it can be known (RFC 6455 §8.1).

use crate::{
    server::Server,
    websocket::{CONTINUATION, FIN, Heard, TEXT, close, dialogue, frame, message},
};

#[test]
fn every_border_of_utf8_comes_back() {
    let server = Server::start();
    let texts = [
        "\0",
        "\u{7f}",
        "\u{80}",
        "\u{7ff}",
        "\u{800}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{10000}",
        "\u{10ffff}",
        "κόσμε",
        "Hello-µ@ßöäüàá-UTF-8!!",
        "客服小D 🦀",
    ];
    let input: Vec<u8> = texts.iter().flat_map(|text| message(TEXT, text)).chain(close(1000, "")).collect();
    let heard: Vec<Heard> = texts.iter().map(|text| Heard::text(text)).chain([Heard::Closed(1000)]).collect();
    dialogue(&server, "borders", &input, &heard);
    for cut in 0.."κ🦀".len() {
        let (start, end) = "κ🦀".as_bytes().split_at(cut);
        let input = [frame(TEXT, start), frame(FIN | CONTINUATION, end), close(1000, "")].concat();
        dialogue(&server, "a cut character", &input, &[Heard::text("κ🦀"), Heard::Closed(1000)]);
    }
}

#[test]
fn what_no_continuation_can_repair_is_refused_before_the_message_ends() {
    let server = Server::start();
    let cases: [(&str, &[u8]); 15] = [
        ("a lone continuation byte", b"\x80"),
        ("a start byte behind a start byte", b"\xce\xce"),
        ("an overlong slash in two bytes", b"\xc0\xaf"),
        ("an overlong slash in three", b"\xe0\x80\xaf"),
        ("an overlong slash in four", b"\xf0\x80\x80\xaf"),
        ("overlong U+007F", b"\xc1\xbf"),
        ("overlong U+07FF", b"\xe0\x9f\xbf"),
        ("overlong U+FFFF", b"\xf0\x8f\xbf\xbf"),
        ("the first surrogate", b"\xed\xa0\x80"),
        ("the last surrogate", b"\xed\xbf\xbf"),
        ("a pair of surrogates", b"\xed\xa0\x80\xed\xb0\x80"),
        ("above U+10FFFF", b"\xf4\x90\x80\x80"),
        ("five bytes", b"\xf8\x88\x80\x80\x80"),
        ("six bytes", b"\xfc\x84\x80\x80\x80\x80"),
        ("a byte that never occurs", b"\xff"),
    ];
    for (name, bad) in cases {
        // Neither the frame nor the message is complete: the text says at which byte it is lost.
        let payload = [b"good ", bad].concat();
        let mut unfinished = frame(TEXT, &[&payload[..], &[b'x'; 50]].concat());
        unfinished.truncate(unfinished.len() - 50);
        dialogue(&server, name, &unfinished, &[Heard::Closed(1007)]);
        let split = [frame(TEXT, b"good "), frame(CONTINUATION, bad)].concat();
        dialogue(&server, name, &split, &[Heard::Closed(1007)]);
    }
}

#[test]
fn a_text_does_not_end_inside_a_character() {
    let server = Server::start();
    for end in 1..4 {
        let cut = &"🦀".as_bytes()[..end];
        dialogue(&server, "whole", &message(TEXT, cut), &[Heard::Closed(1007)]);
        let split = [frame(TEXT, cut), frame(FIN | CONTINUATION, b"")].concat();
        dialogue(&server, "in fragments", &split, &[Heard::Closed(1007)]);
    }
}
