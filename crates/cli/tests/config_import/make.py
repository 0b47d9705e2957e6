"""Makes the files beside it: settings as the earlier tool pickled them, in each protocol, and files that are none.

    python3 make.py

Python 3.8 or newer. A hostile file would make a file called `executed` in the folder where it is read.
"""

import os
import pickle
import pickletools
import struct
from pathlib import Path

HERE = Path(__file__).parent

SETTINGS = {
    "server_ip": "192.0.2.10",
    "domain": "",
    "username": "erika",
    "password": "Pa\u00df\u20ac 1\U0001f511",
    "tree_name": "team share",
    "max_wait": 7,
    "case_id": 2010101011,
    "trace_name": "office.pcap",
    "session_id": None,
    "capture_path": "/captures/2010101011/office.pcap",
    "verbosity_level": 20,
    "traces_folder": "~/captures",
    # What nobody here knows, or can use.
    "quiet_mode": False,
    "port": "many",
    "history": ["a", ("b", 1.5, b"c")],
    "replay": {"output_dir": "/captures/out", "threads": 4, "server_ip": "192.0.2.99"},
    "big": 1 << 80,
    7: "seven",
}


class Calls:
    """What runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch executed",)


class Carries:
    """An object with a state."""

    def __init__(self):
        self.server_ip = "192.0.2.10"


def write(name, data):
    (HERE / name).write_bytes(data)


def main():
    for protocol in range(6):
        # In protocols 0 to 2 Python 3 makes bytes by a call.
        settings = {**SETTINGS, "history": ["a", ("b", 1.5)]} if protocol < 3 else SETTINGS
        write(f"protocol_{protocol}.pkl", pickle.dumps(settings, protocol))
        write(f"hostile_reduce_{protocol}.pkl", pickle.dumps({**settings, "x": Calls()}, protocol))
        write(f"hostile_build_{protocol}.pkl", pickle.dumps(Carries(), protocol))
    # As Python 2 wrote its str.
    write("python_2.pkl", b"(dp0\nS'server_ip'\np1\nS'192.0.2.10'\np2\nsS'username'\np3\nS'erika \\xc3\\xa9\\'s'\np4\ns.")
    write("hostile_inst.pkl", b"(S'touch executed'\nios\nsystem\n.")
    write("hostile_obj.pkl", b"(cos\nsystem\nS'touch executed'\no.")
    write("hostile_extension.pkl", b"\x80\x02}U\x01x\x82\x01s.")
    write("hostile_persistent.pkl", b"}S'x'\nPelsewhere\ns.")
    write("hostile_set.pkl", pickle.dumps({"x": {1}}, 4))
    write("hostile_length.pkl", b"\x80\x04}\x8d" + struct.pack("<Q", 1 << 62) + b"server_ip")
    write("hostile_frame.pkl", b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"}.")
    write("hostile_memo.pkl", b"}j\xff\xff\xff\xff.")
    # What is plain data, and no setting.
    username = b"}X\x08\0\0\0username"
    write("odd_nesting.pkl", username + b"(" * 8000 + b"N" + b"t" * 8000 + b"s.")
    write("odd_itself.pkl", b"}q\0" + username[1:] + b"h\0s.")
    # A list that doubles 64 times by the memo: 2^64 values where they are copied.
    doubling = b"]q\x000" + b"".join(b"](h%ch%ceq%c0" % (n, n, n + 1) for n in range(64)) + b"h\x40"
    write("odd_doubling.pkl", username + doubling + b"s.")
    with open(os.devnull, "w") as nowhere:
        for path in [*HERE.glob("protocol_*.pkl"), *HERE.glob("odd_*.pkl")]:
            pickletools.dis(path.read_bytes(), out=nowhere)


if __name__ == "__main__":
    main()
