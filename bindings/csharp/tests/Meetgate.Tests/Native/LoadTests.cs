using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// How the C library is found, by a program in a folder of its own: on .NET, and on Mono as the nearest to .NET
/// Framework.
/// </summary>
public static class LoadTests
{
    private const string Input = "new a {\"platform\":\"avd\",\"base_url\":\"http://127.0.0.1:1\",\"token\":\"t\"}\n";

    public static TheoryData<string> Targets => ["net8.0", "net462"];

    [Theory]
    [MemberData(nameof(Targets))]
    public static void It_is_found_beside_the_program(string target)
    {
        string[] places = ["libmeetgate.so", "runtimes/linux-x64/native/libmeetgate.so", "x64/libmeetgate.so"];
        foreach (string place in places)
        {
            using var program = new Program(target);
            program.Put(place, Surroundings.LibraryPath);
            OwnProcess.Ended run = program.Run();
            Assert.True(run.Code == 0, run.Output);
            Assert.Equal("OK 0\n\n", run.Output);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public static void A_failure_names_each_path_and_what_is_there(string target)
    {
        using var program = new Program(target);
        program.Write("runtimes/linux-x64/native/libmeetgate.so", Elf(0x9916));
        program.Put("x64/libmeetgate.so", "/lib/x86_64-linux-gnu/libm.so.6");
        OwnProcess.Ended run = program.Run();
        Assert.NotEqual(0, run.Code);
        string[] lines = Lines(run);
        Assert.StartsWith(
            "The meetgate library could not be loaded. MEETGATE_LIBRARY is not set. Tried:",
            lines[0],
            StringComparison.Ordinal);
        Assert.Equal($"  {program.Path("libmeetgate.so")}: no such file", lines[1]);
        string other = program.Path("runtimes/linux-x64/native/libmeetgate.so");
        Assert.StartsWith(
            $"  {other}: is for SW64 (64-bit, ELF), this process is x86-64 (64-bit, ELF)",
            lines[2],
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"  {program.Path("x64/libmeetgate.so")}: a library of that name, but not this one, or another version: ",
            lines[3],
            StringComparison.Ordinal);
        Assert.Contains(
            "This process: linux-x64, x86-64 (64-bit, ELF), runtime ", run.Output, StringComparison.Ordinal);
        Assert.Contains("DllNotFoundException", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public static void Where_there_is_no_file_at_all_the_package_has_none(string target)
    {
        using var program = new Program(target);
        OwnProcess.Ended run = program.Run();
        Assert.Contains(
            "There is no such file: the package has no library for linux-x64", run.Output, StringComparison.Ordinal);
        Assert.All(
            Lines(run).Skip(1).Take(3), line => Assert.EndsWith(": no such file", line, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public static void What_the_environment_names_is_all_that_is_tried(string target)
    {
        using var program = new Program(target);
        program.Put("libmeetgate.so", Surroundings.LibraryPath);
        OwnProcess.Ended run = program.Run(("MEETGATE_LIBRARY", "/no/such/file.so"));
        Assert.NotEqual(0, run.Code);
        string[] lines = Lines(run);
        Assert.Contains(
            "MEETGATE_LIBRARY names /no/such/file.so, and then nothing else is tried.",
            lines[0],
            StringComparison.Ordinal);
        Assert.Equal("  /no/such/file.so: no such file", lines[1]);
        Assert.StartsWith("This process:", lines[2], StringComparison.Ordinal);
        using var other = new Program(target);
        Assert.Equal(0, other.Run(("MEETGATE_LIBRARY", Surroundings.LibraryPath)).Code);
        // A relative path is one from the current directory: whoever sets it, means it.
        using var here = new Folder();
        File.CreateSymbolicLink(here.File("renamed.so"), Surroundings.LibraryPath);
        Assert.Equal(0, other.RunIn(here.Path, ("MEETGATE_LIBRARY", "renamed.so")).Code);
        // Empty is not set.
        Assert.Equal(0, program.Run(("MEETGATE_LIBRARY", "")).Code);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public static void A_library_in_the_current_directory_is_not_loaded(string target)
    {
        using var program = new Program(target);
        using var planted = new Folder();
        foreach (string name in new[] { "libmeetgate.so", "meetgate.so", "libmeetgate", "meetgate", "meetgate.dll" })
        {
            File.CreateSymbolicLink(planted.File(name), Surroundings.LibraryPath);
        }
        OwnProcess.Ended run = program.RunIn(planted.Path, ("LD_LIBRARY_PATH", planted.Path), ("PATH", planted.Path));
        Assert.NotEqual(0, run.Code);
        Assert.Contains("could not be loaded", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(planted.Path, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public static void A_file_that_is_no_library_is_said_so(string target)
    {
        using var program = new Program(target);
        program.Write("libmeetgate.so", [.. "version https://git-lfs.github.com/spec/v1\n"u8, .. new byte[64]]);
        OwnProcess.Ended run = program.Run();
        Assert.NotEqual(0, run.Code);
        Assert.StartsWith($"  {program.Path("libmeetgate.so")}: ", Lines(run)[1], StringComparison.Ordinal);
        Assert.Contains("invalid ELF header", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The lines of the message.</summary>
    private static string[] Lines(OwnProcess.Ended run)
    {
        int start = run.Output.IndexOf("The meetgate library", StringComparison.Ordinal);
        Assert.True(start >= 0, run.Output);
        return run.Output[start..].Split('\n');
    }

    private static byte[] Elf(int machine) =>
        [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, .. new byte[9], 3, 0, (byte)machine, (byte)(machine >> 8), .. new byte[44]];

    /// <summary>The driver, alone in a fresh folder.</summary>
    private sealed class Program : IDisposable
    {
        private readonly Folder folder = new();
        private readonly string target;

        internal Program(string target)
        {
            this.target = target;
            if (target == "net462" && OwnProcess.Mono == null)
            {
                Assert.Skip("mono is not installed");
            }
            foreach (string file in Directory.GetFiles(Surroundings.DriverFolder(target)))
            {
                File.Copy(file, folder.File(System.IO.Path.GetFileName(file)));
            }
        }

        internal string Path(string file) => folder.File(file);

        internal void Put(string file, string library)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(file))!);
            File.CreateSymbolicLink(Path(file), library);
        }

        internal void Write(string file, byte[] content)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(file))!);
            File.WriteAllBytes(Path(file), content);
        }

        internal OwnProcess.Ended Run(params (string, string?)[] environment) => RunIn("/", environment);

        internal OwnProcess.Ended RunIn(string current, params (string, string?)[] environment)
        {
            IEnumerable<(string, string?)> all = [("MEETGATE_LIBRARY", null), (
                "DOTNET_DbgEnableMiniDump", "0"), .. environment];
            return target == "net462"
                ? OwnProcess.Run(OwnProcess.Mono!, [Path("driver.exe")], all, current, Input)
                : OwnProcess.OnDotnet(Path("driver.dll"), all, current, Input);
        }

        public void Dispose() => folder.Dispose();
    }
}
