//! Who a shop says its visitor is: an id signed with the secret of the channel, or a token that says more.

use aws_lc_rs::hmac;
use deskwire_model::Timestamp;
use deskwire_store::ChannelSecret;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longest token that is looked at, in bytes.
const MAX_TOKEN_LEN: usize = 4096;
/// How far the clocks of shops may be off, in seconds.
const LEEWAY_S: i64 = 60;

/// What a shop's server has signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SignedCustomer {
    /// The shop's id of the customer.
    pub(crate) id: String,
    /// Its name; empty where nothing is said, as the next ones.
    pub(crate) name: String,
    /// URL of its picture.
    pub(crate) avatar: String,
    /// Its e-mail address.
    pub(crate) email: String,
    /// Its mobile number.
    pub(crate) mobile: String,
    /// Everything else that is said.
    pub(crate) attributes: Map<String, Value>,
}

/// The signature or token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unproven;

/// Checks that `signature` is the HMAC-SHA256 of `id` by `secret`, in hexadecimal digits. The comparison takes the same time
/// wherever they differ.
pub(crate) fn signed_by_hash(secret: &ChannelSecret, id: &str, signature: &str) -> Result<SignedCustomer, Unproven> {
    let tag = bytes(signature).ok_or(Unproven)?;
    if id.is_empty() {
        return Err(Unproven);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hmac::verify(&key, id.as_bytes(), &tag).map_err(|_| Unproven)?;
    Ok(SignedCustomer { id: id.to_owned(), ..SignedCustomer::default() })
}

/// The bytes of an HMAC-SHA256 in hexadecimal digits.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        let digit = |one: u8| char::from(one).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[derive(Deserialize)]
struct Claims {
    /// Libraries write numbers as they find them.
    sub: Value,
    exp: Option<i64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Checks a JWT (HS256) by `secret` at `now`, and gives what it says. It needs `sub`, the shop's id of the customer; with
/// `exp` (seconds since 1970) it ends.
pub(crate) fn signed_by_token(secret: &ChannelSecret, token: &str, now: Timestamp) -> Result<SignedCustomer, Unproven> {
    if token.len() > MAX_TOKEN_LEN {
        return Err(Unproven);
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // The time is compared here, against the time that the caller passes. Who a token is for is said by its secret.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| Unproven)?.claims;
    let ends = claims.exp.unwrap_or(i64::MAX).saturating_add(LEEWAY_S);
    let id = text(&claims.sub);
    if id.is_empty() || now.0.div_euclid(1000) >= ends {
        return Err(Unproven);
    }
    let mut others = claims.others;
    let mut take = |names: &[&str]| {
        let found: Vec<String> =
            names.iter().filter_map(|name| others.remove(*name)).map(|value| text(&value)).collect();
        found.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    };
    let customer = SignedCustomer {
        id,
        name: take(&["name", "nickname"]),
        avatar: take(&["picture", "avatar"]),
        email: take(&["email"]),
        mobile: take(&["phone_number", "phone", "mobile"]),
        attributes: Map::new(),
    };
    let is_about_token = |name: &str| matches!(name, "iat" | "nbf" | "jti" | "iss" | "aud");
    others.retain(|name, value| !is_about_token(name) && !value.is_array() && !value.is_object());
    Ok(SignedCustomer { attributes: others, ..customer })
}

/// A text or number as text; nothing of other values.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn secret() -> ChannelSecret {
        ChannelSecret::new("key".to_owned())
    }

    fn token(header: Algorithm, key: &str, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(header), claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
    }

    #[test]
    fn an_id_is_proven_by_its_hmac() {
        // RFC 4231 has no such key; this is the example of Wikipedia's page on HMAC.
        let text = "The quick brown fox jumps over the lazy dog";
        let tag = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        let customer = signed_by_hash(&secret(), text, tag).unwrap();
        assert_eq!((customer.id.as_str(), customer.name.as_str()), (text, ""));
        assert!(signed_by_hash(&secret(), text, &tag.to_uppercase()).is_ok());
        for (id, signature) in [
            ("", tag),
            ("another", tag),
            (text, ""),
            (text, &tag[1..]),
            (text, &tag.replace('f', "e")),
            (text, &format!("{tag}00")),
            (text, &tag.replace("f7", "é")),
            (text, &tag.replace("f7", "zz")),
        ] {
            assert_eq!(signed_by_hash(&secret(), id, signature), Err(Unproven), "{id} {signature}");
        }
        assert_eq!(signed_by_hash(&ChannelSecret::new("other".to_owned()), text, tag), Err(Unproven));
    }

    #[test]
    fn a_token_says_who_and_what() {
        let claims = json!({
            "sub": 17, "name": "Mei", "email": "mei@shop.example", "phone": "138", "picture": "https://shop.example/m.png",
            "plan": "gold", "orders": 3, "vip": true, "tags": ["a"], "iat": 1, "aud": "deskwire", "exp": 1_700_000_100,
        });
        let customer = signed_by_token(&secret(), &token(Algorithm::HS256, "key", &claims), NOW).unwrap();
        assert_eq!((customer.id.as_str(), customer.name.as_str(), customer.mobile.as_str()), ("17", "Mei", "138"));
        assert_eq!(
            (customer.email.as_str(), customer.avatar.as_str()),
            ("mei@shop.example", "https://shop.example/m.png")
        );
        assert_eq!(Value::Object(customer.attributes), json!({ "plan": "gold", "orders": 3, "vip": true }));
    }

    #[test]
    fn a_token_that_is_forged_or_too_old_proves_nothing() {
        let plain = json!({ "sub": "17" });
        let ending = |exp: i64| json!({ "sub": "17", "exp": exp });
        let (mine, now_s) = (|claims: &Value| token(Algorithm::HS256, "key", claims), NOW.0 / 1000);
        // The header says that there is no signature.
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxNyJ9.";
        for (token, is_good) in [
            (mine(&plain), true),
            (mine(&ending(now_s + 1)), true),
            (mine(&ending(now_s - LEEWAY_S + 1)), true),
            (mine(&ending(now_s - LEEWAY_S)), false),
            (mine(&ending(i64::MIN)), false),
            (token(Algorithm::HS256, "other", &plain), false),
            (token(Algorithm::HS512, "key", &plain), false),
            (unsigned.to_owned(), false),
            (mine(&json!({ "sub": "" })), false),
            (mine(&json!({ "sub": ["17"] })), false),
            (mine(&json!({ "name": "Mei" })), false),
            (mine(&json!({ "sub": "17", "pad": "x".repeat(MAX_TOKEN_LEN) })), false),
            (mine(&plain).replace('.', ""), false),
            (String::new(), false),
        ] {
            assert_eq!(signed_by_token(&secret(), &token, NOW).is_ok(), is_good, "{token}");
        }
    }
}
