#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""skiff run beside the running Linux: every case of cases.py is run by both, and what left each
device by which door, what the devices counted, what the programs printed, how often they ran, and
what stands in their maps must be the same. Speaks TAP; without root it skips, and says so.

usage: run.py SKIFF EXAMPLE_OBJECTS OBJECTS CAPTURES [CASE [FOLDER]]

CASE may be script-SEED or script-FIRST..LAST, with any seeds: worlds made at random. With FOLDER
the captures that skiff read and wrote stay there.

Each case has a process of its own, whose namespaces go with it. The processes build their worlds at
once, because Linux takes its time to notice carriers, and then run one after another."""
import collections
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True  # the source folder may be another user's

import bpf
import captures
import linux
from cases import CASES, script
from printk import Trace

SKIFF, EXAMPLES, OBJECTS, CAPTURES = (os.path.abspath(path) for path in sys.argv[1:5])
ONLY = sys.argv[5] if len(sys.argv) > 5 else None
KEPT = os.path.abspath(sys.argv[6]) if len(sys.argv) > 6 else None
PR_SET_PDEATHSIG = 1
CASE_SECONDS = 30
SHOWN = 6  # differences of a case


class Interrupted(Exception):
    pass


class Skipped(Exception):
    pass


def interrupt(number, frame):
    raise Interrupted(signal.Signals(number).name)


# Both engines give the same kind of answer: a dictionary of what can be compared.

def as_text(data, prefix=False):
    """Keys and values as skiff's JSON has them."""
    if prefix:
        length, = data[:4] and (int.from_bytes(data[:4], "little"),)
        return ".".join(map(str, data[4:])) + f"/{length}"
    if len(data) in (1, 2, 4, 8):
        return int.from_bytes(data, "little")
    return "hex:" + data.hex(" ")


def map_of(one):
    items = one.items()
    if one.type in (bpf.ARRAY, bpf.PERCPU_ARRAY) and one.max_entries > 1024:
        items = [(key, value) for key, value in items if value.strip(b"\0")]
    if one.type in (bpf.QUEUE, bpf.STACK):
        return [as_text(value) for _, value in items]
    return sorted(([as_text(key, one.type == bpf.LPM_TRIE), as_text(value)]
                   for key, value in items), key=str)


def feeds(case):
    """[(device, door, [(time, frame)])] in the order in which skiff merges them."""
    found = []
    for dev in case.devices:
        for door, source in (("rx", dev.rx), ("tx", dev.tx)):
            if isinstance(source, str):
                found.append((dev, door, captures.read(os.path.join(CAPTURES, source))))
            elif source:
                found.append((dev, door, [(10 ** 6 * i, frame) for i, frame in enumerate(source)]))
    return found


def object_path(case):
    return os.path.join(OBJECTS if case.own else EXAMPLES, case.object + ".o")


def ask_skiff(case, folder):
    path = os.path.join(folder, "out.pcapng")
    arguments = [SKIFF, "run", "--json", "--limit", "0", "-w", path]
    given = {(dev.name, door): frames for dev, door, frames in feeds(case)}
    for dev in case.devices:
        words = [dev.name]
        if dev.kind not in ("ether", "lo"):
            words.append(f"type={dev.kind}")
        words += [f"{key}={value}" for key, value in (
            ("peer", dev.peer), ("mtu", dev.mtu), ("qlen", dev.qlen)) if value is not None]
        words += [f"ifindex={dev.ifindex}"] if dev.kind != "lo" else []
        words += [key for key in ("down", "nocarrier", "noreader") if getattr(dev, key)]
        for door in ("rx", "tx"):
            if (dev.name, door) in given:
                file = os.path.join(folder, f"{dev.name}-{door}.pcap")
                captures.write(file, given[dev.name, door],
                               captures.RAW_IP if dev.kind == "tun" else 1)
                words.append(f"{door}={file}")
        arguments += ["-d", ",".join(words)]
    for dev, hook, program in case.attach:
        arguments += ["-a", f"{dev}:{hook}={program}"]
    for name, key, value in case.presets:
        value = value if isinstance(value, str) else "hex:" + value.hex()
        arguments += ["--map", f"{name}[hex:{key.hex()}]={value}"]
    for name in case.listen:
        arguments += ["--listen", name]
    arguments.append(object_path(case))
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=CASE_SECONDS)
    lacking = re.search(r"skiff does not have (bpf_\w+) yet", done.stderr)
    if lacking:
        raise Skipped(lacking[0])
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode} of {' '.join(arguments)}: "
                           f"{done.stderr.strip()}")
    return skiff_answer(case, json.loads(done.stdout), captures.read_doors(path)), arguments


