# SPDX-License-Identifier: BSD-2-Clause
"""The three rtnetlink requests that ip(8) and tc(8) have no good words for: a classifier from a
descriptor, and the state and counters of all devices at once."""
import os
import socket
import struct

NEWLINK, GETLINK, NEWQDISC, NEWTFILTER, ERROR, DONE = 16, 18, 36, 44, 2, 3
REQUEST, ACK, DUMP, EXCL, CREATE = 0x1, 0x4, 0x300, 0x200, 0x400
CLSACT = 0xFFFFFFF1
PARENT = {"ingress": 0xFFFFFFF2, "egress": 0xFFFFFFF3}
IFLA_OPERSTATE, IFLA_STATS64 = 16, 23
OPER_UP = 6
STATS = ("rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors",
         "rx_dropped", "tx_dropped")


def attr(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def ask(kind, flags, body):
    """The messages of the answer."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST | flags, 1, 0) + body)
        messages = []
        while True:
            data = sock.recv(1 << 18)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                body, data = data[16:length], data[(length + 3) // 4 * 4:]
                if kind == DONE:
                    return messages
                if kind == ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    if code:
                        raise OSError(code, f"rtnetlink: {os.strerror(code)}")
                    return messages
                messages.append(body)


def add_clsact(ifindex):
    ask(NEWQDISC, ACK | CREATE | EXCL,
        struct.pack("=BxxxiIII", 0, ifindex, 0xFFFF0000, CLSACT, 0) + attr(1, b"clsact\0"))


def add_filter(ifindex, hook, prio, prog):
    """The program at clsact, direct-action, for all protocols."""
    how = attr(6, struct.pack("=I", prog)) + attr(7, b"run\0") + attr(8, struct.pack("=I", 1))
    ask(NEWTFILTER, ACK | CREATE | EXCL,
        struct.pack("=BxxxiIII", 0, ifindex, 0, PARENT[hook],
                    prio << 16 | socket.htons(3)) + attr(1, b"bpf\0") + attr(2, how))


def links():
    """{ifindex: (operational state, {counter: value})}"""
    found = {}
    for body in ask(GETLINK, DUMP, struct.pack("=BxHiII", 0, 0, 0, 0, 0)):
        ifindex, = struct.unpack_from("=i", body, 4)
        at, state, stats = 16, None, None
        while at + 4 <= len(body):
            length, kind = struct.unpack_from("=HH", body, at)
            if kind == IFLA_OPERSTATE:
                state = body[at + 4]
            elif kind == IFLA_STATS64:
                stats = dict(zip(STATS, struct.unpack_from("=8Q", body, at + 4)))
            at += (length + 3) // 4 * 4
        found[ifindex] = state, stats
    return found
