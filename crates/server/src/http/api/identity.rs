//! Who a page says that its visitor is, and what of that the shop's server has signed.

use deskwire_desk::{Channel, DeskError, IdentityRule};
use deskwire_model::Timestamp;
use deskwire_store::{Customer, VisitorTold};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::introduction::any_text;
use crate::auth::customer::{SignedCustomer, signed_by_hash, signed_by_token};

/// The customer of a shop, in the words of its page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ClaimedCustomer {
    /// The shop's own id of the visitor.
    #[serde(deserialize_with = "any_text")]
    user_id: String,
    /// HMAC-SHA256 of `userId` by the secret of the channel, in hexadecimal digits.
    #[serde(deserialize_with = "any_text")]
    user_hash: String,
    /// In place of both: a JWT (HS256) by the secret of the channel, whose `sub` is the id. What else it says is proven too.
    #[serde(deserialize_with = "any_text")]
    user_token: String,
}

impl ClaimedCustomer {
    /// What is proven by the secret of `channel`, put into `told`; none where the channel does not ask for proof and there is
    /// none, or does not look at it.
    ///
    /// # Errors
    /// [`DeskError::IdentityRequired`], [`DeskError::IdentityRefused`].
    pub(super) fn prove(
        self,
        channel: Option<&Channel>,
        told: &mut VisitorTold,
        now: Timestamp,
    ) -> Result<Option<Customer>, DeskError> {
        let Self { user_id, user_hash, user_token } = self;
        told.user_id.clone_from(&user_id);
        let Some(channel) = channel.filter(|channel| channel.settings.identity != IdentityRule::Off) else {
            return Ok(None);
        };
        let signed = match (user_token.is_empty(), user_hash.is_empty()) {
            (false, _) => signed_by_token(&channel.secret, &user_token, now),
            (true, false) => signed_by_hash(&channel.secret, &user_id, &user_hash),
            (true, true) if channel.settings.identity == IdentityRule::Required => {
                return Err(DeskError::IdentityRequired);
            }
            (true, true) => return Ok(None),
        };
        let signed = signed.map_err(|_| DeskError::IdentityRefused)?;
        if !user_id.is_empty() && user_id != signed.id {
            return Err(DeskError::IdentityRefused);
        }
        let customer = Customer { channel: channel.uid.clone(), id: signed.id.clone() };
        enter(signed, told);
        Ok(Some(customer))
    }
}

/// Puts what is proven in the place of what the page says, and notes its names.
fn enter(signed: SignedCustomer, told: &mut VisitorTold) {
    let SignedCustomer { id, name, avatar, email, mobile, attributes } = signed;
    let mut verified = Vec::new();
    for (member, text, field) in [
        ("userId", id, &mut told.user_id),
        ("nickname", name, &mut told.nickname),
        ("avatar", avatar, &mut told.avatar),
        ("email", email, &mut told.email),
        ("mobile", mobile, &mut told.mobile),
    ] {
        if !text.is_empty() {
            *field = text;
            verified.push(member.to_owned());
        }
    }
    if !attributes.is_empty() {
        verified.extend(attributes.keys().map(|name| format!("extra.{name}")));
        let mut extra: Map<String, Value> = serde_json::from_str(&told.extra).unwrap_or_default();
        extra.extend(attributes);
        told.extra = Value::Object(extra).to_string();
    }
    told.verified = verified;
}

#[cfg(test)]
mod tests {
    use deskwire_desk::ChannelSettings;
    use deskwire_model::Uid;
    use deskwire_store::ChannelSecret;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    /// HMAC-SHA256 of `17` by `key`.
    const HASH: &str = "a12ae0285140d1a5ed824fe71d28ad45e436ace9bbeb95f95d4fe145a0d1f3d1";

