"""Reads a group's commits over Kafka's protocol itself.

Confluent's client reads a commit's metadata beyond its end (librdkafka copies it without a NUL), which makes other
texts of some.
"""
import socket
import struct
from dataclasses import dataclass

FIND_COORDINATOR, OFFSET_FETCH = 10, 9
GROUP = 0


class Unavailable(OSError):
    """The coordinator can't be asked just now."""


@dataclass(frozen=True)
class Position:
    """What is committed for a partition; -1 where nothing is."""

    topic: str
    partition: int
    offset: int
    metadata: str


class Coordinator:
    """The broker that keeps a group's commits. Without TLS and login."""

    def __init__(self, bootstrap, group, seconds=3):
        self.bootstrap, self.group, self.seconds = bootstrap.split(",")[0], group, seconds
        self.socket, self.number = None, 0

    def committed(self, partitions):
        """The positions of `(topic, partition)` pairs."""
        try:
            if self.socket is None:
                self.find()
            return self.fetch(partitions)
        except OSError:
            self.close()
            raise

    def find(self):
        host, port = self.bootstrap.rsplit(":", 1)
        self.connect(host, int(port))
        answer = self.call(FIND_COORDINATOR, 1, text(self.group) + struct.pack(">b", GROUP))
        answer.number("i")
        refuse(answer.number("h"))
        answer.text()
        answer.number("i")
        found = answer.text(), answer.number("i")
        if found != (host, int(port)):
            self.connect(*found)

    def fetch(self, partitions):
        topics = {}
        for topic, partition in partitions:
            topics.setdefault(topic, []).append(partition)
        body = text(self.group) + struct.pack(">i", len(topics))
        for topic, numbers in topics.items():
            body += text(topic) + struct.pack(f">i{len(numbers)}i", len(numbers), *numbers)
        answer = self.call(OFFSET_FETCH, 5, body)
        answer.number("i")
        found = []
        for _ in range(answer.number("i")):
            topic = answer.text()
            for _ in range(answer.number("i")):
                partition, offset = answer.number("i"), answer.number("q")
                answer.number("i")
                found.append(Position(topic, partition, offset, answer.text() or ""))
                refuse(answer.number("h"))
        refuse(answer.number("h"))
        return found

    def connect(self, host, port):
        self.close()
        self.socket = socket.create_connection((host, port), self.seconds)

    def call(self, api, version, body):
        self.number += 1
        request = struct.pack(">hhi", api, version, self.number) + text("observer") + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        answer = Answer(self.receive(struct.unpack(">i", self.receive(4))[0]))
        if answer.number("i") != self.number:
            raise Unavailable("an answer to another request")
        return answer

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise Unavailable("the connection was closed")
            data += part
        return data

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None


class Answer:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        value, = struct.unpack_from(f">{form}", self.data, self.at)
        self.at += struct.calcsize(f">{form}")
        return value

    def text(self):
        length = self.number("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode(errors="replace")


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def refuse(code):
    if code:
        raise Unavailable(f"Kafka's error {code}")
