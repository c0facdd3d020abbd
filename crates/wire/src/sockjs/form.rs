/// The first value of `name` in a query string or an `application/x-www-form-urlencoded` body, decoded. Bytes that are
/// no UTF-8 become U+FFFD.
#[must_use]
pub fn form_field(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
