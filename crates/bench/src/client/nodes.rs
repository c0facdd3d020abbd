//! The nodes of the server, and who connects to which.

use super::{Endpoint, Server};

/// All nodes of the server, at least one.
#[derive(Clone, Debug)]
pub(crate) struct Nodes {
    nodes: Vec<Server>,
    apart: bool,
}

impl Nodes {
    /// These nodes; `None` if there is none. Those who hear each other are kept `apart`, or at one node.
    pub(crate) fn new(nodes: Vec<Server>, apart: bool) -> Option<Self> {
        (!nodes.is_empty()).then_some(Self { nodes, apart })
    }

    /// The node of whoever has this number: all of them take their turn.
    pub(crate) fn of(&self, number: usize) -> &Server {
        &self.nodes[number % self.nodes.len()]
    }

    /// The node of whoever has this number and talks with somebody who is at the node `of(other)`.
    pub(crate) fn opposite(&self, other: usize, number: usize) -> &Server {
        let others = self.nodes.len() - 1;
        let steps = if self.apart && others > 0 { 1 + number % others } else { 0 };
        self.of(other + steps)
    }

    /// Where the node of this number takes HTTP.
    pub(crate) fn endpoint(&self, number: usize) -> &Endpoint {
        &self.of(number).endpoint
    }
}

#[cfg(test)]
mod tests {
    use deskwire_wire::mqtt::QoS;

    use super::*;

    async fn nodes(count: u16, apart: bool) -> Nodes {
        let mut nodes = Vec::new();
        for port in 1..=count {
            let endpoint = Endpoint::resolve("ws://", &format!("ws://127.0.0.1:{port}")).await.unwrap();
            let (stomp_tcp, mqtt_tcp) = (endpoint.clone(), endpoint.clone());
            let (stomp_path, mqtt_path, qos) = (String::new(), String::new(), QoS::AtMostOnce);
            nodes.push(Server { endpoint, stomp_tcp, mqtt_tcp, stomp_path, mqtt_path, qos, durable: false });
        }
        Nodes::new(nodes, apart).unwrap()
    }

    fn port(server: &Server) -> &str {
        server.endpoint.authority().rsplit_once(':').unwrap().1
    }

    #[tokio::test(flavor = "current_thread")]
    async fn who_talks_is_apart_or_together() {
        let (apart, together, alone) = (nodes(3, true).await, nodes(3, false).await, nodes(1, true).await);
        for number in 0..12 {
            for other in 0..3 {
                assert_ne!(port(apart.opposite(other, number)), port(apart.of(other)));
                assert_eq!(port(together.opposite(other, number)), port(together.of(other)));
                assert_eq!(port(alone.opposite(other, number)), "1");
            }
        }
        let used = (0..12).map(|number| port(apart.opposite(0, number))).filter(|port| *port == "2").count();
        assert_eq!(used, 6, "the others take their turn");
        assert!(Nodes::new(Vec::new(), true).is_none());
    }
}
