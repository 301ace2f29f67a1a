# SPDX-License-Identifier: BSD-2-Clause
"""The cases: an object, the devices, what is attached where, what stands in the maps before, and
the frames that come in by which door."""
import random
import struct
from dataclasses import dataclass, field

import captures
from captures import address, ethernet, of_len, udp


@dataclass
class Dev:
    name: str
    kind: str = "ether"
    rx: object = None  # a capture's file name, or frames
    tx: object = None
    peer: str = None   # veth
    mtu: int = None
    down: bool = False
    nocarrier: bool = False  # ether
    noreader: bool = False   # tun
    qlen: int = None
    ifindex: int = 0


@dataclass
class Case:
    name: str
    object: str
    devices: list
    attach: list         # (device, hook, program), in the order in which they run
    presets: list = field(default_factory=list)  # (map, key, value or a program's name)
    listen: list = field(default_factory=list)   # ring buffers
    tc: str = None       # tc itself attaches the object's section of this name
    own: bool = True     # an object of this folder; else an example

    def __post_init__(self):
        number = 2
        for dev in self.devices:
            dev.kind = "lo" if dev.name == "lo" else dev.kind
            dev.ifindex = 1 if dev.name == "lo" else dev.ifindex or number
            number = max(number, dev.ifindex + 1)


def u32(*numbers):
    return struct.pack(f"={len(numbers)}I", *numbers)


def s32(number):
    return struct.pack("=i", number)


def preset(name, *values):
    """Entries 0, 1, ... of an array."""
    return [(name, u32(key), value) for key, value in enumerate(values)]


CAPTURES = ("ping.pcap", "dns.pcap", "http.pcapng", "vlan.pcap", "multicast.pcap")
LENGTHS = (14, 15, 18, 33, 34, 41, 42, 59, 60, 61, 127, 590, 1500, 1513, 1514)


def example(name, devices, hook, presets=(), section=None):
    program = {"clone_redirect": "bpf_clone_redirect_example"}.get(name.split("-")[0],
                                                                   name.split("-")[0])
    fed = [dev.name for dev in devices if dev.rx or dev.tx]
    return Case(name, name.split("-")[0], devices, [(dev, hook, program) for dev in fed],
                presets=list(presets), own=False, tc=section)


def examples():
    for name in CAPTURES:
        word = name.split(".")[0]
        yield example(f"clone_redirect-{word}", [Dev("mon0"), Dev("eth0", tx=name)], "egress",
                      section="tc/egress")
        yield example(f"mirror-{word}", [Dev("eth0", rx=name), Dev("mon0")], "ingress",
                      preset("config", u32(3)), section="tc")
    yield example("clone_redirect-absent", [Dev("eth0", tx="dns.pcap", ifindex=7)], "egress")
    yield Case("clone_redirect-self", "clone_redirect", [Dev("eth0", tx="dns.pcap")],
               [("eth0", "egress", "bpf_clone_redirect_example")], own=False)
    for word, mon0 in (("down", Dev("mon0", down=True)), ("nocarrier", Dev("mon0", nocarrier=True)),
                       ("tun", Dev("mon0", "tun")), ("noreader", Dev("mon0", "tun", noreader=True)),
                       ("ifb", Dev("mon0", "ifb"))):
        yield example(f"mirror-to-{word}", [Dev("eth0", rx="dns.pcap"), mon0], "ingress",
                      preset("config", u32(3)))
    yield example("mirror-chosen", [Dev("eth0", tx="dns.pcap"), Dev("mon0"),
                                    Dev("eth1", tx="http.pcapng")], "egress",
                  preset("config", u32(3), u32(17), u32(53), u32(2)))
    yield example("mirror-own", [Dev("eth0", tx="dns.pcap")], "egress", preset("config", u32(2)))
    receivers = [(address(addr) + u32(ifindex) + bytes.fromhex(mac) + bytes(2))
                 for addr, mac, ifindex in (("192.0.2.1", "020000000001", 3),
                                            ("198.51.100.77", "020000000002", 3),
                                            ("203.0.113.255", "020000000003", 4))]
    yield example("fanout", [Dev("eth0", rx="multicast.pcap"), Dev("out0"), Dev("out1")],
                  "ingress", preset("receivers", *receivers), section="tc/ingress")
    for name, server, port in (("dns.pcap", "10.0.0.2", 53), ("http.pcapng", "10.0.0.2", 8000)):
        value = address(server) + struct.pack(">HH", port, 9999) + address("203.0.113.9") + u32(3)
        yield example(f"shadow-{name.split('.')[0]}", [Dev("eth0", rx=name), Dev("shadow0")],
                      "ingress", preset("shadow_config", value), section="tc/ingress")


