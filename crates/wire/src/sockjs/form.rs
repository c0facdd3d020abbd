/// The first value of `name` in a query string or an `application/x-www-form-urlencoded` body, decoded. A `%` that
/// begins no escape stands for itself.
#[must_use]
pub fn form_field(form: &[u8], name: &str) -> Option<Vec<u8>> {
    form.split(|byte| *byte == b'&').find_map(|pair| {
        let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(equals) => (&pair[..equals], &pair[equals + 1..]),
            None => (pair, &[][..]),
        };
        (decode(key) == name.as_bytes()).then(|| decode(value))
    })
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        decoded.push(match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        });
    }
    decoded
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_decoded() {
        for (form, expected) in [
            ("", None),
            ("p=p", None),
            ("d", Some("")),
            ("d=", Some("")),
            ("t=1&d=%5B%22x%22%5D", Some("[\"x\"]")),
            ("d=a+b%2B&d=2", Some("a b+")),
            ("%64=1", Some("1")),
            ("d=%e4%BD%a0=1", Some("你=1")),
            ("d=%&x", Some("%")),
            ("d=%4&x", Some("%4")),
            ("d=%zz%41", Some("%zzA")),
        ] {
            let value = form_field(form.as_bytes(), "d");
            assert_eq!(value.as_deref(), expected.map(str::as_bytes), "{form}");
        }
    }
}
