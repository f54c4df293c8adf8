using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;

namespace Meetgate.Tests
{
    /// <summary>The processor of a library, by made-up heads of each kind of file.</summary>
    [Tests]
    internal static class ProcessorTests
    {
        public static void Each_kind_of_file_has_its_processor()
        {
            Is("x86-64 (64-bit, ELF)", Elf(62));
            Is("x86-64 (32-bit, ELF)", Elf(62, isWide: false));
            Is("x86 (32-bit, ELF)", Elf(3, isWide: false));
            Is("ARM64 (64-bit, ELF)", Elf(183));
            Is("ARM (32-bit, ELF)", Elf(40, isWide: false));
            Is("MIPS (32-bit, big-endian, ELF)", Elf(8, isWide: false, isBigEndian: true));
            Is("LoongArch (64-bit, ELF)", Elf(258));
            Is("ELF machine 999 (64-bit, ELF)", Elf(999));
            Is("x86-64 (64-bit, PE)", Pe(0x8664, 0x80));
            Is("x86 (32-bit, PE)", Pe(0x14c, 0x2000));
            Is("ARM64 (64-bit, PE)", Pe(0xaa64, 0x80));
            Is("ARM64 (64-bit, Mach-O)", MachO(0x100000c));
            Is("x86 (32-bit, Mach-O)", MachO(7));
            Is("x86-64 (64-bit, Mach-O) and ARM64 (64-bit, Mach-O)", Fat(0x1000007, 0x100000c));
        }

        public static void A_file_that_is_no_library_has_none()
        {
            byte[] java = { 0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 0x41, 0, 0, 0, 0 };
            Is("", new byte[0]);
            Is("", Encoding.ASCII.GetBytes("\u007fELF"));
            Is("", Encoding.ASCII.GetBytes("MZ"));
            Is("", new byte[64]);
            Is("", Pe(0x8664, 0x80).Take(0x84).ToArray());
            Is("", Pe(0x8664, 0x80).Take(0x80).ToArray());
            Is("", Encoding.ASCII.GetBytes("version https://git-lfs"));
            Is("", java);
            Is("", Fat(7).Take(10).ToArray());
            Check.Equal("", Named("/no/such/file"));
            Check.Equal("", Named(Path.GetTempPath()));
        }

        public static void A_library_of_this_process_fits_and_another_is_named()
        {
            Check.Equal(null, Processor("Misfit", NativeLibraryFile()));
            string own = Processor("OfProcess").ToString();
            Check.Equal(own, Named(NativeLibraryFile()));
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, Elf(0x9916));
                Check.Equal(path + " is for SW64 (64-bit, ELF), this process is " + own, Processor("Misfit", path));
                File.WriteAllBytes(path, Pe(0x1c4, 0x80));
                Check.Equal(path + " is for ARM (32-bit, PE), this process is " + own, Processor("Misfit", path));
            }
            finally
            {
                File.Delete(path);
            }
        }

        private static string NativeLibraryFile() =>
            Path.Combine(Path.GetDirectoryName(typeof(MeetgateClient).Assembly.Location), "libmeetgate.so");

        private static void Is(string expected, byte[] content)
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, content);
                Check.Equal(expected, Named(path));
            }
            finally
            {
                File.Delete(path);
            }
        }

        private static string Named(string path) =>
            string.Join(" and ", ((IEnumerable)Processor("OfFile", path)).Cast<object>());

        private static object Processor(string method, params object[] arguments)
        {
            Type type = typeof(MeetgateClient).Assembly.GetType("Meetgate.Processor");
            return type.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic).Invoke(null, arguments);
        }

        private static byte[] Elf(int machine, bool isWide = true, bool isBigEndian = false)
        {
            var head = new byte[64];
            new byte[] { 0x7f, 0x45, 0x4c, 0x46, (byte)(isWide ? 2 : 1), (byte)(isBigEndian ? 2 : 1), 1 }.CopyTo(head, 0);
            Number(machine, 2, isBigEndian).CopyTo(head, 18);
            return head;
        }

        private static byte[] Pe(int machine, int at)
        {
            var head = new byte[at + 24];
            new byte[] { 0x4d, 0x5a }.CopyTo(head, 0);
            Number(at, 4, false).CopyTo(head, 0x3c);
            new byte[] { 0x50, 0x45, 0, 0 }.CopyTo(head, at);
            Number(machine, 2, false).CopyTo(head, at + 4);
            return head;
        }

        private static byte[] MachO(int kind)
        {
            byte first = (byte)((kind & 0x1000000) != 0 ? 0xcf : 0xce);
            return new byte[] { first, 0xfa, 0xed, 0xfe }.Concat(Number(kind, 4, false)).Concat(new byte[24]).ToArray();
        }

        private static byte[] Fat(params int[] kinds)
        {
            IEnumerable<byte> head = new byte[] { 0xca, 0xfe, 0xba, 0xbe }.Concat(Number(kinds.Length, 4, true));
            return kinds.Aggregate(head, (all, kind) => all.Concat(Number(kind, 4, true)).Concat(new byte[16])).ToArray();
        }

        private static byte[] Number(int number, int size, bool isBigEndian)
        {
            byte[] bytes = Enumerable.Range(0, size).Select(i => (byte)(number >> 8 * i)).ToArray();
            return isBigEndian ? bytes.Reverse().ToArray() : bytes;
        }
    }
}
