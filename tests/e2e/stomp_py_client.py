"""The stock Python client stomp.py against the server, one scenario per run; see stomp-py.test.js.

usage: stomp_py_client.py SCENARIO VERSION URL [CA_FILE]

URL is stomp://host:port or stomps://host:port. Ends with status 0 if all went as it should.
"""

import sys
import threading
from urllib.parse import urlsplit

import stomp

PATIENCE = 20
UNICODE = "ü 你好 👋 𝄞 100% \t"
CONNECTIONS = {"1.0": stomp.Connection10, "1.1": stomp.Connection11, "1.2": stomp.Connection12}


class Recorder(stomp.ConnectionListener):
    """Keeps what a connection was told and lets the scenario wait for it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.messages, self.receipts, self.errors, self.beats = [], [], [], 0
        self.connected = self.disconnected = self.timed_out = False

    def _note(self, change):
        with self.changed:
            change()
            self.changed.notify_all()

    def on_connected(self, frame):
        self._note(lambda: setattr(self, "connected", frame))

    def on_message(self, frame):
        self._note(lambda: self.messages.append(frame))

    def on_receipt(self, frame):
        self._note(lambda: self.receipts.append(frame.headers["receipt-id"]))

    def on_error(self, frame):
        self._note(lambda: self.errors.append(frame))

    def on_heartbeat(self):
        self._note(lambda: setattr(self, "beats", self.beats + 1))

    def on_heartbeat_timeout(self):
        self._note(lambda: setattr(self, "timed_out", True))

    def on_disconnected(self):
        self._note(lambda: setattr(self, "disconnected", True))

    def until(self, what, condition):
        """Waits for a condition; an ERROR that was not waited for ends the wait."""
        seen = len(self.errors)
        with self.changed:
            self.changed.wait_for(lambda: condition() or len(self.errors) > seen, PATIENCE)
            assert condition(), f"did not happen: {what}; ERROR frames: {[str(frame) for frame in self.errors]}"

    def bodies(self):
        return [frame.body for frame in self.messages]


class Peer:
    """A connection of the service account. `told` is what it heard."""

    def __init__(self, version, url, ca_file=None, heartbeats=(0, 0)):
        target = urlsplit(url)
        address = (target.hostname, target.port)
        self.version = version
        options = {} if version == "1.0" else {"heartbeats": heartbeats}
        self.connection = CONNECTIONS[version]([address], reconnect_attempts_max=1, **options)
        if target.scheme == "stomps":
            self.connection.set_ssl(for_hosts=[address], ca_certs=ca_file)
        self.told = Recorder()
        self.connection.set_listener("recorder", self.told)
        self.connection.connect("robot", "robot-secret", wait=True)
        self.told.until("CONNECTED", lambda: self.told.connected)
        self.receipts = 0

    def receipt(self, act):
        """Runs `act` with a receipt id and waits for the RECEIPT."""
        self.receipts += 1
        name = f"r{self.receipts}"
        act(name)
        self.told.until(f"RECEIPT {name}", lambda: name in self.told.receipts)

    def subscribe(self, destination, ack="auto", **headers):
        # In 1.0 the destination alone names a subscription.
        name = {} if self.version == "1.0" else {"id": "s"}
        self.receipt(
            lambda receipt: self.connection.subscribe(destination, ack=ack, receipt=receipt, **name, **headers)
        )

    def unsubscribe(self, destination):
        name = {"destination": destination} if self.version == "1.0" else {"id": "s"}
        self.receipt(lambda receipt: self.connection.unsubscribe(receipt=receipt, **name))

    def send(self, destination, body, **headers):
        self.receipt(lambda name: self.connection.send(destination, body, receipt=name, **headers))

    def settle(self, command, frame, **options):
        """ACK or NACK as the library writes it in this version."""
        name = frame.headers["ack" if self.version == "1.2" else "message-id"]
        subscription = ["s"] if self.version == "1.1" else []
        getattr(self.connection, command)(name, *subscription, **options)

    def received(self, count):
        self.told.until(f"{count} messages", lambda: len(self.told.messages) >= count)
        return self.told.messages

    def goodbye(self):
        self.connection.disconnect(receipt="goodbye")
        self.told.until("the RECEIPT of DISCONNECT", lambda: "goodbye" in self.told.receipts)
        self.told.until("the end", lambda: self.told.disconnected)


def topics(peer, other, name):
    assert peer.told.connected.headers.get("version", "1.0") == peer.version
    peer.subscribe(f"/topic/{name}")
    for body in ("hello", UNICODE, "y" * 200_000):
        other.send(f"/topic/{name}", body, **{"x-note": "kept"})
    messages = peer.received(3)
    assert [frame.body for frame in messages] == ["hello", UNICODE, "y" * 200_000]
    assert all(frame.headers["x-note"] == "kept" for frame in messages)
    assert all(frame.headers["destination"] == f"/topic/{name}" for frame in messages)
    peer.unsubscribe(f"/topic/{name}")
    other.send(f"/topic/{name}", "to nobody")
    peer.goodbye()
    assert len(peer.told.messages) == 3


def queues(peer, other, name):
    """Each message has one consumer; what a consumer leaves unacknowledged goes to another."""
    queue = f"/queue/{name}"
    for number in range(3):
        other.send(queue, f"m{number}")
    peer.subscribe(queue, ack="client-individual" if peer.version != "1.0" else "client")
    first, second, third = peer.received(3)
    assert [first.body, second.body, third.body] == ["m0", "m1", "m2"]
    peer.settle("ack", first)
    peer.goodbye()
    other.subscribe(queue)
    again = other.received(2)
    assert [frame.body for frame in again] == ["m1", "m2"], again
    assert all(frame.headers["redelivered"] == "true" for frame in again)
    other.goodbye()


def nack(peer, other, name):
    """What is given back is delivered again."""
    peer.subscribe(f"/queue/{name}", ack="client-individual")
    other.send(f"/queue/{name}", "hot potato")
    peer.settle("nack", peer.received(1)[0])
    again = peer.received(2)[1]
    assert again.body == "hot potato" and again.headers["redelivered"] == "true", again
    peer.settle("ack", again)
    peer.goodbye()
    other.goodbye()


def transactions(peer, other, name):
    other.subscribe(f"/topic/{name}")
    kept, dropped = peer.connection.begin(), peer.connection.begin()
    peer.send(f"/topic/{name}", "dropped", transaction=dropped)
    peer.send(f"/topic/{name}", "kept", transaction=kept)
    peer.send(f"/topic/{name}", "at once")
    peer.connection.abort(dropped)
    peer.connection.commit(kept)
    other.received(2)
    peer.send(f"/topic/{name}", "last")
    other.received(3)
    assert other.told.bodies() == ["at once", "kept", "last"]
    peer.goodbye()
    other.goodbye()


def heartbeats(peer, _other, name):
    """Both sides beat every second; each would cut the other after a few seconds of silence."""
    peer.told.until("five heart-beats", lambda: peer.told.beats >= 5)
    assert not peer.told.timed_out
    peer.send(f"/topic/{name}", "still here")
    peer.goodbye()


def refusal(peer, _other, name):
    peer.connection.commit("never begun")
    peer.told.until("ERROR", lambda: peer.told.errors)
    assert peer.told.errors[0].headers["message"]
    peer.told.until("the end", lambda: peer.told.disconnected)


def main(scenario, version, url, ca_file=None):
    beats = (1000, 1000) if scenario == "heartbeats" else (0, 0)
    peers = [Peer(version, url, ca_file, beats) for _ in range(2)]
    scheme = urlsplit(url).scheme
    globals()[scenario](*peers, f"py/{scheme}/{scenario}/v{version.replace('.', '')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
