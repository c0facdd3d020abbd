"""The stock Python client paho-mqtt against the server, one scenario per run; see paho-python.test.js.

usage: paho_client.py SCENARIO VERSION URL

VERSION is 3.1.1 or 5; URL is mqtt://host:port or ws://host:port/path. Ends with status 0 if all went as it should.
"""

import os
import socket
import sys
import threading
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

PATIENCE = 20
PROTOCOLS = {"3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}
EVERY_BYTE = bytes(range(256))


def properties(kind, **fields):
    """The properties of a packet, by the names they have in the library."""
    result = Properties(kind)
    for name, value in fields.items():
        setattr(result, name, value)
    return result


class Peer:
    """A connection of the service account that writes down what it is told."""

    def __init__(self, run, name, clean=True, expiry=600, password="robot-secret", will=None, **options):
        """`run` is (version, URL); `expiry` in seconds is for sessions that are not clean; `will` as of `will_set`."""
        self.version, url = run
        target = urlsplit(url)
        self.changed = threading.Condition()
        self.messages, self.answers, self.connected, self.disconnected = [], {}, None, None
        self.clean, self.is_v5 = clean, self.version == "5"
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=f"robot/service/{name}",
            protocol=PROTOCOLS[self.version],
            transport="tcp" if target.scheme == "mqtt" else "websockets",
            reconnect_on_failure=False,
            **({} if self.is_v5 else {"clean_session": clean}),
        )
        if target.scheme == "ws":
            self.client.ws_set_options(path=target.path)
        self.client.username_pw_set("robot", password)
        if will:
            self.client.will_set(**will)
        self.client.on_connect = lambda _client, _data, flags, reason, _properties: self._note(
            lambda: setattr(self, "connected", (flags, reason))
        )
        self.client.on_disconnect = lambda _client, _data, _flags, reason, _properties: self._note(
            lambda: setattr(self, "disconnected", reason)
        )
        self.client.on_message = lambda _client, _data, message: self._note(lambda: self.messages.append(message))
        for event in ("subscribe", "unsubscribe", "publish"):
            setattr(self.client, f"on_{event}", self._answer)
        if self.is_v5:
            options["clean_start"] = clean
            if not clean:
                options["properties"] = properties(PacketTypes.CONNECT, SessionExpiryInterval=expiry)
        self.client.connect(target.hostname, target.port, **options)
        self.client.loop_start()
        self.until("CONNACK", lambda: self.connected)

    def _note(self, change):
        with self.changed:
            change()
            self.changed.notify_all()

    def _answer(self, _client, _data, packet_id, reasons, _properties):
        self._note(lambda: self.answers.setdefault(packet_id, reasons))

    def until(self, what, condition):
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE), f"did not happen: {what}"

    def answer(self, what, packet_id):
        """Waits for SUBACK, UNSUBACK, PUBACK or PUBCOMP and returns its reasons."""
        self.until(f"the answer to {what}", lambda: packet_id in self.answers)
        return self.answers.pop(packet_id)

    def subscribe(self, topic, qos=2, **options):
        """Options are those of MQTT 5."""
        if options:
            result, packet_id = self.client.subscribe(topic, options=SubscribeOptions(qos=qos, **options))
        else:
            result, packet_id = self.client.subscribe(topic, qos)
        assert result == mqtt.MQTT_ERR_SUCCESS, result
        return [reason.value for reason in self.answer(f"SUBSCRIBE {topic}", packet_id)]

    def publish(self, topic, payload, qos=1, retain=False, **fields):
        """Fields are properties of MQTT 5. Waits for the answer and returns its reason."""
        about = properties(PacketTypes.PUBLISH, **fields) if fields else None
        packet_id = self.client.publish(topic, payload, qos, retain, about).mid
        return self.answer(f"PUBLISH to {topic}", packet_id)

    def received(self, count):
        self.until(f"{count} messages", lambda: len(self.messages) >= count)
        return self.messages

    def payloads(self):
        return [message.payload for message in self.messages]

    def break_off(self):
        """Breaks the connection as a crash of the client does."""
        # Over WebSocket the library's own object for the socket cannot do that.
        with socket.socket(fileno=os.dup(self.client.socket().fileno())) as connection:
            connection.shutdown(socket.SHUT_RDWR)
        self.until("the end", lambda: self.disconnected is not None)
        self.client.loop_stop()

    def goodbye(self):
        self.client.disconnect()
        self.until("the end", lambda: self.disconnected is not None)
        self.client.loop_stop()


def topics(run, name):
    sender, receiver = Peer(run, f"{name}-a"), Peer(run, f"{name}-b")
    assert receiver.subscribe(f"{name}/+") == [2]
    sent = [b"", "ü 你好 👋".encode(), EVERY_BYTE, b"y" * 200_000]
    for qos in (0, 1, 2):
        for payload in sent:
            sender.publish(f"{name}/{qos}", payload, qos)
        receiver.received(len(sent) * (qos + 1))
    assert receiver.payloads() == sent * 3
    assert [message.qos for message in receiver.messages] == [0] * 4 + [1] * 4 + [2] * 4
    receiver.answer("UNSUBSCRIBE", receiver.client.unsubscribe(f"{name}/+")[1])
    sender.publish(f"{name}/1", b"to nobody")
    receiver.goodbye()
    assert len(receiver.messages) == 12


def order(run, name):
    """The library keeps to what the server allows it to have in flight."""
    sender, receiver = Peer(run, f"{name}-a"), Peer(run, f"{name}-b")
    receiver.subscribe(f"{name}/a")
    for number in range(500):
        sender.client.publish(f"{name}/a", str(number), 2)
    receiver.received(500)
    assert receiver.payloads() == [str(number).encode() for number in range(500)]


