#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Maps from outside: --map for every kind of key and value, what is read back, --listen, and every
mistake.

usage: maps.py SKIFF BUILD [TEST...]
"""
import shutil
import sys

from harness import equal, frame, main, obj, pcap, skiff, test, write


def run_with(*presets, more=()):
    write("in.pcap", pcap([(1, frame(60)), (2, frame(100))]))
    words = [word for preset in presets for word in ["--map", preset]]
    return skiff("run", "--json", "-q", "-d", "eth0,rx=in.pcap", *words, *more, obj("maps"))


def preset_and_read(preset):
    name = preset.split("[")[0]
    return run_with(preset).expect(0, err="").json().get("maps", {}).get(name)


@test
def every_map_is_read_back():
    maps = run_with().expect(0, err="").json()["maps"]
    equal("names", sorted(name for name in maps if "." not in name),
          ["config", "events", "jumps", "macs", "pairs", "percpu", "ports", "ring", "routes", "work"])
    equal("config", maps["config"], [{"key": k, "value": 0} for k in range(4)])
    equal("pairs", maps["pairs"], [
        {"key": 7, "value": "hex:01 00 00 00 00 00 00 00 64 00 00 00 00 00 00 00"}])
    for name in ["events", "jumps", "macs", "ports", "ring", "routes", "work"]:
        equal(name, maps[name], [])
    equal("percpu", maps["percpu"], [{"key": 0, "value": 0}])
    bss = [maps[name] for name in maps if name.endswith(".bss")]
    equal(".bss", bss, [[{"key": 0, "value": 2}]])


@test
def every_kind_of_entry():
    equal("array", preset_and_read("config[1]=0x10")[1], {"key": 1, "value": 16})
    equal("negative", preset_and_read("config[1]=-1")[1], {"key": 1, "value": 4294967295})
    equal("address", preset_and_read("config[1]=192.0.2.1")[1],
          {"key": 1, "value": int.from_bytes([192, 0, 2, 1], "little")})
    equal("per CPU", preset_and_read("percpu[0]=300"), [{"key": 0, "value": 300}])
    equal("hash", preset_and_read("ports[443]=18446744073709551615"),
          [{"key": 443, "value": 18446744073709551615}])
    equal("structure", sorted(row["value"] for row in preset_and_read("pairs[9]=5,256"))[1],
          "hex:05 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00")
    equal("MAC", preset_and_read("macs[02:00:00:00:00:01]=1"),
          [{"key": "hex:02 00 00 00 00 01", "value": 1}])
    equal("MAC as bytes", preset_and_read("macs[hex:02 00 00 00 00 01]=1"),
          [{"key": "hex:02 00 00 00 00 01", "value": 1}])
    equal("prefix", preset_and_read("routes[10.0.0.0/8]=3"), [{"key": "10.0.0.0/8", "value": 3}])
    equal("queue", preset_and_read("work[]=5"), [{"value": 5}])


@test
def a_later_preset_wins():
    maps = run_with("config[1]=1", "config[1]=2").expect(0).json()["maps"]
    equal("config[1]", maps["config"][1], {"key": 1, "value": 2})


@test
def a_program_in_a_program_array():
    seen = run_with("jumps[0]=next", "config[1]=77").expect(0, err="")
    run = seen.json()
    equal("printk", run["printk"], ["next, config[1] is 77"] * 2)
    equal("jumps", run["maps"]["jumps"], [{"key": 0, "value": "next"}])
    equal("verdicts", run["programs"][0]["verdicts"], {"TC_ACT_SHOT": 2})


@test
def mistakes():
    big = "--map {0}: {1}"
    for preset, sentence in [
            ("config", "wanted is NAME[KEY]=VALUE, for example ports[0]=443"),
            ("config=5", "wanted is NAME[KEY]=VALUE, for example ports[0]=443"),
            ("config[0]", "wanted is NAME[KEY]=VALUE, for example ports[0]=443"),
            ("[0]=1", "wanted is NAME[KEY]=VALUE, for example ports[0]=443"),
            (":config[0]=1", "the name of the object is missing"),
            ("maps:[0]=1", "the name of the map is missing"),
            ("cofnig[0]=1", "there is no map 'cofnig'; did you mean config?"),
            ("other:config[0]=1", "there is no object 'other' on the command line"),
            ("config[4]=1", "the last key of the map is 3"),
            ("config[]=1", "the key: '' is not a number, an address or hex: bytes"),
            ("config[0]=", "the value: '' is not a number, an address or hex: bytes"),
            ("config[x]=1", "the key: 'x' is not a number, an address or hex: bytes"),
            ("config[0]=4294967296", "the value: 4294967296 does not fit into 4 bytes"),
            ("config[hex:00]=1", "the key: 1 byte given where 4 are needed"),
            ("config[0]=2001:db8::1",
             "the value: the address '2001:db8::1' is 16 bytes, but 4 are needed"),
            ("ports[65536]=1", "the key: 65536 does not fit into 2 bytes"),
            ("pairs[1]=5", "the value: one number cannot fill 16 bytes; write numbers of 1, 2, 4 or "
                           "8 bytes separated by commas, or hex: and the bytes"),
            ("pairs[1]=1,2,3",
             "the value: 3 numbers do not fill 16 bytes with 1, 2, 4 or 8 bytes each"),
            ("routes[10.0.0.0]=1", "the key: '10.0.0.0' lacks its prefix length: 10.0.0.0/32"),
            ("routes[10.0.0.0/40]=1", "the key: '40' is not a prefix length from 0 to 32"),
            ("work[0]=1", "the key: a QUEUE has no keys; write work[]=VALUE"),
            ("events[0]=1", "a PERF_EVENT_ARRAY has no entries to preset"),
            ("ring[0]=1", "a RINGBUF has no entries to preset"),
            ("jumps[0]=5", "jumps is a PROG_ARRAY, and there is no program '5'"),
            ("jumps[0]=nxt", "jumps is a PROG_ARRAY, and there is no program 'nxt'"),
            ("jumps[9]=next", "the last key of the map is 3")]:
        err = big.format(preset, sentence)
        run_with(preset).expect(2, out="", err=f"skiff: {err}\n")
    run_with("ports[1]=1", "ports[2]=1", "ports[3]=1").expect(
        2, out="", err="skiff: --map ports[3]=1: the map is full (2 entries)\n")
    run_with("work[]=1", "work[]=1", "work[]=1").expect(
        2, out="", err="skiff: --map work[]=1: the map is full (2 entries)\n")


@test
def maps_of_one_name_in_two_objects():
    shutil.copy(obj("maps"), "other.o")
    more = ["-a", "eth0:ingress=other.o:entry", "other.o"]
    run_with("config[0]=1", more=more).expect(
        2, err="skiff: --map config[0]=1: several objects have a map config; write OBJECT:config\n")
    maps = run_with("other:config[0]=1", more=more).expect(0, err="").json()["maps"]
    equal("values", sorted((name, maps[name][0]["value"]) for name in maps
                           if name.endswith("config")), [("config", 1), ("maps.o:config", 0)])


@test
def records_need_a_reader():
    helpers = run_with().expect(0).json()["programs"][0]["helpers"]
    equal("without a reader", helpers["bpf_perf_event_output"]["returns"], {"-2": 2})
    run = run_with(more=["--listen", "events"]).expect(0, err="").json()
    equal("with one", run["programs"][0]["helpers"]["bpf_perf_event_output"]["returns"], {"0": 2})
    equal("records", [(r["map"], r["len"], r["bytes"]) for r in run["records"]
                      if r["map"] == "events"],
          [("events", 4, "3c 00 00 00"), ("events", 4, "64 00 00 00")])


@test
def a_ring_buffer_is_emptied_by_its_reader():
    """A record of 4 bytes takes 16 with its header, and the last byte of 4096 is never given."""
    write("many.pcap", pcap([(t, frame()) for t in range(300)]))
    words = ["run", "--json", "-q", "-d", "eth0,rx=many.pcap"]
    run = skiff(*words, obj("maps")).expect(0).json()
    equal("without a reader", run["programs"][0]["helpers"]["bpf_ringbuf_output"]["returns"],
          {"0": 255, "-11": 45})
    run = skiff(*words, "--listen", "ring", obj("maps")).expect(0).json()
    equal("with one", run["programs"][0]["helpers"]["bpf_ringbuf_output"]["returns"], {"0": 300})


@test
def records_are_shown_as_they_come():
    write("in.pcap", pcap([(1, frame(60))]))
    skiff("run", "-d", "eth0,rx=in.pcap", "--listen", "ring", obj("maps")).expect(
        0, err="", out_has="0.000000 entry to ring, 4 bytes: 3c 00 00 00\n")


@test
def wrong_maps_to_listen_to():
    for name, sentence in [
            ("config", "records go through a PERF_EVENT_ARRAY or a RINGBUF, and this is a ARRAY"),
            ("rign", "there is no map 'rign'; did you mean ring?")]:
        run_with(more=["--listen", name]).expect(2, out="",
                                                 err=f"skiff: --listen {name}: {sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