VLAN = (captures.ETH_P_8021Q, captures.ETH_P_8021AD)


def target(ifindex, flags=0):
    return struct.pack("=IIQ", ifindex, 0, flags)


END = target(0xFFFFFFFF)


def targets():
    """Clones to every kind of device, from ingress and from egress, up and down, short and long."""
    frames = [of_len(length, fill=length) for length in LENGTHS]
    flags = [target(3, flag) for flag in (2, 3, 1 << 16, 1 << 32, 1 << 63, (1 << 64) - 1)]
    absent = [target(ifindex, flag) for ifindex in (0, 99, 0x7FFFFFFF, 0x80000000)
              for flag in (0, 1)]
    for door, hook, program in (("rx", "ingress", "at_ingress"), ("tx", "egress", "at_egress")):
        def devices(*others):
            return [Dev("eth0", **{door: frames}), *others]

        def case(word, others, wanted, attach=()):
            return Case(f"targets-{word}-{hook}", "targets", devices(*others),
                        [("eth0", hook, program), *attach], preset("targets", *wanted, END))

        def both(*ifindexes):
            return [target(ifindex, flag) for ifindex in ifindexes for flag in (0, 1)]

        yield case("refused", [Dev("mon0")], flags + absent)
        yield case("down", [Dev("down0", down=True), Dev("cable0", nocarrier=True),
                            Dev("tun0", "tun", noreader=True), Dev("veth0", "veth", peer="veth1"),
                            Dev("veth1", "veth", peer="veth0", down=True),
                            Dev("tun1", "tun", down=True), Dev("ifb0", "ifb", down=True)],
                   both(3, 4, 5, 6, 7, 8, 9))
        yield case("up", [Dev("mon0"), Dev("tun0", "tun"), Dev("veth0", "veth", peer="veth1"),
                          Dev("veth1", "veth", peer="veth0"), Dev("ifb0", "ifb")],
                   both(1, 3, 4, 5, 7),
                   [("veth1", "ingress", "at_ingress"), ("ifb0", "egress", "at_egress")])
        yield case("own", [Dev("mon0")], both(2),
                   [("eth0", "egress" if hook == "ingress" else "ingress",
                     "at_egress" if hook == "ingress" else "at_ingress")])
        yield case("hooked", [Dev("mon0"), Dev("mon1"), Dev("tun0", "tun", noreader=True)],
                   both(3, 4, 5),
                   [("mon0", "egress", "refuse"), ("mon1", "egress", "steal"),
                    ("tun0", "egress", "refuse"), ("mon0", "ingress", "refuse"),
                    ("mon1", "ingress", "steal")])
        yield case("queued", [Dev("mon0", qlen=5), Dev("veth0", "veth", peer="veth1", qlen=0),
                              Dev("veth1", "veth", peer="veth0", mtu=100)], both(3, 4, 5))
    long = [of_len(length, fill=length) for length in (1500, 1514, 1515, 1518, 1519, 4000, 9000)]
    yield Case("targets-oversize", "targets",
               [Dev("eth0", rx=long, mtu=9000), Dev("mon0"), Dev("veth0", "veth", peer="veth1"),
                Dev("veth1", "veth", peer="veth0"), Dev("tun0", "tun"), Dev("ifb0", "ifb"),
                Dev("q0", "veth", peer="q1", qlen=100), Dev("q1", "veth", peer="q0")],
               [("eth0", "ingress", "at_ingress")],
               preset("targets", *(target(ifindex, flag) for ifindex in (3, 4, 6, 7, 8, 1)
                                   for flag in (0, 1)), END))
    yield Case("oversize-arrives", "targets", [Dev("eth0", rx=long), Dev("eth1", tx=long),
                                               Dev("eth2", mtu=500, rx=long, tx=long), Dev("mon0")],
               [(dev, hook, "at_" + hook) for dev in ("eth0", "eth1", "eth2")
                for hook in ("ingress", "egress")], preset("targets", target(5), END))
    ip = [udp(bytes(length)) for length in (0, 1, 18, 1000)]
    yield Case("targets-from-tun", "targets",
               [Dev("tun0", "tun", rx=ip), Dev("mon0"), Dev("tun1", "tun"), Dev("ifb0", "ifb")],
               [("tun0", "ingress", "at_ingress"), ("tun1", "egress", "at_egress"),
                ("tun1", "ingress", "at_ingress")],
               preset("targets", *(target(ifindex, flag) for ifindex in (1, 2, 3, 4, 5)
                                   for flag in (0, 1)), END))
    yield Case("targets-into-tun", "targets",
               [Dev("tun0", "tun", tx=ip), Dev("mon0"), Dev("tun1", "tun")],
               [("tun0", "egress", "at_egress")],
               preset("targets", *(target(ifindex, flag) for ifindex in (1, 2, 3, 4)
                                   for flag in (0, 1)), END))
    yield Case("targets-from-lo", "targets", [Dev("lo", tx=frames), Dev("mon0")],
               [("lo", "egress", "at_egress"), ("lo", "ingress", "at_ingress")],
               preset("targets", target(3), target(1), target(1, 1), END))


