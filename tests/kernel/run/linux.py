# SPDX-License-Identifier: BSD-2-Clause
"""The running Linux as a world: devices in a network namespace without a name, the wires of `ether`
devices in a second one, so that nothing is left behind however the process ends.

An `ether` is a veth whose other end, NAME-w in the second namespace, has an MTU of 65535 and is its
wire. Frames are taken where looking changes nothing:

  wire of an ether  an AF_PACKET socket at the wire's end, in the other namespace
  wire of a tun     its reader
  host              AF_PACKET sockets, one for each protocol. Sockets for all protocols see frames
                    before the ingress hook; those for one get what has passed it, like any handler
                    of that protocol. Linux has taken a VLAN tag off by then. A protocol without a
                    handler of the kernel's has one now: those frames would be in rx_dropped, and
                    are added to it.

What veth pairs, ifb and lo hand on inside the namespace is not seen on its way, but counted, and
seen where it ends."""
import ctypes
import errno
import fcntl
import os
import socket
import struct
import subprocess
import time

import bpf
import captures
import netlink

CLONE_NEWNS, CLONE_NEWNET, MS_REC, MS_PRIVATE = 0x20000, 0x40000000, 0x4000, 1 << 18
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
SO_RCVBUFFORCE, SO_SNDBUFFORCE, ETH_P_ALL = 33, 32, 3
TUNSETIFF, TUNSETPERSIST, TUNSETIFINDEX = 0x400454CA, 0x400454CB, 0x400454DA
IFF_TUN, IFF_NO_PI = 1, 0x1000
UNWRITTEN = b"\xee" * 4
VLAN_VALID, VLAN_TPID_VALID = 1 << 4, 1 << 6

PROTOCOLS = (captures.ETH_P_IP, captures.ETH_P_IPV6, captures.ETH_P_ARP, captures.ETH_P_802_2,
             captures.ETH_P_802_3, captures.ETH_P_8021Q, captures.ETH_P_8021AD, 0x88B5)


def mac(ifindex):
    return f"02:00:00:00:{ifindex >> 8:02x}:{ifindex & 255:02x}"


def write(path, text):
    try:
        with open(path, "w") as out:
            out.write(text)
    except FileNotFoundError:
        pass  # a kernel without IPv6 has nothing to silence


