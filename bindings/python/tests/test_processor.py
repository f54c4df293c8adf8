"""A library for another processor is called that, and not "no such file"."""

import os
import struct
import tempfile
import unittest

from meetgate import _processor
from meetgate._library import library
from test_library import python


def elf(machine, bits=64, order="<"):
    head = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    return head + struct.pack(order + "HHI", 3, machine, 1) + bytes(40)


def pe(machine, at=0x80):
    return b"MZ" + bytes(0x3A) + struct.pack("<I", at) + bytes(at - 0x40) + b"PE\0\0" + struct.pack("<H", machine) + bytes(18)


def mach_o(kind):
    return (b"\xcf" if kind & 0x1000000 else b"\xce") + b"\xfa\xed\xfe" + struct.pack("<II", kind, 0) + bytes(20)


def fat(*kinds):
    return b"\xca\xfe\xba\xbe" + struct.pack(">I", len(kinds)) + b"".join(struct.pack(">5I", kind, 0, 4096, 9, 12) for kind in kinds)


class Heads(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "libmeetgate.so.0")

    def write(self, content):
        with open(self.path, "wb") as file:
            file.write(content)

    def shown(self, content):
        self.write(content)
        return [str(processor) for processor in _processor.of_file(self.path)]

    def test_each_kind_of_file(self):
        for content, expected in (
            (elf(62), "x86-64 (64-bit, ELF)"),
            (elf(62, bits=32), "x86-64 (32-bit, ELF)"),
            (elf(3, bits=32), "x86 (32-bit, ELF)"),
            (elf(183), "ARM64 (64-bit, ELF)"),
            (elf(40, bits=32), "ARM (32-bit, ELF)"),
            (elf(8, bits=32, order=">"), "MIPS (32-bit, big-endian, ELF)"),
            (elf(258), "LoongArch (64-bit, ELF)"),
            (elf(999), "ELF machine 999 (64-bit, ELF)"),
            (pe(0x8664), "x86-64 (64-bit, PE)"),
            (pe(0x14C, at=0x2000), "x86 (32-bit, PE)"),
            (pe(0xAA64), "ARM64 (64-bit, PE)"),
            (mach_o(0x100000C), "ARM64 (64-bit, Mach-O)"),
            (mach_o(7), "x86 (32-bit, Mach-O)"),
        ):
            with self.subTest(expected):
                self.assertEqual(self.shown(content), [expected])
        both = ["x86-64 (64-bit, Mach-O)", "ARM64 (64-bit, Mach-O)"]
        self.assertEqual(self.shown(fat(0x1000007, 0x100000C)), both)

    def test_a_file_that_is_no_library_has_no_processor(self):
        java = b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(40)
        for content in (b"", b"\x7fELF", b"MZ", b"MZ" + bytes(62), pe(0x8664)[:-20], b"version https://git-lfs", java, fat(7)[:10]):
            with self.subTest(content[:10]):
                self.assertEqual(self.shown(content), [])
                self.assertIsNone(_processor.misfit(self.path))
        self.assertIsNone(_processor.misfit("/no/such/file"))

    def test_the_library_in_use_fits_this_process(self):
        self.assertIn(_processor.of_process(), _processor.of_file(library().path))
        self.assertIsNone(_processor.misfit(library().path))

    def test_the_import_names_both_processors(self):
        own = str(_processor.of_process())
        for content, other in (
            (elf(0x9916), "SW64 (64-bit, ELF)"),
            (pe(0x1C4), "ARM (32-bit, PE)"),
            (fat(18, 0x1000012), "Mach-O type 0x12 (32-bit, Mach-O) and Mach-O type 0x1000012 (64-bit, Mach-O)"),
        ):
            with self.subTest(other):
                self.write(content)
                found = python("-c", "import meetgate", MEETGATE_LIBRARY=self.path)
                said = "tried %s (MEETGATE_LIBRARY): it is for %s, this process is %s\n" % (self.path, other, own)
                self.assertIn(said, found.stderr)

    @unittest.skipUnless(os.path.exists("/proc/self/exe"), "LD_LIBRARY_PATH is Linux's")
    def test_a_folder_of_the_search_path_is_looked_into(self):
        self.write(elf(0x9916))
        program = "import ctypes, sys; from meetgate import _library; print(_library._reasons('libmeetgate.so.0', 'no such file'))"
        program = program.replace("print(", "print(*").replace(")'", "")
        found = python("-c", program, LD_LIBRARY_PATH=os.path.dirname(self.path))
        self.assertIn("%s: it is for SW64" % self.path, found.stdout, found.stderr)


if __name__ == "__main__":
    unittest.main()