VERDICTS = (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -2, 0x10000000, 0x20000000, 0x7FFFFFFF)


def asks(*numbers):
    """A frame that asks each of the four programs for a verdict by its number in the table."""
    return ethernet(bytes(numbers) + bytes(60), 0x88B5)


def verdicts():
    frames = [asks(*(number if at == place else 0 for at in range(4)))
              for place in range(4) for number in range(len(VERDICTS))]
    frames += [asks(a, b, c, d) for a in (0, 2, 4) for b in (0, 7, 9) for c in (0, 2, 5)
               for d in (1, 3)]
    frames += [ethernet(b"\x01", 0x88B5), of_len(60)]
    table = preset("table", *map(s32, VERDICTS))
    programs = ("tcx_first", "tcx_second", "tc_first", "tc_second")
    yield Case("verdicts-ingress", "verdicts", [Dev("eth0", rx=frames)],
               [("eth0", "ingress", program) for program in programs], table)
    yield Case("verdicts-egress", "verdicts", [Dev("eth0", tx=frames)],
               [("eth0", "egress", program) for program in programs], table)
    yield Case("verdicts-filters-first", "verdicts", [Dev("eth0", rx=frames)],
               [("eth0", "ingress", program) for program in reversed(programs)], table)
    yield Case("verdicts-of-a-target", "verdicts", [Dev("mon0"), Dev("eth0", tx=frames)],
               [("mon0", "egress", program) for program in programs], table)


def way(ifindex, flags=0, verdict=0, twice=0):
    return struct.pack("=IIQq", ifindex, twice, flags, verdict)


def redirects():
    ways = [way(3), way(3, 1), way(2), way(2, 1), way(99), way(99, 1), way(3, 2), way(3, 1 << 63),
            way(4), way(4, 1), way(5), way(5, 1), way(6), way(3, 1, twice=1), way(3, 0, 2),
            way(7, 1, 7)]
    others = [Dev("mon0"), Dev("veth0", "veth", peer="veth1"), Dev("tun0", "tun"),
              Dev("down0", down=True), Dev("veth1", "veth", peer="veth0")]
    frames = [ethernet(bytes([number]) + bytes(49), 0x88B5) for number in range(16)]
    frames += [of_len(1514), ethernet(b"\x0a", 0x88B5), ethernet(b"\x01" + bytes(20), 0x88B5)]
    for door, hook in (("rx", "ingress"), ("tx", "egress")):
        yield Case(f"redirect-{hook}", "redirect", [Dev("eth0", **{door: frames}), *others],
                   [("eth0", hook, "go"), ("mon0", "egress", "arrived"),
                    ("mon0", "ingress", "arrived"), ("veth1", "ingress", "arrived"),
                    ("tun0", "egress", "arrived"), ("tun0", "ingress", "arrived")],
                   preset("ways", *ways))


