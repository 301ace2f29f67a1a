# SPDX-License-Identifier: BSD-2-Clause
"""Captures read and written, and frames made and taken apart, with nothing of skiff's."""
import struct

ETH_P_IP, ETH_P_ARP, ETH_P_IPV6, ETH_P_8021Q, ETH_P_8021AD = 0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8
ETH_P_802_3, ETH_P_802_2 = 1, 4  # what Linux calls frames that have a length instead of a type
RAW_IP = 101  # LINKTYPE_RAW
WIRE, HOST = "wire", "host"

HERE, THERE = bytes.fromhex("020000000002"), bytes.fromhex("0200000000ff")
BROADCAST, GROUP = b"\xff" * 6, bytes.fromhex("01005e010203")


def read_pcap(data):
    order = "<" if data[:1] in (b"\xd4", b"\x4d") else ">"
    unit = 1 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    frames, at = [], 24
    while at < len(data):
        seconds, part, length, _ = struct.unpack_from(order + "IIII", data, at)
        frames.append((seconds * 10 ** 9 + part * unit, data[at + 16:at + 16 + length]))
        at += 16 + length
    return frames


def options(block, at):
    found = {}
    while at + 4 <= len(block):
        code, length = struct.unpack_from("<HH", block, at)
        if code == 0:
            break
        found[code] = block[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    return found


def blocks(data):
    """(interface's options, options, time, frame) of each packet; little-endian sections."""
    at, interfaces = 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        block = data[at + 8:at + length - 4]
        if kind == 0x0A0D0D0A:
            interfaces = []
        elif kind == 1:
            interfaces.append(options(block, 8))
        elif kind == 6:
            number, high, low, caplen = struct.unpack_from("<IIII", block)
            interface = interfaces[number]
            unit = 10 ** (9 - interface.get(9, b"\6")[0])
            yield (interface, options(block, 20 + (caplen + 3) // 4 * 4),
                   (high << 32 | low) * unit, block[20:20 + caplen])
        at += length


def read(path):
    """[(time in ns, frame)]"""
    data = open(path, "rb").read()
    if data[:4] != b"\x0a\x0d\x0d\x0a":
        return read_pcap(data)
    return [(time, frame) for _, _, time, frame in blocks(data)]


def read_doors(path):
    """What skiff run -w wrote: [(device, door, frame)]"""
    return [(interface[2].decode(), WIRE if found[2][0] & 3 == 2 else HOST, frame)
            for interface, found, _, frame in blocks(open(path, "rb").read())]


def write(path, frames, linktype=1):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, linktype))
        for time, frame in frames:
            out.write(struct.pack("<IIII", time // 10 ** 9, time % 10 ** 9, len(frame), len(frame)))
            out.write(frame)


def tag(frame):
    """The type, and, if that is a VLAN's, the tag control information behind it."""
    return struct.unpack_from(">HH", frame + bytes(2), 12)


def as_delivered(frame):
    """(protocol, bytes) of a frame at the host door as a handler of its protocol gets it: Linux has
    taken off the outermost tag, and, after tags for VLAN 0, the next."""
    protocol, tci = tag(frame)
    while protocol in (ETH_P_8021Q, ETH_P_8021AD):
        frame = frame[:12] + frame[16:]
        last, (protocol, following) = tci & 0xFFF, tag(frame)
        if last:
            break
        tci = following
    if protocol < 1536:
        protocol = ETH_P_802_3 if frame[14:16] == b"\xff\xff" else ETH_P_802_2
    return protocol, frame


# Frames to send.

def sum16(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def address(text):
    return bytes(int(part) for part in text.split("."))


def udp(payload, src="192.0.2.1", dst="198.51.100.7", sport=4000, dport=5000):
    """An IPv4 packet with right checksums."""
    src, dst, length = address(src), address(dst), 8 + len(payload)
    body = struct.pack(">HHHH", sport, dport, length, 0) + payload
    check = ~sum16(src + dst + struct.pack(">HH", 17, length) + body) & 0xFFFF
    body = body[:6] + struct.pack(">H", check or 0xFFFF) + body[8:]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 7, 0, 64, 17, 0) + src + dst
    return head[:10] + struct.pack(">H", ~sum16(head) & 0xFFFF) + head[12:] + body


def ethernet(payload, protocol=ETH_P_IP, to=HERE, tags=()):
    """A frame; @tags from outermost: (TPID, TCI)."""
    head = to + THERE + b"".join(struct.pack(">HH", *one) for one in tags)
    return head + struct.pack(">H", protocol) + payload


def of_len(length, protocol=ETH_P_IP, to=HERE, fill=0):
    """A frame of @length bytes, a UDP packet where there is room for one."""
    if protocol == ETH_P_IP and length >= 42:
        return ethernet(udp(bytes((fill + i) & 0xFF for i in range(length - 42))), to=to)
    return ethernet(bytes((fill + i) & 0xFF for i in range(length - 14)), protocol, to)
