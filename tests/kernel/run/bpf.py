# SPDX-License-Identifier: BSD-2-Clause
"""bpf(2) by hand, and objects loaded by the system's libbpf: the shared library that tc itself is
linked with, not the one inside skiff. What is given as descriptor is the caller's to keep open."""
import ctypes
import errno
import mmap
import os
import struct

SYS_BPF = 321  # x86-64
MAP_LOOKUP, MAP_UPDATE, MAP_NEXT_KEY, PROG_FD_BY_ID, MAP_FD_BY_ID, OBJ_INFO, MAP_TAKE = \
    1, 2, 4, 13, 14, 15, 21
LINK_CREATE, ENABLE_STATS = 28, 32
TCX = {"ingress": 46, "egress": 47}
SCHED_CLS = 3
PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH = 5, 6, 10
PROG_ARRAY, PERF_EVENT_ARRAY, LPM_TRIE, QUEUE, STACK, RINGBUF = 3, 4, 11, 22, 23, 27
ARRAY = 2

libc = ctypes.CDLL(None, use_errno=True)


def check(ret, what):
    if ret < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return ret


def bpf(command, attr, what):
    return check(libc.syscall(SYS_BPF, command, attr, len(attr)), what)


def buffer(size):
    room = ctypes.create_string_buffer(size)
    return room, ctypes.addressof(room)


def available():
    """Is bpf(2) to be had at all? The descriptor that keeps run counts going, or an OSError."""
    return bpf(ENABLE_STATS, ctypes.create_string_buffer(struct.pack("=I", 0), 16),
               "BPF_ENABLE_STATS")


def info(fd, size):
    room, address = buffer(size)
    attr = ctypes.create_string_buffer(struct.pack("=IIQ", fd, size, address), 16)
    bpf(OBJ_INFO, attr, "BPF_OBJ_GET_INFO_BY_FD")
    return room.raw


def prog_runs(fd):
    return struct.unpack_from("=Q", info(fd, 224), 200)[0]


def prog_by_id(number):
    return bpf(PROG_FD_BY_ID, ctypes.create_string_buffer(struct.pack("=I", number), 16),
               "BPF_PROG_GET_FD_BY_ID")


def prog_maps(fd):
    """The maps of a program."""
    ids, address = buffer(4 * 64)
    room, room_address = buffer(224)
    struct.pack_into("=IIQ", room, 48, 0, 64, address)
    attr = ctypes.create_string_buffer(struct.pack("=IIQ", fd, 224, room_address), 16)
    bpf(OBJ_INFO, attr, "BPF_OBJ_GET_INFO_BY_FD")
    count = struct.unpack_from("=I", room, 52)[0]
    fds = [bpf(MAP_FD_BY_ID, ctypes.create_string_buffer(struct.pack("=I", number), 16),
               "BPF_MAP_GET_FD_BY_ID") for number in struct.unpack_from(f"={count}I", ids)]
    return [Map(fd) for fd in fds]


def attach_tcx(prog, ifindex, hook):
    attr = struct.pack("=IIII", prog, ifindex, TCX[hook], 0)
    return bpf(LINK_CREATE, ctypes.create_string_buffer(attr, 64), "BPF_LINK_CREATE")


def possible_cpus():
    last = open("/sys/devices/system/cpu/possible").read().strip().split(",")[-1]
    return int(last.split("-")[-1]) + 1


class Map:
    def __init__(self, fd, name=None):
        self.fd = fd
        (self.type, _, self.key_size, self.value_size, self.max_entries, _, short) = \
            struct.unpack("=6I16s", info(fd, 88)[:40])
        self.name = name or short.rstrip(b"\0").decode()
        self.cpus = possible_cpus() \
            if self.type in (PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH) else 0

    def element(self, command, key, value, what):
        """The command on an element; @key and @value are buffers or None."""
        attr = struct.pack("=IIQQQ", self.fd, 0, ctypes.addressof(key) if key else 0,
                           ctypes.addressof(value), 0)
        return libc.syscall(SYS_BPF, command, ctypes.create_string_buffer(attr, 32), 32) == 0 or \
            self.failed(what)

    def failed(self, what):
        code = ctypes.get_errno()
        if code == errno.ENOENT:
            return False
        raise OSError(code, f"{what} on {self.name}: {os.strerror(code)}")

    def room(self):
        return (self.value_size + 7) // 8 * 8 * self.cpus if self.cpus else self.value_size

    def update(self, key, value):
        """Per-CPU maps get @value on the first CPU, where everything runs."""
        self.element(MAP_UPDATE, ctypes.create_string_buffer(key, max(len(key), 1)),
                     ctypes.create_string_buffer(value, max(self.room(), len(value), 1)), "update")

    def of_one_cpu(self, value):
        stride = (self.value_size + 7) // 8 * 8
        others = value[stride:]
        if others.strip(b"\0"):
            raise RuntimeError(f"{self.name}: something ran on another CPU")
        return value[:self.value_size]

    def items(self):
        """[(key, value)] as bytes, in the map's own order; what is taken from a queue is gone."""
        found = []
        if self.type in (PROG_ARRAY, PERF_EVENT_ARRAY, RINGBUF):
            return found
        value = ctypes.create_string_buffer(max(self.room(), 1))
        if self.type in (QUEUE, STACK):
            while self.element(MAP_TAKE, None, value, "lookup and delete"):
                found.append((None, value.raw[:self.value_size]))
            return found
        key, at = ctypes.create_string_buffer(self.key_size), None
        while self.element(MAP_NEXT_KEY, at, key, "next key"):
            at = ctypes.create_string_buffer(key.raw, self.key_size)
            if self.element(MAP_LOOKUP, at, value, "lookup"):
                one = self.of_one_cpu(value.raw) if self.cpus else value.raw[:self.value_size]
                found.append((at.raw, one))
        return found