def many_frames():
    """Of many kinds and lengths, for programs that look at what they get."""
    frames = [of_len(length, fill=length) for length in LENGTHS]
    frames += [of_len(80, to=to) for to in (captures.BROADCAST, captures.GROUP, captures.THERE)]
    frames += [of_len(80, captures.ETH_P_ARP), of_len(80, captures.ETH_P_IPV6), of_len(80, 0x88B5),
               of_len(80, 40), ethernet(b"\xff\xff" + bytes(50), 50)]
    return frames


def tagged_frames(bare_tags=(4, 5, 6, 7, 46)):
    """@bare_tags: lengths of what follows a type of 802.1Q. The end of a wire, where the frames are
    looked at, does not take a tagged frame of fewer than 20 bytes: 6 here."""
    packet = udp(bytes(range(60)))
    q, ad = captures.ETH_P_8021Q, captures.ETH_P_8021AD
    frames = [ethernet(packet, tags=tags) for tags in (
        [], [(q, 100)], [(q, 0x6064)], [(q, 0)], [(ad, 200)], [(ad, 200), (q, 100)],
        [(q, 100), (q, 101)], [(q, 0), (q, 5)], [(q, 0x2000), (ad, 0)], [(q, 1), (q, 2), (q, 3)],
        [(q, 7)] * 6, [(q, 7)] * 7, [(q, 7)] * 8, [(q, 7)] * 9)]
    frames += [ethernet(bytes(n), captures.ETH_P_8021Q) for n in bare_tags]
    frames += [ethernet(packet, 0x88B5, tags=[(q, 7)]), ethernet(bytes(46), 46, tags=[(q, 7)])]
    return frames


def metadata():
    others = [Dev("mon0"), Dev("veth0", "veth", peer="veth1"), Dev("veth1", "veth", peer="veth0")]
    looks = [("mon0", "egress", "look_tc"), ("veth1", "ingress", "look_tcx"),
             ("mon0", "ingress", "look_tcx"), ("veth0", "ingress", "look_tc"),
             ("eth0", "egress", "look_tc")]
    for door, hook in (("rx", "ingress"), ("tx", "egress")):
        for word, frames in (("plain", many_frames()[5:]), ("tagged", tagged_frames()[:9])):
            yield Case(f"meta-{word}-{hook}", "meta", [Dev("eth0", **{door: frames[:11]}), *others],
                       [("eth0", hook, "clone"), *looks[:4 if hook == "egress" else 5]],
                       preset("to", u32(3, 4, 3, 4)))
        yield Case(f"meta-long-{hook}", "meta",
                   [Dev("eth0", mtu=9000, **{door: [of_len(length) for length in (
                       4064, 4065, 4066, 4079, 4080, 4081, 9014)]}), *others],
                   [("eth0", hook, "clone"), *looks], preset("to", u32(3, 4, 3, 4)))


def rewriting():
    for program, frames in (("by_helpers", many_frames()), ("by_writes", many_frames()),
                            ("by_size", many_frames())):
        for door, hook in (("rx", "ingress"), ("tx", "egress")):
            yield Case(f"rewrite-{program}-{hook}", "rewrite",
                       [Dev("eth0", **{door: frames}), Dev("mon0"), Dev("mon1")],
                       [("eth0", hook, program)], preset("to", u32(3), u32(4)))
    # Frames that Linux keeps in more than one piece.
    long = [of_len(length, fill=length) for length in (1514, 3000, 4079, 4080, 4081, 4096, 9014)]
    for program in ("by_helpers", "by_writes"):
        for door, hook in (("rx", "ingress"), ("tx", "egress")):
            yield Case(f"rewrite-{program}-{hook}-long", "rewrite",
                       [Dev("eth0", mtu=9000, **{door: long}), Dev("mon0"), Dev("mon1")],
                       [("eth0", hook, program)], preset("to", u32(3), u32(4)))