def session(run, name):
    sender, before = Peer(run, f"{name}-a"), Peer(run, f"{name}-b", clean=False)
    assert not before.connected[0].session_present
    before.subscribe(f"{name}/a")
    before.break_off()
    for number in range(100):
        sender.publish(f"{name}/a", str(number), 1 + number % 2)
    after = Peer(run, f"{name}-b", clean=False)
    assert after.connected[0].session_present
    after.received(100)
    for qos in (1, 2):
        expected = [str(number).encode() for number in range(100) if 1 + number % 2 == qos]
        assert [message.payload for message in after.messages if message.qos == qos] == expected
    after.goodbye()
    clean = Peer(run, f"{name}-b", clean=True)
    assert not clean.connected[0].session_present


def will(run, name):
    watcher = Peer(run, f"{name}-a")
    watcher.subscribe(f"{name}/+")
    last_words = {"topic": f"{name}/will", "payload": b"gone", "qos": 1, "retain": True}
    Peer(run, f"{name}-b", will=last_words).goodbye()
    Peer(run, f"{name}-c", will={**last_words, "payload": b"crashed"}).break_off()
    assert watcher.received(1)[0].payload == b"crashed"
    late = Peer(run, f"{name}-d")
    late.subscribe(f"{name}/will")
    message = late.received(1)[0]
    assert (message.payload, message.retain) == (b"crashed", True)
    watcher.publish(f"{name}/will", b"", 1, True)
    assert watcher.received(2)[1].payload == b""


def keepalive(run, name):
    """The library asks for a sign of life every second, and gets one."""
    peer = Peer(run, f"{name}-a", keepalive=1)
    pongs = []
    peer.client.on_log = lambda _client, _data, _level, text: "PINGRESP" in text and peer._note(lambda: pongs.append(text))
    peer.until("two answers", lambda: len(pongs) >= 2)
    assert peer.disconnected is None
    peer.goodbye()


def refusal(run, name):
    peer = Peer(run, f"{name}-a", password="guess")
    assert peer.connected[1].is_failure
    assert str(peer.connected[1]) in ("Bad user name or password", "Not authorized"), peer.connected
    peer.until("the end", lambda: peer.disconnected is not None)


def about(run, name):
    sender, receiver = Peer(run, f"{name}-a"), Peer(run, f"{name}-b")
    receiver.subscribe(f"{name}/a")
    fields = {
        "PayloadFormatIndicator": 1,
        "ContentType": "text/plain",
        "ResponseTopic": f"{name}/answers",
        "CorrelationData": EVERY_BYTE,
        "UserProperty": [("a", "1"), ("b", "ü"), ("a", "2")],
        "MessageExpiryInterval": 600,
    }
    for qos in (0, 1, 2):
        sender.publish(f"{name}/a", "hello", qos, True, **fields)
    late = Peer(run, f"{name}-c")
    receiver.received(3)
    late.subscribe(f"{name}/a")
    for message in [*receiver.messages, late.received(1)[0]]:
        for field, value in fields.items():
            got = getattr(message.properties, field)
            assert 0 < got <= value if field == "MessageExpiryInterval" else got == value, (field, got)


def aliases(run, name):
    sender, receiver = Peer(run, f"{name}-a"), Peer(run, f"{name}-b")
    receiver.subscribe(f"{name}/+")
    for number, topic in enumerate((f"{name}/a", "", "", f"{name}/b", "")):
        sender.publish(topic, str(number), TopicAlias=1)
    receiver.received(5)
    topics_heard = [message.topic.rsplit("/", 1)[1] for message in receiver.messages]
    assert topics_heard == ["a", "a", "a", "b", "b"], topics_heard


def options(run, name):
    """No-local, retain as published, retain handling; a filter that was never subscribed."""
    sender, receiver = Peer(run, f"{name}-a"), Peer(run, f"{name}-b")
    sender.subscribe(f"{name}/a", noLocal=True)
    receiver.subscribe(f"{name}/a", retainAsPublished=True)
    sender.publish(f"{name}/a", "retained", 1, True)
    receiver.publish(f"{name}/a", "answer")
    assert [(message.payload, message.retain) for message in receiver.received(2)] == [
        (b"retained", True),
        (b"answer", False),
    ]
    assert [message.payload for message in sender.received(1)] == [b"answer"]
    late = Peer(run, f"{name}-c")
    late.subscribe(f"{name}/a", retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
    sender.publish(f"{name}/a", "live")
    assert [message.payload for message in late.received(1)] == [b"live"]
    reasons = late.answer("UNSUBSCRIBE", late.client.unsubscribe([f"{name}/a", f"{name}/never"])[1])
    assert [reason.value for reason in reasons] == [0, 0x11], reasons


def shared(run, name):
    members = [Peer(run, f"{name}-{number}") for number in range(3)]
    sender = Peer(run, f"{name}-sender")
    for member in members:
        member.subscribe(f"$share/{name.replace('/', '-')}/{name}/a", 1)
    for number in range(300):
        sender.publish(f"{name}/a", str(number))
    for member in members:
        with member.changed:
            member.changed.wait_for(lambda: sum(len(each.messages) for each in members) >= 300, 2)
    heard = sorted(int(payload) for member in members for payload in member.payloads())
    assert heard == list(range(300)), len(heard)
    assert all(len(member.messages) > 50 for member in members)


def main(scenario, version, url):
    transport = urlsplit(url).scheme + urlsplit(url).path.replace("/", "-")
    globals()[scenario]((version, url), f"paho/{transport}/v{version.replace('.', '')}/{scenario}")


if __name__ == "__main__":
    main(*sys.argv[1:])