def skiff_answer(case, answer, frames):
    kinds = {dev.name: dev.kind for dev in case.devices}
    doors, runs = {}, collections.Counter()
    for dev, door, frame in frames:
        kind = kinds.get(dev)
        if door == captures.WIRE and kind in ("ether", "tun"):
            doors.setdefault(f"{dev} {door}", []).append(frame.hex())
        elif door == captures.HOST and kind == "tun":
            doors.setdefault(f"{dev} {door}", []).append(frame.hex())
        elif door == captures.HOST and kind:
            protocol, frame = captures.as_delivered(frame)
            doors.setdefault(f"{dev} {door} {protocol:04x}", []).append(frame.hex())
    for program in answer["programs"]:
        runs[program["name"]] += program["runs"]
    maps = {name: [item["value"] for item in items] if items and "key" not in items[0]
            else sorted(([item["key"], item["value"]] for item in items), key=str)
            for name, items in answer["maps"].items()}
    records = {name: [record["bytes"] for record in answer["records"] if record["map"] == name]
               for name in case.listen}
    return {"doors": doors, "runs": dict(runs), "printk": answer["printk"], "maps": maps,
            "records": records,
            "stats": {dev["name"]: dev["stats"] for dev in answer["devices"]
                      if dev["name"] in kinds}}


class Linux:
    """A case in the running kernel."""

    def __init__(self, case):
        self.case, self.records = case, {}
        self.world = linux.World(case.devices)
        self.by_name = {dev.name: dev for dev in case.devices}
        if case.tc:
            self.attach_with_tc()
        else:
            self.load_and_attach()
        for name, key, value in case.presets:
            value = value if isinstance(value, bytes) else \
                self.programs[value][0].to_bytes(4, "little")
            self.maps[name].update(key, value)
        self.rings = {name: bpf.Ring(self.maps[name]) for name in case.listen}

    def attach_with_tc(self):
        (dev, hook, program), = self.case.attach
        prog, maps = self.world.attach_with_tc(self.by_name[dev], hook, object_path(self.case),
                                               self.case.tc)
        self.programs = {program: (prog, self.case.tc)}
        self.maps = {one.name: one for one in maps}

    def load_and_attach(self):
        wanted = {program for _, _, program in self.case.attach}
        wanted |= {value for _, _, value in self.case.presets if isinstance(value, str)}
        loaded = bpf.Object(object_path(self.case), wanted)
        self.programs, self.maps = loaded.programs, loaded.maps
        for prio, (dev, hook, program) in enumerate(self.case.attach, 1):
            self.world.attach(self.by_name[dev], hook, prio, *self.programs[program])

    def run(self, trace):
        os.sched_setaffinity(0, {0})
        trace.lines()
        merged = sorted(((time, at, dev, door, frame)
                         for at, (dev, door, frames) in enumerate(feeds(self.case))
                         for time, frame in frames), key=lambda row: row[:2])
        for _, _, dev, door, frame in merged:
            self.world.give(dev, door, frame)
            for name, ring in self.rings.items():
                self.records.setdefault(name, []).extend(
                    record.hex(" ") for record in ring.take())

    def answer(self, trace):
        attached = {program for _, _, program in self.case.attach}
        return {
            "doors": {" ".join(door): [frame.hex() for frame in frames]
                      for door, frames in self.world.seen.items()},
            "stats": self.world.stats(),
            "printk": trace.lines(),
            "runs": {name: bpf.prog_runs(self.programs[name][0]) for name in attached},
            "records": {name: self.records.get(name, []) for name in self.case.listen},
            "maps": {name: map_of(one) for name, one in self.maps.items()
                     if one.type not in (bpf.PROG_ARRAY, bpf.RINGBUF, bpf.PERF_EVENT_ARRAY)
                     and not name.endswith(".rodata")},
        }


class Child:
    """The process of a case: it builds the world, waits for its turn, runs, and answers."""

    def __init__(self, case, trace):
        self.case = case
        go_read, self.go = os.pipe()
        self.result, result_write = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(go_read)
            os.close(result_write)
            return
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            bpf.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.close(self.go)
            self.live(trace, go_read, result_write)
            status = 0
        finally:
            os._exit(status)

    def live(self, trace, go, result):
        signal.alarm(CASE_SECONDS)
        try:
            world = Linux(self.case)
            signal.alarm(0)
            if not os.read(go, 1):
                return
            signal.alarm(CASE_SECONDS)
            world.run(trace)
            answer = world.answer(trace)
        except Exception:
            answer = {"failed": traceback.format_exc()}
        with os.fdopen(result, "w") as out:
            json.dump(answer, out)

    def answer(self):
        try:
            os.write(self.go, b"!")
        except BrokenPipeError:
            pass  # it has answered already, that it failed
        with os.fdopen(self.result, "r", closefd=False) as found:
            text = found.read()
        if not text:
            raise RuntimeError("the process of the world died")
        answer = json.loads(text)
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer

    def end(self):
        os.close(self.go)
        os.close(self.result)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