def tagging():
    arriving, sent = tagged_frames(), tagged_frames((6, 7, 46))
    for program in ("kept", "changed"):
        for door, hook, frames in (("rx", "ingress", arriving), ("tx", "egress", sent)):
            yield Case(f"vlan-{program}-{hook}", "vlan",
                       [Dev("eth0", **{door: frames}), Dev("mon0"), Dev("mon1"),
                        Dev("veth0", "veth", peer="veth1"), Dev("veth1", "veth", peer="veth0"),
                        Dev("ifb0", "ifb")],
                       [("eth0", hook, program), ("veth1", "ingress", "seen")],
                       preset("to", u32(3), u32(4), u32(5), u32(7), u32(99), u32(99), u32(7)))
            # Nobody can see of a frame without link layer that it had more tags.
            frames = [frame for frame in frames if not hides_a_tag(frame)]
            yield Case(f"vlan-{program}-{hook}-into-tun", "vlan",
                       [Dev("eth0", **{door: frames}), Dev("tun0", "tun")],
                       [("eth0", hook, program), ("tun0", "ingress", "seen")],
                       preset("to", u32(99), u32(3), u32(3), u32(3)))


def calls():
    frames = many_frames()
    yield Case("tail-calls", "tail", [Dev("eth0", rx=frames), Dev("mon0")],
               [("eth0", "ingress", "entry")],
               [("jumps", u32(0), "second"), ("jumps", u32(1), "again"), ("to", u32(0), u32(3))])
    one = [of_len(100)]
    for word, ifindex, flags, others in (
            ("ingress", 3, 1, [Dev("mon0")]),
            ("own-ingress", 2, 1, [Dev("mon0")]),
            ("ifb", 3, 0, [Dev("ifb0", "ifb")]),
            ("tun", 3, 0, [Dev("tun0", "tun")]),
            ("veth", 3, 0, [Dev("veth0", "veth", peer="veth1"),
                            Dev("veth1", "veth", peer="veth0")]),
            ("lo", 1, 0, [Dev("lo")])):
        target_name = {"ingress": "mon0", "own-ingress": "eth0", "ifb": "eth0", "tun": "eth0",
                       "veth": "veth1", "lo": "lo"}[word]
        yield Case(f"fan-out-1200-{word}", "loops", [Dev("eth0", rx=one), *others],
                   [("eth0", "ingress", "many"), (target_name, "ingress", "arrived")],
                   preset("job", u32(ifindex, flags, 1200)))
    yield Case("fan-out-1200-from-egress", "loops",
               [Dev("veth2", "veth", peer="veth3", tx=one), Dev("veth0", "veth", peer="veth1"),
                Dev("veth1", "veth", peer="veth0"), Dev("veth3", "veth", peer="veth2")],
               [("veth2", "egress", "many"), ("veth1", "ingress", "arrived")],
               preset("job", u32(3, 0, 1200)))
    yield Case("for-each", "loops",
               [Dev("eth0", rx=many_frames()), *(Dev(f"mon{i}") for i in range(4))],
               [("eth0", "ingress", "every")],
               [("ports", u32(ifindex), u32(flags)) for ifindex, flags in (
                   (3, 0), (4, 1), (5, 0), (6, 1), (99, 0), (77, 3), (0, 0))])


def mapping():
    rules = [("acl", u32(bits) + address(addr), u32(verdict)) for bits, addr, verdict in (
        (0, "0.0.0.0", 0), (8, "10.0.0.0", 0), (24, "10.0.0.0", 2), (32, "10.0.0.2", 0),
        (31, "198.51.100.6", 2), (32, "239.1.2.3", 2), (4, "224.0.0.0", 4))]
    for name in CAPTURES:
        yield Case(f"maps-{name.split('.')[0]}", "maps", [Dev("eth0", rx=name)],
                   [("eth0", "ingress", "firewall")], rules)
    yield Case("maps-both-ways", "maps", [Dev("eth0", rx="http.pcapng", tx="dns.pcap")],
               [("eth0", "ingress", "firewall"), ("eth0", "egress", "firewall")], rules)
    yield Case("rings", "rings", [Dev("eth0", rx=many_frames())], [("eth0", "ingress", "record")],
               listen=["frames"])
    yield Case("rings-unread", "rings", [Dev("eth0", rx=many_frames())],
               [("eth0", "ingress", "record"), ("eth0", "ingress", "flood")])
    yield Case("rings-full", "rings", [Dev("eth0", rx=many_frames())],
               [("eth0", "ingress", "flood")], listen=["frames"])