    fn channel(identity: IdentityRule) -> Channel {
        Channel {
            uid: Uid::new("shop").unwrap(),
            org: Uid::new("acme").unwrap(),
            name: "Shop".to_owned(),
            settings: ChannelSettings { identity, ..ChannelSettings::default() },
            secret: ChannelSecret::new("key".to_owned()),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn claimed(user_id: &str, user_hash: &str, user_token: &str) -> ClaimedCustomer {
        let [user_id, user_hash, user_token] = [user_id, user_hash, user_token].map(str::to_owned);
        ClaimedCustomer { user_id, user_hash, user_token }
    }

    fn token(claims: &Value) -> String {
        jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(b"key")).unwrap()
    }

    #[test]
    fn a_channel_says_what_has_to_be_proven() {
        let jwt = token(&json!({ "sub": "17" }));
        // The customer, or why there is none.
        for (rule, id, hash, token, expected) in [
            (IdentityRule::Off, "17", "", "", Ok(None)),
            (IdentityRule::Off, "17", "forged", "", Ok(None)),
            (IdentityRule::Optional, "", "", "", Ok(None)),
            (IdentityRule::Optional, "17", "", "", Ok(None)),
            (IdentityRule::Optional, "17", HASH, "", Ok(Some("17"))),
            (IdentityRule::Optional, "18", HASH, "", Err("identity_refused")),
            (IdentityRule::Optional, "", HASH, "", Err("identity_refused")),
            (IdentityRule::Optional, "17", "forged", "", Err("identity_refused")),
            (IdentityRule::Optional, "", "", jwt.as_str(), Ok(Some("17"))),
            (IdentityRule::Optional, "17", "", jwt.as_str(), Ok(Some("17"))),
            (IdentityRule::Optional, "18", "", jwt.as_str(), Err("identity_refused")),
            (IdentityRule::Optional, "", "", "forged", Err("identity_refused")),
            (IdentityRule::Required, "17", "", "", Err("identity_required")),
            (IdentityRule::Required, "", "", "", Err("identity_required")),
            (IdentityRule::Required, "17", HASH, "", Ok(Some("17"))),
        ] {
            let mut told = VisitorTold::default();
            let outcome = claimed(id, hash, token).prove(Some(&channel(rule)), &mut told, NOW);
            let outcome = outcome.map(|customer| customer.map(|customer| customer.id));
            let outcome = outcome.map_err(|error| error.code().as_str());
            assert_eq!(outcome, expected.map(|id| id.map(str::to_owned)), "{rule:?} {id} {hash} {token}");
        }
        let mut told = VisitorTold::default();
        assert!(matches!(claimed("17", "x", "").prove(None, &mut told, NOW), Ok(None)), "nobody to prove it");
        assert_eq!((told.user_id.as_str(), told.verified.len()), ("17", 0));
    }

    #[test]
    fn what_a_token_says_goes_before_what_the_page_says() {
        let jwt = token(&json!({ "sub": "17", "name": "Mei", "plan": "gold" }));
        let mut told = VisitorTold {
            nickname: "Admin".to_owned(),
            email: "page@shop.example".to_owned(),
            extra: json!({ "plan": "platinum", "basket": 3 }).to_string(),
            ..VisitorTold::default()
        };
        claimed("", "", &jwt).prove(Some(&channel(IdentityRule::Optional)), &mut told, NOW).unwrap();
        let extra: Value = serde_json::from_str(&told.extra).unwrap();
        assert_eq!((told.nickname.as_str(), told.email.as_str()), ("Mei", "page@shop.example"));
        assert_eq!(extra, json!({ "plan": "gold", "basket": 3 }));
        assert_eq!(told.verified, ["userId", "nickname", "extra.plan"]);
        // A page that says something else than JSON loses that to what is proven.
        let mut told = VisitorTold { extra: "from the fair".to_owned(), ..VisitorTold::default() };
        claimed("", "", &jwt).prove(Some(&channel(IdentityRule::Optional)), &mut told, NOW).unwrap();
        assert_eq!(told.extra, r#"{"plan":"gold"}"#);
    }
}