# Comparing.

def differences(what, ours, theirs):
    """Lines about where skiff's and Linux's answers differ."""
    if ours == theirs:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys(), key=str):
            yield from differences(f"{what}: {key}", ours.get(key), theirs.get(key))
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{what}: skiff has {len(ours)}, Linux {len(theirs)}"
        at = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), None)
        if at is not None:
            yield f"{what}: number {at} of skiff: {ours[at]}"
            yield f"{what}: number {at} of Linux: {theirs[at]}"
        elif ours or theirs:
            longer = ours if len(ours) > len(theirs) else theirs
            yield f"{what}: beyond the shorter: {longer[min(len(ours), len(theirs))]}"
    else:
        yield f"{what}: skiff has {ours}, Linux {theirs}"


def nothing_happened(answer):
    """A case in which nothing is seen would pass without having compared anything."""
    return not any(answer["doors"].values()) and not any(answer["runs"].values())


def compare(child, folder):
    os.makedirs(folder, exist_ok=True)
    ours, arguments = ask_skiff(child.case, folder)
    theirs = child.answer()
    # Those that hold programs or records have no contents to compare.
    ours["maps"] = {name: ours["maps"].get(name) for name in theirs["maps"]}
    lines = list(differences("", ours, theirs))
    if nothing_happened(theirs):
        lines.append("nothing happened in Linux")
    if lines:
        lines = [line.lstrip(": ") for line in lines]
        more = len(lines) - SHOWN
        lines = lines[:SHOWN] + ([f"and {more} more"] if more > 0 else [])
        if KEPT:
            lines.append("skiff was run so: " + " ".join(arguments))
        again = " ".join([*sys.argv[:5], child.case.name])
        lines.append(f"again, with the captures: {again} FOLDER")
    return lines


def run_cases(cases, folder, trace):
    children = []
    stats = bpf.available()
    try:
        for case in cases:
            children.append(Child(case, trace))
        failed = 0
        for number, child in enumerate(children, 1):
            skip = ""
            try:
                lines = compare(child, os.path.join(KEPT or folder, child.case.name))
            except Skipped as reason:
                lines, skip = [], f" # SKIP {reason}"
            except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
                lines = str(error).splitlines() or [repr(error)]
            failed += bool(lines)
            print(f"{'not ok' if lines else 'ok'} {number} - {child.case.name}{skip}")
            for line in lines:
                print(f"# {line}")
            sys.stdout.flush()
        return failed
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in children:
            child.end()
        os.close(stats)


def missing():
    """Why the comparison cannot be made here, or None."""
    if os.geteuid():
        return "needs root"
    for tool in ("ip", "tc"):
        if not shutil.which(tool):
            return f"needs {tool} (iproute2)"
    try:
        ctypes.CDLL("libbpf.so.1")
        os.close(bpf.available())
        probe = os.fork()
        if not probe:
            os._exit(bpf.libc.unshare(linux.CLONE_NEWNET | linux.CLONE_NEWNS) != 0)
        if os.waitpid(probe, 0)[1]:
            return "namespaces are not to be had here"
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return str(error)
    return None


def chosen():
    scripts = re.fullmatch(r"script-(\d+)(?:\.\.(\d+))?", ONLY or "")
    if not scripts:
        return [case for case in CASES if ONLY in (None, case.name)]
    return [script(seed) for seed in range(int(scripts[1]), int(scripts[2] or scripts[1]) + 1)]


def main():
    why, trace, cases = missing(), None, chosen()
    if not cases:
        print(f"Bail out! there is no case {ONLY}")
        return 2
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    folder = tempfile.mkdtemp(prefix="skiff-run-")
    try:
        if not why:
            trace = Trace()
    except OSError as error:
        why = f"{error}, which shows what programs print"
    try:
        print(f"1..0 # SKIP {why}" if why else f"1..{len(cases)}")
        return 1 if not why and run_cases(cases, folder, trace) else 0
    except Interrupted as error:
        print(f"Bail out! {error}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if trace:
            trace.close()


if __name__ == "__main__":
    sys.exit(main())