def loopbacks():
    frames = [of_len(length) for length in (60, 90, 1514)]
    for program, door, hook, budget in (
            ("in_again", "rx", "ingress", 50), ("out_again", "tx", "egress", 5),
            ("out_again", "tx", "egress", 100), ("out_instead", "tx", "egress", 100),
            ("bounce", "rx", "ingress", 40), ("bounce", "tx", "egress", 40)):
        yield Case(f"own-{program}-{hook}-{budget}", "loopback", [Dev("eth0", **{door: frames})],
                   [("eth0", hook, program)] + [("eth0", "egress" if hook == "ingress" else
                                                 "ingress", program)] * (program == "bounce"),
                   preset("budget", struct.pack("=q", budget)))


def hides_a_tag(frame):
    """Two tags, the outer for VLAN 0: the host takes the second off too."""
    outer, tci = captures.tag(frame)
    return outer in VLAN and not tci & 0xFFF and captures.tag(frame[4:])[0] in VLAN


def step(rng, ifindexes):
    op = rng.choice((1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8))
    if op <= 2:
        to = rng.choice(ifindexes if rng.random() < 0.95 else (0, 99))
        return struct.pack("=IIQ", op, to, rng.choice((0, 0, 0, 1, 1, 1, 1, 2)))
    return struct.pack("=IIQ", op, rng.choice((0, 5, 14, 20, 30, 60, 1400)), rng.randrange(256))


def script_devices(rng, frames, wires):
    more = frames[:rng.randrange(3)] or None
    others = [Dev("veth0", "veth", peer="veth1", qlen=rng.choice((None, None, None, 0, 1, 5))),
              Dev("veth1", "veth", peer="veth0", mtu=rng.choice((None, None, None, 100, 1490))),
              Dev("ifb0", "ifb"),
              rng.choice((Dev("tun0", "tun"), Dev("tun0", "tun", noreader=True),
                          Dev("tun0", "tun", rx=[udp(bytes(rng.randrange(100)))])))]
    if wires:
        return [Dev("eth0", rx=frames), Dev("eth1", tx=more), *others,
                Dev("eth2", nocarrier=rng.random() < 0.3, down=rng.random() < 0.2), Dev("lo")]
    return [Dev("veth2", "veth", peer="veth3", tx=frames),
            Dev("veth3", "veth", peer="veth2", tx=more), *others,
            Dev("ifb1", "ifb", down=rng.random() < 0.2), Dev("lo")]


def script(seed):
    """A world in which every hook may do anything; the seed says what. What goes through an ifb
    from an egress hook passes, wherever it comes in next, no hook and no socket that hears all
    protocols, so that it would be missed at the end of a wire: such worlds have no wires."""
    rng, wires = random.Random(seed), seed % 3 > 0
    tagged = [frame for frame in tagged_frames((6, 7, 46)) if not hides_a_tag(frame)]
    receivers = (captures.HERE, captures.THERE, captures.BROADCAST, captures.GROUP)
    frames = [of_len(rng.choice(LENGTHS[1:]), to=rng.choice(receivers), fill=rng.randrange(256))
              for _ in range(6)] + rng.sample(tagged, 2)
    case = Case(f"script-{seed}", "script", script_devices(rng, frames, wires), [],
                preset("budget", struct.pack("=q", rng.choice((20, 60, 150)))))
    ifindexes = [dev.ifindex for dev in case.devices]
    ifbs = [dev.ifindex for dev in case.devices if dev.kind == "ifb"]
    for dev in case.devices:
        for egress in range(2):
            if case.attach and rng.random() < 0.35:
                continue
            known = [i for i in ifindexes if not (wires and egress and i in ifbs)]
            steps = [step(rng, known) for _ in range(rng.randrange(1, 4))]
            verdict = rng.choice((0, 0, 0, 0, -1, 2, 3, 4, 7, 7, 8))
            case.presets.append(("scripts", u32(dev.ifindex * 2 + egress),
                                 b"".join(steps).ljust(64, b"\0") + struct.pack("=q", verdict)))
            case.attach.append((dev.name, ("ingress", "egress")[egress],
                                ("in", "out")[egress] + rng.choice(("", "_tcx"))))
    return case


CASES = [*examples(), *targets(), *verdicts(), *redirects(), *metadata(), *rewriting(), *tagging(),
         *calls(), *mapping(), *loopbacks(), *map(script, range(12))]
