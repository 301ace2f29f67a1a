#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The examples do what they say, over captures of real traffic: each is run by skiff, and what came
out of the devices is looked at byte by byte here, with nothing of skiff's. Speaks TAP.

usage: examples.py SKIFF EXAMPLE_OBJECTS CAPTURES [TEST]
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

SKIFF, OBJECTS, CAPTURES = sys.argv[1:4]
ONLY = sys.argv[4] if len(sys.argv) > 4 else None


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def expect(seen, expected, what):
    if seen != expected:
        raise Failed(f"{what}: expected {expected}, seen {seen}")


# Captures, read and written without skiff.

def read_pcap(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    frames, at = [], 24
    while at < len(data):
        caplen = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + caplen])
        at += 16 + caplen
    return frames


def read_pcapng(path):
    """[(interface name, packet flags, comment, frame)]; little-endian sections only."""
    data, at, names, packets = open(path, "rb").read(), 0, [], []

    def options(block, start):
        found = {}
        while start + 4 <= len(block):
            code, length = struct.unpack("<HH", block[start:start + 4])
            if code == 0:
                break
            found[code] = block[start + 4:start + 4 + length]
            start += 4 + (length + 3) // 4 * 4
        return found

    while at < len(data):
        kind, length = struct.unpack("<II", data[at:at + 8])
        block = data[at + 8:at + length - 4]
        if kind == 0x0A0D0D0A:
            names = []
        elif kind == 1:
            names.append(options(block, 8)[2].decode())
        elif kind == 6:
            interface, _, _, caplen = struct.unpack("<IIII", block[:16])
            found = options(block, 20 + (caplen + 3) // 4 * 4)
            packets.append((names[interface], struct.unpack("<I", found.get(2, b"\0\0\0\0"))[0],
                            found.get(1, b"").decode(), block[20:20 + caplen]))
        at += length
    return packets


def frames_of(name):
    path = os.path.join(CAPTURES, name)
    return read_pcap(path) if name.endswith(".pcap") else [p[3] for p in read_pcapng(path)]


# Packets, taken apart without skiff.

def sum16(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Packet:
    """An Ethernet frame with an IPv4 packet, or nothing more than the frame."""

    def __init__(self, frame):
        self.frame, self.ip, self.l4 = frame, None, None
        if frame[12:14] != b"\x08\x00" or len(frame) < 34:
            return
        size = (frame[14] & 15) * 4
        length = struct.unpack(">H", frame[16:18])[0]
        self.ip = frame[14:14 + length]
        self.protocol = frame[23]
        self.fragment = struct.unpack(">H", frame[20:22])[0] & 0x3FFF
        self.src, self.dst = frame[26:30], frame[30:34]
        self.l4 = self.ip[size:]
        self.header = self.ip[:size]
        if self.protocol in (6, 17) and len(self.l4) >= 8:
            self.sport, self.dport = struct.unpack(">HH", self.l4[:4])

    def has_ports(self):
        return self.l4 is not None and self.protocol in (6, 17) and not self.fragment

    def check_sums(self, what):
        expect(sum16(self.header), 0xFFFF, f"{what}: sum over the IPv4 header")
        if self.protocol == 17 and self.l4[6:8] == b"\0\0":
            return
        pseudo = self.src + self.dst + struct.pack(">BBH", 0, self.protocol, len(self.l4))
        expect(sum16(pseudo + self.l4), 0xFFFF, f"{what}: sum over the packet")


def ip(text):
    return bytes(int(part) for part in text.split("."))


def run(*args, status=0):
    """skiff run --json with @args: its answer, and the frames of each device in a dictionary."""
    folder = tempfile.mkdtemp(prefix="skiff-examples-")
    try:
        done = subprocess.run([SKIFF, "run", "--json", "-w", folder + "/", *args],
                              capture_output=True, text=True)
        expect(done.returncode, status, f"exit status ({done.stderr.strip()})")
        written = {name[:-5]: read_pcap(os.path.join(folder, name)) for name in os.listdir(folder)}
        return json.loads(done.stdout), written
    finally:
        shutil.rmtree(folder)


def device(answer, name):
    return next(d for d in answer["devices"] if d["name"] == name)


def returns(answer, program=0):
    return answer["programs"][program]["helpers"]["bpf_clone_redirect"]["returns"]


def example(name):
    return os.path.join(OBJECTS, name + ".o")


def capture(name):
    return os.path.join(CAPTURES, name)


# The tests.

def clone_redirect_copies_every_frame():
    for name in ("ping.pcap", "dns.pcap", "http.pcapng", "vlan.pcap", "multicast.pcap"):
        sent = frames_of(name)
        answer, written = run("-d", "mon0", "-d", f"eth0,tx={capture(name)}", example("clone_redirect"))
        expect(returns(answer), {"0": len(sent)}, f"{name}: what the helper returned")
        expect(written["eth0"], sent, f"{name}: what left eth0")
        expect(written["mon0"], sent, f"{name}: what left mon0")
        expect(device(answer, "mon0")["stats"]["tx_bytes"], sum(map(len, sent)), f"{name}: mon0 tx_bytes")
        expect(answer["printk"], [], f"{name}: printk")


def clone_redirect_reports_its_error():
    sent = frames_of("dns.pcap")
    answer, written = run("-d", f"eth0,ifindex=7,tx={capture('dns.pcap')}", example("clone_redirect"))
    expect(returns(answer), {"-22": len(sent)}, "what the helper returned")
    expect(written["eth0"], sent, "what left eth0")
    expect(answer["printk"], ["bpf_clone_redirect error: -22"] * len(sent), "printk")


def clone_redirect_pcapng_names_parents():
    sent = frames_of("dns.pcap")
    with tempfile.TemporaryDirectory(prefix="skiff-examples-") as folder:
        path = os.path.join(folder, "out.pcapng")
        subprocess.run([SKIFF, "run", "-q", "-d", "mon0", "-d", f"eth0,tx={capture('dns.pcap')}", "-w", path,
                        example("clone_redirect")], check=True)
        packets = read_pcapng(path)
        clones = [p for p in packets if p[0] == "mon0"]
        expect([p[3] for p in clones], sent, "frames on mon0")
        expect({p[1] & 3 for p in packets}, {2}, "direction of every frame (2: outbound)")
        expect(all("clone" in p[2] and "bpf_clone_redirect" in p[2] for p in clones), True,
               "each clone's comment names its parent")
        if not shutil.which("tshark"):
            raise Skipped("tshark is not installed")
        seen = subprocess.run(["tshark", "-r", path, "-Y", 'frame.interface_name == "mon0"'],
                              capture_output=True, text=True, check=True).stdout.splitlines()
        expect(len(seen), len(sent), "frames that tshark finds on mon0")


def is_dns(frame):
    packet = Packet(frame)
    return packet.has_ports() and packet.protocol == 17 and 53 in (packet.sport, packet.dport)


def mirror_filters_by_port_and_protocol():
    sent = frames_of("dns.pcap") + frames_of("http.pcapng")
    chosen = [f for f in sent if is_dns(f)]
    if not chosen or len(chosen) == len(sent):
        raise Failed("the captures do not hold both what is chosen and what is not")
    answer, written = run("-d", f"eth0,tx={capture('dns.pcap')}", "-d", "mon0", "-d", f"eth1,tx={capture('http.pcapng')}",
                          "-a", "eth0:egress", "-a", "eth1:egress",
                          "--map", "config[0]=3", "--map", "config[1]=17", "--map", "config[2]=53",
                          example("mirror"))
    expect(sorted(written["mon0"]), sorted(chosen), "what the mirror port sent")
    expect(written["eth0"] + written["eth1"], sent, "the originals")


def mirror_samples_one_in_n():
    sent = frames_of("ping.pcap")
    answer, written = run("-d", f"eth0,rx={capture('ping.pcap')}", "-d", "mon0", "-a", "eth0:ingress",
                          "--map", "config[0]=3", "--map", "config[3]=4", example("mirror"))
    expect(written["mon0"], sent[0::4], "what the mirror port sent")
    expect(device(answer, "eth0")["host"], len(sent), "originals that reached the host")


def mirror_keeps_the_vlan_tag():
    sent = frames_of("vlan.pcap")
    expect(any(f[12:14] == b"\x81\x00" for f in sent), True, "the capture has tagged frames")
    _, written = run("-d", f"eth0,rx={capture('vlan.pcap')}", "-d", "mon0", "-a", "eth0:ingress",
                     "--map", "config[0]=3", example("mirror"))
    expect(written["mon0"], sent, "what the mirror port sent")
    expect(written["eth0"], sent, "what reached the host")


def mirror_never_harms_the_original():
    sent = frames_of("dns.pcap")
    # Down, without carrier, absent, and slower than the traffic with a queue of one packet.
    for dev, code in (("mon0,down", "2"), ("mon0,nocarrier", "2"), ("mon0,ifindex=99", "-22"),
                      ("mon0,qlen=1,rate=1", "1")):
        answer, written = run("-d", f"eth0,tx={capture('dns.pcap')}", "-d", dev, "-a", "eth0:egress",
                              "--map", "config[0]=3", example("mirror"))
        expect(code in returns(answer), True, f"{dev}: {code} among {returns(answer)}")
        expect(written["eth0"], sent, f"{dev}: the originals")
        expect(device(answer, "eth0")["stats"]["tx_packets"], len(sent), f"{dev}: eth0 tx_packets")


def mirror_guards_against_its_own_copies():
    sent = frames_of("dns.pcap")
    answer, written = run("-d", f"eth0,tx={capture('dns.pcap')}", "-a", "eth0:egress", "--limit", "10",
                          "--map", "config[0]=2", example("mirror"))
    expect(written["eth0"], [f for frame in sent for f in (frame, frame)], "each frame and one copy")
    expect(answer["programs"][0]["runs"], 2 * len(sent), "runs")


RECEIVERS = [("192.0.2.1", "020000000001", 3), ("198.51.100.77", "020000000002", 3), ("203.0.113.255", "020000000003", 4)]


def fanout_addresses_every_copy():
    sent = frames_of("multicast.pcap")

    def is_multicast(frame):
        packet = Packet(frame)
        return (packet.has_ports() and packet.protocol == 17 and 224 <= packet.dst[0] <= 239
                and len(packet.header) == 20)

    groups = [f for f in sent if is_multicast(f)]
    expect(len(groups) > 3, True, "the capture has multicast")
    maps = []
    for i, (addr, mac, ifindex) in enumerate(RECEIVERS):
        value = ip(addr) + struct.pack("<I", ifindex) + bytes.fromhex(mac) + b"\0\0"
        maps += ["--map", f"receivers[{i}]=hex:{value.hex()}"]
    answer, written = run("-d", f"eth0,rx={capture('multicast.pcap')}", "-d", "out0", "-d", "out1", *maps,
                          example("fanout"))
    expect(written["eth0"], sent, "the originals, as they were")
    expect(len(written["out0"]), 2 * len(groups), "copies on out0")
    expect(len(written["out1"]), len(groups), "copies on out1")
    first, second, third = written["out0"][0::2], written["out0"][1::2], written["out1"]
    for copies, (addr, mac, _) in zip((first, second, third), RECEIVERS):
        for frame, original in zip(copies, groups):
            copy = Packet(frame)
            expect(copy.dst, ip(addr), "destination of a copy")
            expect(frame[:6], bytes.fromhex(mac), "its MAC")
            expect(copy.l4[8:], Packet(original).l4[8:], "its payload")
            copy.check_sums(f"a copy for {addr}")


def shadow(name, protocol):
    sent = frames_of(name)
    requests = [p for p in map(Packet, sent) if p.has_ports() and p.protocol == protocol
                and p.dport < 10000 and p.dport < p.sport and p.dst[0] < 224]
    expect(len(requests) > 2, True, f"{name} has requests")
    server, port = requests[0].dst, requests[0].dport
    value = server + struct.pack(">HH", port, 9999) + ip("203.0.113.9") + struct.pack("<I", 3)
    answer, written = run("-d", f"eth0,rx={capture(name)}", "-d", "shadow0", "--map",
                          f"shadow_config[0]=hex:{value.hex()}", example("shadow"))
    chosen = [p for p in map(Packet, sent) if p.has_ports() and (p.dst, p.dport) == (server, port)]
    expect(written["eth0"], sent, "the originals, as they were")
    expect(len(written["shadow0"]), len(chosen), "copies")
    for frame, original in zip(written["shadow0"], chosen):
        copy = Packet(frame)
        expect((copy.dst, copy.dport, copy.sport), (ip("203.0.113.9"), 9999, original.sport), "its address")
        copy.check_sums("a copy")
        original.check_sums("the original")


def shadow_copies_udp_with_right_sums():
    shadow("dns.pcap", 17)


def shadow_copies_tcp_with_right_sums():
    shadow("http.pcapng", 6)


def stale_pointer_is_refused_and_explained():
    done = subprocess.run([SKIFF, "verify", "--json", example("stale_pointer")], capture_output=True, text=True)
    expect(done.returncode, 1, "exit status")
    program = json.loads(done.stdout)["programs"][0]
    expect(program["verdict"], "rejected", "verdict")
    expect(program["errno"], -13, "errno")
    expect("invalid mem access 'scalar'" in program["message"], True, f"message {program['message']}")
    text = subprocess.run([SKIFF, "verify", example("stale_pointer")], capture_output=True, text=True).stdout
    for part in ("bpf_clone_redirect", "eth->h_proto", "skb->data", "data_end"):
        expect(part in text, True, f"the explanation speaks of {part}:\n{text}")


def the_same_inputs_give_the_same_bytes():
    with tempfile.TemporaryDirectory(prefix="skiff-examples-") as folder:
        outputs = []
        for i in range(2):
            path = os.path.join(folder, f"{i}.pcapng")
            done = subprocess.run([SKIFF, "run", "--trace", "-d", "mon0", "-d", f"eth0,tx={capture('http.pcapng')}",
                                   "-w", path, example("clone_redirect")], capture_output=True, check=True)
            outputs.append((done.stdout, done.stderr, open(path, "rb").read()))
        expect(outputs[0] == outputs[1], True, "two runs give the same output and capture")


TESTS = [clone_redirect_copies_every_frame, clone_redirect_reports_its_error, clone_redirect_pcapng_names_parents,
         mirror_filters_by_port_and_protocol, mirror_samples_one_in_n, mirror_keeps_the_vlan_tag,
         mirror_never_harms_the_original, mirror_guards_against_its_own_copies, fanout_addresses_every_copy,
         shadow_copies_udp_with_right_sums, shadow_copies_tcp_with_right_sums, stale_pointer_is_refused_and_explained,
         the_same_inputs_give_the_same_bytes]


def main():
    tests = [t for t in TESTS if ONLY in (None, t.__name__)]
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}")
        except Skipped as reason:
            print(f"ok {number} - {test.__name__} # SKIP {reason}")
        except Exception as reason:  # whatever went wrong is told and counted
            failed += 1
            for line in f"{type(reason).__name__}: {reason}".splitlines():
                print(f"# {line[:2000]}")
            print(f"# again: {sys.argv[0]} {SKIFF} {OBJECTS} {CAPTURES} {test.__name__}")
            print(f"not ok {number} - {test.__name__}")
    print(f"1..{len(tests)}")
    return 1 if failed else 0


sys.exit(main())
