//! How a server that serves the suites differs from the one that was configured.
//!
//! Guests come in over every protocol and use all live topics and queues. A bound that the suites need is widened, never
//! narrowed.

use deskwire_model::{TopicFilter, Uid};

use crate::config::{Config, HeartbeatSection, ListenUrl, Seconds, Secret, ServiceAccountSection};

/// Name and secret of the account that everybody may use.
pub(super) const GUEST: &str = "guest";
/// Topics with `$` to which the MQTT suites publish, to see that no wildcard matches them; `#` gives no right to these.
const SERVER_TOPICS: [&str; 2] = ["$TopicA/#", "$client_test5/#"];
/// Bytes of a STOMP frame and of a WebSocket message that must be possible.
const FRAME: usize = 2 * 1024 * 1024;

/// A listener is open to other machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--conformance-services lets anyone in and is for the loopback address only, but {0} is not on it")]
pub(crate) struct Exposed(ListenUrl);

/// Looks at every listener.
pub(super) fn check(config: &Config) -> Result<(), Exposed> {
    match config.server.listen.iter().find(|url| !url.address.ip().is_loopback()) {
        Some(exposed) => Err(Exposed(*exposed)),
        None => Ok(()),
    }
}

/// The keep alive in seconds that every MQTT client is granted at most.
const KEEP_ALIVE_S: Seconds = Seconds(60);

/// Messages that an MQTT client may leave unacknowledged: a suite sends one more.
const RECEIVE_MAXIMUM: u32 = 1000;

/// Adds the guest, in place of an account of that name, and widens the bounds.
pub(super) fn apply(config: &mut Config) {
    let name = Uid::new(GUEST).expect("a plain word is a uid");
    config.service_accounts.retain(|account| account.name != name);
    let mut guest = ServiceAccountSection::unrestricted(name, Secret::new(GUEST.to_owned()));
    guest.publish.extend(SERVER_TOPICS.map(|text| TopicFilter::new(text).expect("a last segment # is a filter")));
    config.service_accounts.push(guest);
    let limits = &mut config.limits;
    limits.stomp_frame_bytes = limits.stomp_frame_bytes.max(FRAME);
    limits.websocket_message_bytes = limits.websocket_message_bytes.max(FRAME);
    limits.mqtt_keep_alive_s = KEEP_ALIVE_S;
    limits.mqtt_receive_maximum = limits.mqtt_receive_maximum.min(RECEIVE_MAXIMUM);
    // The suites watch heart-beats, so they must not have been turned off.
    let HeartbeatSection { send_ms, want_ms, .. } = HeartbeatSection::default();
    (config.heartbeat.send_ms, config.heartbeat.want_ms) = (send_ms, want_ms);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Millis;

    fn listening(urls: &[&str]) -> Config {
        let mut config = Config::default();
        config.server.listen = urls.iter().map(|url| url.parse().unwrap()).collect();
        config
    }

    #[test]
    fn no_listener_may_be_open_to_other_machines() {
        for (urls, exposed) in [
            (&["http://127.0.0.1:9003"][..], None),
            (&["http://127.0.0.1:0", "https://127.8.8.8:1", "stomp://[::1]:2"], None),
            (&["http://127.0.0.1:9003", "http://0.0.0.0:9885"], Some("http://0.0.0.0:9885")),
            (&["http://[::]:80"], Some("http://[::]:80")),
            (&["mqtt://192.168.0.1:1883"], Some("mqtt://192.168.0.1:1883")),
        ] {
            let expected = exposed.map_or(Ok(()), |url| Err(Exposed(url.parse().unwrap())));
            assert_eq!(check(&listening(urls)), expected, "{urls:?}");
        }
    }

    #[test]
    fn bounds_are_widened_only() {
        let mut config = Config::default();
        config.limits.websocket_message_bytes = 8 * FRAME;
        config.heartbeat.want_ms = Millis(0);
        apply(&mut config);
        assert_eq!(config.limits.stomp_frame_bytes, FRAME);
        assert_eq!(config.limits.websocket_message_bytes, 8 * FRAME);
        assert_eq!(config.heartbeat, HeartbeatSection::default());
        assert_eq!(config.limits.mqtt_keep_alive_s, KEEP_ALIVE_S);
    }

    #[test]
    fn there_is_one_guest() {
        let mut config = Config::default();
        apply(&mut config);
        apply(&mut config);
        let guests = config.service_accounts.iter().filter(|account| account.name.as_str() == GUEST);
        assert_eq!(guests.map(|guest| guest.secret.expose()).collect::<Vec<_>>(), [GUEST]);
    }
}
