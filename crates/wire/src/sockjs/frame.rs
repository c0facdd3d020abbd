use super::put_element;

/// Appends `o`: the session is open.
pub fn put_open(out: &mut Vec<u8>) {
    out.push(b'o');
}

/// Appends `h`: nothing to say, but still there.
pub fn put_heartbeat(out: &mut Vec<u8>) {
    out.push(b'h');
}

/// Appends `a[…]` with `elements`: what [`put_element`] wrote, a comma between two; one behind the last does no harm.
pub fn put_array(out: &mut Vec<u8>, elements: &[u8]) {
    let elements = elements.strip_suffix(b",").unwrap_or(elements);
    out.reserve(elements.len() + 3);
    out.extend_from_slice(b"a[");
    out.extend_from_slice(elements);
    out.push(b']');
}

/// Appends `c[code,"reason"]`: the session is over.
pub fn put_close(out: &mut Vec<u8>, code: u16, reason: &str) {
    out.extend_from_slice(b"c[");
    out.extend_from_slice(code.to_string().as_bytes());
    out.push(b',');
    put_element(out, reason.as_bytes());
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn frames_look_like_this() {
        assert_eq!(written(put_open), "o");
        assert_eq!(written(put_heartbeat), "h");
        assert_eq!(written(|out| put_array(out, b"")), "a[]");
        assert_eq!(written(|out| put_array(out, br#""x""#)), r#"a["x"]"#);
        assert_eq!(written(|out| put_array(out, br#""x,","y","#)), r#"a["x,","y"]"#);
        assert_eq!(written(|out| put_close(out, 3000, "Go away!")), r#"c[3000,"Go away!"]"#);
        assert_eq!(written(|out| put_close(out, 1002, "\"\n")), r#"c[1002,"\"\n"]"#);
    }
}
