using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Meetgate;

/// <summary>Where the file of the C library may be, and what is wrong with one.</summary>
internal static class LibraryFile
{
    private const string Variable = "MEETGATE_LIBRARY";

    private static readonly bool IsMac = !Processor.IsWindows && Directory.Exists("/System/Library/CoreServices");

    /// <summary>Whether this process runs on musl, as on Alpine. A library for glibc cannot be loaded there.</summary>
    private static readonly bool IsMusl = !Processor.IsWindows && !IsMac && Reads("/proc/self/maps", "/ld-musl-");

    private static readonly Processor? Own = Processor.OfProcess();

    private static readonly string FileName =
        Processor.IsWindows ? "meetgate.dll" : IsMac ? "libmeetgate.dylib" : "libmeetgate.so";

    /// <summary>.NET's name for a machine like this one, such as <c>win-x64</c>.</summary>
    private static readonly string Runtime =
        (Processor.IsWindows ? "win" : IsMac ? "osx" : IsMusl ? "linux-musl" : "linux") + "-" + (Own?.RuntimeName ?? "unknown");

    /// <summary>What <c>MEETGATE_LIBRARY</c> says, as a sentence.</summary>
    internal static string Named => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? Variable + " names " + named + ", and then nothing else is tried."
        : Variable + " is not set.";

    /// <summary>Where no file of the name is anywhere, and none was named, what is the reason most often, as a sentence.</summary>
    internal static string Missing => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || Candidates().Any(File.Exists)
        ? ""
        : $"There is no such file: the package has no library for {Runtime}, or it was not put beside the program. ";

    /// <summary>For example <c>linux-x64, x86-64 (64-bit, ELF), .NET 8.0.11</c>.</summary>
    internal static string Process =>
        string.Join(", ", new[] { Runtime, Own?.ToString(), "runtime " + Environment.Version }.Where(part => part != null));

    /// <summary>The files to try, best first.</summary>
    internal static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return [Path.GetFullPath(named)];
        }
        var files = new List<string>();
        foreach (string folder in Folders())
        {
            files.Add(Path.Combine(folder, FileName));
            files.Add(Path.Combine(folder, "runtimes", Runtime, "native", FileName));
            // A program on .NET Framework is built for no processor in particular: it has the libraries for all of them.
            files.Add(Path.Combine(folder, Own?.RuntimeName ?? "x64", FileName));
        }
        // A single file that unpacks itself is in a folder that only the host knows.
        if (AppDomain.CurrentDomain.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string unpacked)
        {
            files.AddRange(unpacked.Split([Path.PathSeparator], StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, FileName)));
        }
        return files.Distinct();
    }

    /// <summary>Why there is no point in loading a file; else null.</summary>
    internal static string? Problem(string path) => File.Exists(path) ? Misfit(path) : "no such file";

    /// <summary>Why a file that is there cannot be loaded by this process, if its head says so.</summary>
    internal static string? Misfit(string path) =>
        Processor.Misfit(path) ?? MisfitOfC(path, IsMusl);

    /// <summary>A loader's own words for a library that was made for another C library are about a symbol that nobody knows.</summary>
    internal static string? MisfitOfC(string path, bool isMusl) =>
        isMusl && Reads(path, "libc.so.6\0") ? "is for glibc, this process runs on musl: the package has no library for it" : null;

#if NET8_0_OR_GREATER
    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "An empty location is taken for what it is.")]
#endif
    private static IEnumerable<string> Folders()
    {
        // The assembly has no file of its own in a program of one file, nor in one that was compiled ahead of time.
        string assembly = typeof(LibraryFile).Assembly.Location;
        if (assembly.Length > 0 && Path.GetDirectoryName(assembly) is { Length: > 0 } beside)
        {
            yield return beside;
        }
        yield return AppDomain.CurrentDomain.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
    }

    /// <summary>Whether a file holds this text. A file that cannot be read does not.</summary>
    private static bool Reads(string path, string text)
    {
        try
        {
            // Latin 1: each byte is a character.
            return System.Text.Encoding.GetEncoding(28591).GetString(File.ReadAllBytes(path)).Contains(text);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
