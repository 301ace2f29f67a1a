#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""skiff run as people use it: what is attached where, the JSON, the summary, -w, the limit, and that
the same inputs give the same bytes.

usage: run.py SKIFF BUILD [TEST...]
"""
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

from harness import (SKIFF, Skip, equal, fail, frame, main, obj, pcap, skiff, test, write)

DEVICE_KEYS = ["name", "ifindex", "rx", "tx", "wire", "host", "stats", "dropped", "consumed"]
STATS_KEYS = ["rx_packets", "rx_bytes", "rx_dropped", "tx_packets", "tx_bytes", "tx_dropped"]


def device(run, name):
    return next(d for d in run["devices"] if d["name"] == name)


def program(run, name):
    return next(p for p in run["programs"] if p["name"] == name)


@test
def rx_goes_to_the_ingress_hook_of_the_section():
    write("in.pcap", pcap([(1, frame(60)), (2, frame(100)), (3, frame(70))]))
    seen = skiff("run", "--json", "-d", "eth0,rx=in.pcap", obj("pass")).expect(
        0, err="0.000000 arriving: in 60\n0.000001 arriving: in 100\n0.000002 arriving: in 70\n")
    run = seen.json()
    equal("members", list(run), ["devices", "programs", "printk", "maps", "frames"])
    equal("devices", [d["name"] for d in run["devices"]], ["eth0", "lo"])
    equal("members of a device", list(run["devices"][0]), DEVICE_KEYS)
    equal("members of its stats", list(run["devices"][0]["stats"]), STATS_KEYS)
    eth0 = device(run, "eth0")
    equal("eth0", [eth0[key] for key in ["ifindex", "rx", "tx", "wire", "host", "dropped"]],
          [2, 3, 0, 0, 3, {}])
    equal("eth0's rx_packets, rx_bytes", [eth0["stats"]["rx_packets"], eth0["stats"]["rx_bytes"]],
          [3, 230])
    equal("programs", [(p["name"], p["attach"], p["runs"], p["verdicts"])
                       for p in run["programs"]],
          [("arriving", "eth0:ingress", 3, {"TC_ACT_OK": 3})])
    equal("printk", run["printk"], ["in 60", "in 100", "in 70"])
    equal("maps", run["maps"]["seen"], [{"key": 0, "value": 3}, {"key": 1, "value": 0}])


@test
def tx_goes_to_the_egress_hook_of_the_section():
    write("out.pcap", pcap([(1, frame(60)), (2, frame(100))]))
    run = skiff("run", "--json", "-d", "eth0,tx=out.pcap", obj("pass")).expect(0).json()
    eth0 = device(run, "eth0")
    equal("eth0", [eth0[key] for key in ["rx", "tx", "wire", "host", "dropped"]], [0, 2, 2, 0, {}])
    equal("eth0's tx_packets, tx_bytes", [eth0["stats"]["tx_packets"], eth0["stats"]["tx_bytes"]],
          [2, 160])
    equal("programs", [(p["name"], p["attach"], p["runs"]) for p in run["programs"]],
          [("leaving", "eth0:egress", 2)])


@test
def captures_are_merged_by_time_then_device():
    write("a.pcap", pcap([(10, frame(61)), (30, frame(62))]))
    write("b.pcap", pcap([(10, frame(63)), (20, frame(64))]))
    seen = skiff("run", "-d", "b,rx=b.pcap,tx=a.pcap", "-d", "a,rx=a.pcap", obj("pass")).expect(0)
    equal("order of frames", [line for line in seen.out.splitlines() if line[:2] == "0."],
          ["0.000000 arriving: in 63", "0.000000 leaving: out 61", "0.000000 arriving: in 61",
           "0.000010 arriving: in 64", "0.000020 leaving: out 62", "0.000020 arriving: in 62"])


@test
def an_attachment_by_hand():
    write("in.pcap", pcap([(1, frame())]))
    run = skiff("run", "--json", "-d", "eth0,rx=in.pcap", "-d", "eth1",
                "-a", "eth0:ingress=single.o:only", "-a", "eth0:ingress=clones:clone_to",
                "-a", "eth1:egress=leaving",
                "--map", "config[0]=3", obj("clones"), obj("pass"), obj("single")).expect(0).json()
    equal("programs", [(p["name"], p["attach"], p["runs"]) for p in run["programs"]],
          [("only", "eth0:ingress", 1), ("clone_to", "eth0:ingress", 0),
           ("leaving", "eth1:egress", 0)])


@test
def a_program_left_out_is_named():
    write("in.pcap", pcap([(1, frame())]))
    note = ("note: next is not attached, for its section \"tc\" names no direction; -a "
            "DEV:HOOK=next attaches it\n")
    skiff("run", "-d", "eth0,rx=in.pcap", obj("maps")).expect(0, err="", out_has=note)
    seen = skiff("run", "-d", "eth0,rx=in.pcap", "--map", "jumps[0]=next", obj("maps"))
    equal("no note of what stands in a PROG_ARRAY", "note:" in seen.expect(0).out, False)


@test
def tcx_comes_before_clsact():
    write("in.pcap", pcap([(1, frame())]))
    for attach in [[], ["-a", "eth0:ingress=second", "-a", "eth0:ingress=first"]]:
        run = skiff("run", "--json", "-d", "eth0,rx=in.pcap", *attach, obj("tcx")).expect(0).json()
        equal("printk", run["printk"], ["tcx", "clsact"])


@test
def programs_of_one_name_in_two_objects():
    write("in.pcap", pcap([(1, frame())]))
    shutil.copy(obj("single"), "other.o")
    skiff("run", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=only", obj("single"),
          "other.o").expect(2, out="", err_has="several objects have it: only (")
    skiff("run", "-q", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=other:only", obj("single"),
          "other.o").expect(0, out="", err="")


@test
def a_clone_leaves_by_another_device():
    write("in.pcap", pcap([(1, frame(60)), (2, frame(70))]))
    seen = skiff("run", "--json", "-d", "eth0,rx=in.pcap", "-d", "mon0",
                 "-a", "eth0:ingress=clone_to", "--map", "config[0]=3", obj("clones")).expect(
                     0, err="")
    run = seen.json()
    equal("eth0 keeps the originals", device(run, "eth0")["host"], 2)
    equal("mon0 sent the clones", device(run, "mon0")["wire"], 2)
    equal("mon0's counters", (device(run, "mon0")["stats"]["tx_packets"],
                              device(run, "mon0")["stats"]["tx_bytes"]), (2, 130))
    equal("returns", program(run, "clone_to")["helpers"]["bpf_clone_redirect"],
          {"calls": 2, "returns": {"0": 2}})


@test
def a_clone_to_nowhere_is_said_aloud():
    write("in.pcap", pcap([(1, frame(60)), (2, frame(70))]))
    words = ["run", "-d", "eth0,rx=in.pcap", "-d", "mon0", "-a", "eth0:ingress=clone_to",
             "--map", "config[0]=99", obj("clones")]
    warning = ("warning: all calls of bpf_clone_redirect by clone_to at eth0:ingress "
               "(clones.bpf.c:23) failed with -22 (EINVAL): there is no device with ifindex 99; the "
               "ifindexes are 2 (eth0), 3 (mon0), 1 (lo)\n")
    seen = skiff(*words).expect(0, err="", out_has=[
        "2 bpf_clone_redirect: 2 returned -22 (EINVAL)\n", warning])
    run = skiff(words[0], "--json", *words[1:]).expect(0, err=warning).json()
    equal("returns", program(run, "clone_to")["helpers"]["bpf_clone_redirect"],
          {"calls": 2, "returns": {"-22": 2}})
    equal("the warning comes last", seen.out.endswith(warning), True)


@test
def a_redirect_to_nowhere_is_said_aloud():
    write("in.pcap", pcap([(1, frame(60))]))
    seen = skiff("run", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=redirect_to",
                 "--map", "config[0]=99", obj("clones")).expect(0, err="")
    equal("the last line", seen.out.splitlines()[-1],
          "warning: 1 packet was redirected to ifindex 99 and dropped: there is no such device; the "
          "ifindexes are 2 (eth0), 1 (lo)")


@test
def a_verdict_that_means_nothing_is_said_aloud():
    write("in.pcap", pcap([(1, frame(60))]))
    words = ["run", "-d", "eth0,rx=in.pcap", "-d", "mon0", "-a", "eth0:ingress=clone_to",
             "--map", "config[0]=3", "--map", "config[1]=99", obj("clones")]
    skiff(*words).expect(0, out_has="warning: clone_to at eth0:ingress returned 99 1 time, which is "
                                    "no verdict of this hook")
    run = skiff(*words, "--json").json()
    equal("verdicts", program(run, "clone_to")["verdicts"], {"99": 1})
    words[-2] = "config[1]=2"
    run = skiff(*words, "--json").expect(0, err="").json()
    equal("verdicts", program(run, "clone_to")["verdicts"], {"TC_ACT_SHOT": 1})
    equal("dropped", device(run, "eth0")["dropped"], {"TC_INGRESS": 1})


@test
def a_circle_ends_at_the_limit():
    write("in.pcap", pcap([(1, frame()), (2, frame())]))
    words = ["run", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=circle", "--limit", "50",
             obj("clones")]
    skiff(*words).expect(1, err_has=["skiff: in.pcap: frame 1: 50 hook runs", "eth0 ingress (circle)"],
                         out_has="1 frame in")
    seen = skiff(*words, "--json").expect(1)
    run = seen.json()
    equal("error in the JSON is the sentence", f"skiff: {run.get('error')}" in seen.err, True)
    equal("runs", program(run, "circle")["runs"], 50)


@test
def a_refused_program_ends_the_run():
    write("in.pcap", pcap([(1, frame())]))
    skiff("run", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=stale", obj("verdicts")).expect(
        1, out="", err_has=["skiff: ", "program stale was refused: ", "invalid mem access 'scalar'"])
    # What is not attached is not loaded.
    skiff("run", "-q", "-d", "eth0,rx=in.pcap", "-a", "eth0:ingress=good", obj("verdicts")).expect(
        0, out="", err="")


@test
def quiet_is_silent():
    write("in.pcap", pcap([(1, frame())]))
    skiff("run", "-q", "-d", "eth0,rx=in.pcap", obj("pass")).expect(0, out="", err="")
    seen = skiff("run", "-q", "--json", "-d", "eth0,rx=in.pcap", obj("pass")).expect(0, err="")
    equal("printk", seen.json()["printk"], ["in 60"])


@test
def verbose_shows_maps():
    write("in.pcap", pcap([(1, frame())]))
    skiff("run", "-v", "-d", "eth0,rx=in.pcap", obj("pass")).expect(
        0, err="", out_has="\nmap seen (ARRAY)\n    0 = 1\n    1 = 0\n")


@test
def a_capture_from_standard_input():
    skiff("run", "--json", "-d", "eth0,rx=-", obj("pass"),
          stdin=pcap([(1, frame(60)), (2, frame(61))])).expect(
              0, err="0.000000 arriving: in 60\n0.000001 arriving: in 61\n")
    skiff("run", "-d", "eth0,rx=-", obj("pass")).expect(2, err_has="skiff: ")


def records(data):
    """(original length, bytes) of each record of a pcap."""
    rows, at = [], 24
    while at < len(data):
        kept, length = struct.unpack_from("<II", data, at + 8)
        rows.append((length, data[at + 16:at + 16 + kept]))
        at += 16 + kept
    return rows


@test
def what_left_is_written():
    write("in.pcap", pcap([(1, frame(60)), (2, frame(70))]))
    words = ["run", "-d", "eth0,rx=in.pcap", "-d", "mon0", "-a", "eth0:ingress=clone_to",
             "--map", "config[0]=3", obj("clones")]
    text = skiff(*words).expect(0).out
    skiff(*words, "-w", "out.pcap").expect(0, out=text, err="")
    equal("frames of out.pcap", sorted(records(pathlib.Path("out.pcap").read_bytes())),
          sorted(2 * [(60, frame(60)), (70, frame(70))]))
    skiff(*words, "-w", "out.pcapng").expect(0, out=text, err="")
    ng = pathlib.Path("out.pcapng").read_bytes()
    equal("out.pcapng names its interfaces", [name in ng for name in [b"eth0", b"mon0"]], [True] * 2)
    # The same to standard output, and what people read to standard error.
    seen = skiff(*words, "-w", "-").expect(0, err=text)
    equal("-w - is -w out.pcapng", seen.bytes, ng)


@test
def what_left_is_written_into_a_folder():
    write("in.pcap", pcap([(1, frame(60))]))
    skiff("run", "-q", "-d", "eth0,rx=in.pcap", "-d", "mon0", "-a", "eth0:ingress=clone_to",
          "--map", "config[0]=3", "-w", "out/", obj("clones")).expect(0, out="", err="")
    equal("mon0.pcap", records(pathlib.Path("out/mon0.pcap").read_bytes()), [(60, frame(60))])
    equal("eth0.pcap", records(pathlib.Path("out/eth0.pcap").read_bytes()), [(60, frame(60))])


@test
def the_journey_is_traced():
    write("in.pcap", pcap([(1, frame(60))]))
    words = ["run", "-d", "eth0,rx=in.pcap", "-d", "mon0", "-a", "eth0:ingress=clone_to",
             "--map", "config[0]=3", obj("clones")]
    plain = skiff(*words).expect(0)
    seen = skiff(*words, "--trace").expect(0, err="", out_has=["clone", "mon0", "eth0"])
    equal("the summary follows the trace", seen.out.endswith(plain.out), True)
    seen = skiff(*words, "--trace", "--json").expect(0, err_has=["clone", "mon0"])
    equal("frames", seen.json()["frames"], 1)


@test
def the_same_inputs_give_the_same_bytes():
    write("in.pcap", pcap([(t * 7, frame(60 + t % 50)) for t in range(300)]))
    words = ["run", "-v", "-d", "eth0,rx=in.pcap,tx=in.pcap", "-d", "mon0", "-d",
             "v0,type=veth,peer=v1", "-d", "v1,type=veth,peer=v0", "-a", "eth0:ingress=clone_to",
             "-a", "eth0:egress=pass:leaving", "-a", "v1:ingress=pass:arriving",
             "--map", "config[0]=4", "--trace", obj("clones"), obj("pass")]
    for extra in [[], ["--json"]]:
        outcomes = []
        for name in ["one.pcapng", "two.pcapng"]:
            seen = skiff(*words, *extra, "-w", name).expect(0)
            outcomes.append((seen.out, seen.err, pathlib.Path(name).read_bytes()))
        equal(f"two runs {extra}", outcomes[0] == outcomes[1], True)


@test
def an_interrupt_ends_a_run_with_its_summary():
    """A capture that never ends, as from tcpdump -w -."""
    process = subprocess.Popen([str(SKIFF), "run", "-d", "eth0,rx=-", obj("pass")],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(pcap([(1, frame()), (2, frame())]))
    process.stdin.flush()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    equal("status, standard error", (process.returncode, err), (0, b""))
    equal("summary", b"interrupted; until then:\n" in out and b"frame" in out, True)


@test
def ctrl_c_ends_a_frame_that_never_ends():
    write("in.pcap", pcap([(1, frame())]))
    process = subprocess.Popen([str(SKIFF), "run", "-d", "eth0,rx=in.pcap", "-a",
                                "eth0:ingress=circle", "--limit", "0", obj("clones")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    equal("status, standard error", (process.returncode, err), (0, b""))
    equal("summary", b"interrupted; until then:\n1 frame" in out, True)


@test
def progress_is_shown_to_a_terminal():
    master, slave = os.openpty()
    process = subprocess.Popen([str(SKIFF), "run", "-d", "eth0,rx=-", obj("single"),
                                "-a", "eth0:ingress"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    whole = pcap([(t, frame()) for t in range(3000)])
    process.stdin.write(whole[:len(whole) // 2])
    process.stdin.flush()
    time.sleep(1)
    process.stdin.write(whole[len(whole) // 2:])
    process.stdin.close()
    process.wait(timeout=20)
    shown = b""
    while True:
        try:
            shown += os.read(master, 10000)
        except OSError:  # the other end is closed
            break
    os.close(master)
    if b" frames, " not in shown:
        fail("skiff run, a terminal on standard error", "progress", "N frames, N MB", shown)
    equal("the line is taken away at the end", shown.endswith(b"\r\x1b[K"), True)


@test
def a_device_that_is_down_takes_nothing():
    write("in.pcap", pcap([(1, frame())]))
    run = skiff("run", "--json", "-d", "eth0,down,rx=in.pcap", obj("pass")).expect(
        0, err="warning: arriving at eth0:ingress never ran: no packet came by\n").json()
    equal("eth0's host", device(run, "eth0")["host"], 0)


@test
def frames_of_lo():
    write("in.pcap", pcap([(1, frame())]))
    run = skiff("run", "--json", "-d", "lo,tx=in.pcap", "-d", "eth0", obj("pass")).expect(0).json()
    equal("devices", [(d["name"], d["ifindex"]) for d in run["devices"]], [("lo", 1), ("eth0", 2)])
    equal("lo sends to itself", device(run, "lo")["wire"], 1)


if __name__ == "__main__":
    sys.exit(main())