def command(name, lines):
    done = subprocess.run([name, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stdout.strip()}\n" + "\n".join(lines))


def handlers():
    """The protocols that somebody listens to on every device."""
    rows = [line.split() for line in open("/proc/thread-self/net/ptype").readlines()[1:]]
    return {int(row[0], 16) for row in rows if len(row) == 2 and row[0] != "ALL"}


def packet_socket(protocol, ifindex):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.bind((socket.if_indextoname(ifindex), protocol))
    sock.setblocking(False)
    return sock


def receive_all(sock):
    """Every frame that waits, with its tag back in it."""
    frames = []
    while True:
        try:
            frame, ancillary, _, _ = sock.recvmsg(1 << 17, 256)
        except BlockingIOError:
            return frames
        for level, kind, data in ancillary:
            if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
                continue
            status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", data)
            if status & VLAN_VALID:
                tpid = tpid if status & VLAN_TPID_VALID else captures.ETH_P_8021Q
                frame = frame[:12] + struct.pack(">HH", tpid, tci) + frame[12:]
        frames.append(frame)


class World:
    def __init__(self, devices):
        """@devices as cases.Dev describes them; ifindexes 2, 3, ... in their order."""
        self.devices, self.kinds = devices, {dev.name: dev.kind for dev in devices}
        self.links, self.clsact = [], set()
        self.tuns = {}       # device: the reader's descriptor
        self.seen = {}       # (device, door[, protocol]): frames
        self.unhandled = {}  # device: how many frames only a socket of ours took
        bpf.check(bpf.libc.unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)")
        bpf.check(bpf.libc.mount(b"", b"/", b"", MS_REC | MS_PRIVATE, None), "mount /")
        self.wires = self.namespace()
        self.home = self.namespace()
        self.add_devices()
        self.in_wires(self.add_wires)
        self.wait_for_carrier()
        self.handled = handlers()
        self.tx = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.tx.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20)
        self.hosts = {(dev.name, protocol): packet_socket(protocol, dev.ifindex)
                      for dev in devices if not dev.down for protocol in PROTOCOLS}

    def namespace(self):
        bpf.check(bpf.libc.unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)")
        for which in ("all", "default"):
            write(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "1")
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def in_wires(self, function):
        bpf.check(bpf.libc.setns(self.wires, CLONE_NEWNET), "setns")
        function()
        bpf.check(bpf.libc.setns(self.home, CLONE_NEWNET), "setns")

    def add_devices(self):
        lines, queues = [], []
        wires = f"/proc/{os.getpid()}/fd/{self.wires}"
        for dev in self.devices:
            if dev.kind == "ether":
                lines.append(f"link add {dev.name} index {dev.ifindex} address {mac(dev.ifindex)} "
                             f"type veth peer name {dev.name}-w netns {wires}")
            elif dev.kind == "veth":
                peer = next(other for other in self.devices if other.name == dev.peer)
                if peer.ifindex > dev.ifindex:
                    lines.append(f"link add {dev.name} index {dev.ifindex} type veth "
                                 f"peer name {peer.name} index {peer.ifindex}")
                lines.append(f"link set {dev.name} address {mac(dev.ifindex)}")
            elif dev.kind == "ifb":
                lines.append(f"link add {dev.name} index {dev.ifindex} address {mac(dev.ifindex)} "
                             "type ifb")
            elif dev.kind == "tun":
                self.add_tun(dev)
            if dev.mtu:
                lines.append(f"link set {dev.name} mtu {dev.mtu}")
            if dev.qlen is not None:
                queues.append(f"qdisc add dev {dev.name} root pfifo limit {dev.qlen}")
        lines += [f"link set {dev.name} {'down' if dev.down else 'up'}" for dev in self.devices]
        if "lo" not in [dev.name for dev in self.devices]:
            lines.append("link set lo up")
        command("ip", lines)
        if queues:
            command("tc", queues)

    def add_tun(self, dev):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFINDEX, struct.pack("=I", dev.ifindex))
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", dev.name.encode(), IFF_TUN | IFF_NO_PI))
        if dev.noreader:
            fcntl.ioctl(fd, TUNSETPERSIST, 1)
            os.close(fd)
        else:
            self.tuns[dev.name] = fd

    def add_wires(self):
        """The other ends, on which nothing answers: they have no addresses."""
        ethers = [dev for dev in self.devices if dev.kind == "ether"]
        command("ip", [f"link set {dev.name}-w mtu 65535 {'down' if dev.nocarrier else 'up'}"
                       for dev in ethers] or ["link show"])
        self.ends = {dev.name: packet_socket(ETH_P_ALL, socket.if_nametoindex(dev.name + "-w"))
                     for dev in ethers if not dev.nocarrier}
        for sock in self.ends.values():
            sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20)

    def has_carrier(self, dev):
        """Of devices whose carrier comes, and comes to be noticed, some time after the fact."""
        if dev.kind == "ether":
            return not (dev.nocarrier or dev.down)
        return dev.kind == "veth" and not dev.down and \
            not next(other for other in self.devices if other.name == dev.peer).down

    def wait_for_carrier(self):
        waiting = {dev.ifindex for dev in self.devices if self.has_carrier(dev)}
        until = time.monotonic() + 10
        while waiting:
            states = netlink.links()
            waiting = {number for number in waiting if states[number][0] != netlink.OPER_UP}
            if waiting and time.monotonic() > until:
                raise RuntimeError(f"Linux has not noticed the carrier of {waiting}")
            if waiting:
                time.sleep(0.01)

    # Programs.

    def attach(self, dev, hook, prio, descriptor, section):
        if section.startswith("tcx/"):
            self.links.append(bpf.attach_tcx(descriptor, dev.ifindex, hook))
            return
        if dev.ifindex not in self.clsact:
            netlink.add_clsact(dev.ifindex)
            self.clsact.add(dev.ifindex)
        netlink.add_filter(dev.ifindex, hook, prio, descriptor)

    def attach_with_tc(self, dev, hook, path, section):
        """tc loads the object itself. The program's descriptor and its maps."""
        # Where libbpf looks for pinned maps; in this process's mount namespace only.
        bpf.check(bpf.libc.mount(b"bpf", b"/sys/fs/bpf", b"bpf", 0, None), "mount /sys/fs/bpf")
        command("tc", [f"qdisc add dev {dev.name} clsact",
                       f"filter add dev {dev.name} {hook} prio 1 protocol all "
                       f"bpf da obj {path} sec {section}"])
        shown = subprocess.run(["tc", "filter", "show", "dev", dev.name, hook],
                               capture_output=True, text=True, check=True).stdout.split()
        prog = bpf.prog_by_id(int(shown[shown.index("id") + 1]))
        return prog, bpf.prog_maps(prog)

    # Frames.

    def give(self, dev, door, frame):
        try:
            if door == "tx":
                self.tx.sendto(frame, (dev.name, 0))
            elif dev.kind == "tun":
                os.write(self.tuns[dev.name], frame)
            else:
                self.ends[dev.name].send(frame)
        except OSError as error:
            # What a sender is told of a drop is not the frame's fate.
            if error.errno not in (errno.ENOBUFS, errno.EMSGSIZE, errno.EINVAL):
                raise
        self.settle()
        self.collect()

    def settle(self):
        """Let the CPU finish what it has queued."""
        while True:
            time.sleep(0.0003)
            row = open("/proc/thread-self/net/softnet_stat").readline().split()
            if int(row[13], 16) + int(row[14], 16) == 0:
                return

    def saw(self, door, frames):
        if frames:
            self.seen.setdefault(door, []).extend(frames)

    def collect(self):
        for name, sock in self.ends.items():
            self.saw((name, captures.WIRE), receive_all(sock))
        for name, fd in self.tuns.items():
            self.saw((name, captures.WIRE), list(self.read_tun(fd)))
        for (name, protocol), sock in self.hosts.items():
            frames = receive_all(sock)
            # Without a link layer the frame does not say for whom it is.
            kind = () if self.kinds[name] == "tun" else (f"{protocol:04x}",)
            self.saw((name, captures.HOST, *kind), frames)
            if protocol not in self.handled:
                self.unhandled[name] = self.unhandled.get(name, 0) + len(frames)

    @staticmethod
    def read_tun(fd):
        room = bytearray(1 << 17)
        while True:
            room[:64] = UNWRITTEN * 16
            try:
                packet = bytes(room[:os.readv(fd, [room])])
            except BlockingIOError:
                return
            # Of fewer than 12 bytes behind a tag Linux tells 4 more than it writes.
            yield packet[:-4] if len(packet) < 16 and packet.endswith(UNWRITTEN) else packet

    def stats(self):
        """{device: counters}, as if nobody had looked."""
        states = netlink.links()
        found = {}
        for dev in self.devices:
            counters = dict(states[dev.ifindex][1])
            counters["rx_dropped"] += self.unhandled.get(dev.name, 0)
            found[dev.name] = {key: counters[key] for key in (
                "rx_packets", "rx_bytes", "rx_dropped", "tx_packets", "tx_bytes", "tx_dropped")}
        return found