class Ring:
    """The reader of a ring buffer: bpf(2) says how its pages are mapped and its records look."""

    BUSY, DISCARDED = 1 << 31, 1 << 30

    def __init__(self, ring):
        page = mmap.PAGESIZE
        self.size = ring.max_entries
        self.consumer = mmap.mmap(ring.fd, page, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        self.producer = mmap.mmap(ring.fd, page + 2 * self.size, mmap.MAP_SHARED, mmap.PROT_READ,
                                  offset=page)

    def take(self):
        """The records there are, which makes room for more."""
        records = []
        at, = struct.unpack_from("=Q", self.consumer, 0)
        end, = struct.unpack_from("=Q", self.producer, 0)
        while at < end:
            start = mmap.PAGESIZE + at % self.size
            length, = struct.unpack_from("=I", self.producer, start)
            size = length & ~(self.BUSY | self.DISCARDED)
            if not length & self.DISCARDED:
                records.append(self.producer[start + 8:start + 8 + size])
            at += (size + 8 + 7) // 8 * 8
        struct.pack_into("=Q", self.consumer, 0, at)
        return records


class Libbpf:
    def __init__(self):
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
        for name, result, arguments in [
                ("libbpf_set_print", ctypes.c_void_p, [ctypes.c_void_p]),
                ("bpf_object__open_file", ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_void_p]),
                ("bpf_object__load", ctypes.c_int, [ctypes.c_void_p]),
                ("bpf_object__next_program", ctypes.c_void_p, [ctypes.c_void_p] * 2),
                ("bpf_object__next_map", ctypes.c_void_p, [ctypes.c_void_p] * 2),
                ("bpf_program__name", ctypes.c_char_p, [ctypes.c_void_p]),
                ("bpf_program__section_name", ctypes.c_char_p, [ctypes.c_void_p]),
                ("bpf_program__fd", ctypes.c_int, [ctypes.c_void_p]),
                ("bpf_program__set_type", ctypes.c_int, [ctypes.c_void_p, ctypes.c_int]),
                ("bpf_program__set_autoload", ctypes.c_int, [ctypes.c_void_p, ctypes.c_bool]),
                ("bpf_map__name", ctypes.c_char_p, [ctypes.c_void_p]),
                ("bpf_map__fd", ctypes.c_int, [ctypes.c_void_p])]:
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
        lib.libbpf_set_print(None)
        self.lib = lib

    def each(self, step, opened):
        item = step(opened, None)
        while item:
            yield item
            item = step(opened, item)


class Object:
    """An object loaded once: programs {name: (descriptor, section)} and maps {name: Map}. Only
    the programs named in @wanted are loaded, as SCHED_CLS whatever their sections say."""

    def __init__(self, path, wanted):
        library = Libbpf()
        lib = library.lib
        opened = lib.bpf_object__open_file(path.encode(), None)
        if not opened:
            raise OSError(ctypes.get_errno(), f"libbpf cannot open {path}")
        programs = {lib.bpf_program__name(p).decode(): p
                    for p in library.each(lib.bpf_object__next_program, opened)}
        for name, program in programs.items():
            lib.bpf_program__set_autoload(program, name in wanted)
            lib.bpf_program__set_type(program, SCHED_CLS)
        code = lib.bpf_object__load(opened)
        if code:
            raise OSError(-code, f"libbpf cannot load {path}: {os.strerror(-code)}")
        self.programs = {name: (lib.bpf_program__fd(programs[name]),
                                lib.bpf_program__section_name(programs[name]).decode())
                         for name in wanted}
        self.maps = {lib.bpf_map__name(m).decode(): Map(lib.bpf_map__fd(m),
                                                        lib.bpf_map__name(m).decode())
                     for m in library.each(lib.bpf_object__next_map, opened)}
