using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Meetgate;

/// <summary>The C library: loaded once by its full path, and the one that these sources were made for.</summary>
/// <remarks>
/// The search of the system is never asked. On .NET Framework it would look into the current directory, and would load a library
/// that somebody put there.
/// </remarks>
internal static class CLibrary
{
    private static readonly object Gate = new();
    private static volatile bool isLoaded;

    /// <summary>Of the library that was found.</summary>
    internal static unsafe string Version
    {
        get
        {
            Load();
            return Utf8.Copy(NativeMethods.meetgate_version()) ?? "";
        }
    }

    internal static unsafe string ReadCatalog()
    {
        Load();
        nint catalog = NativeMethods.meetgate_catalog();
        try
        {
            return Utf8.Copy(catalog) ?? "";
        }
        finally
        {
            NativeMethods.meetgate_string_free(catalog);
        }
    }

    /// <summary>Loads the library if it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">It is not there, is for another processor, or is another version.</exception>
    internal static void Load()
    {
        if (!isLoaded)
        {
            lock (Gate)
            {
                if (!isLoaded)
                {
                    LoadFirst();
                    isLoaded = true;
                }
            }
        }
    }

    private static void LoadFirst()
    {
        var tried = new List<string>();
        foreach (string path in LibraryFile.Candidates())
        {
            string? problem = LibraryFile.Problem(path) ?? Open(path);
            if (problem == null)
            {
                return;
            }
            tried.Add(path + ": " + problem);
        }
        throw new DllNotFoundException(
            "The meetgate library could not be loaded. " + LibraryFile.Named + " Tried:\n  " + string.Join("\n  ", tried)
            + "\n" + LibraryFile.Missing + "This process: " + LibraryFile.Process + ".");
    }

    /// <summary>Why the library at this path does not serve; null where it is loaded and bound.</summary>
    private static unsafe string? Open(string path)
    {
        nint library;
        try
        {
            library = SystemLoader.Load(path);
            NativeMethods.Bind(name => SystemLoader.Export(library, name));
        }
        catch (Exception problem) when (problem is DllNotFoundException or BadImageFormatException)
        {
            return LibraryFile.Misfit(path) ?? problem.Message.Trim();
        }
        catch (EntryPointNotFoundException problem)
        {
            return "a library of that name, but not this one, or another version: " + problem.Message;
        }
        uint abi = NativeMethods.meetgate_abi_version();
        return abi == NativeMethods.AbiVersion
            ? null
            : $"its version {Utf8.Copy(NativeMethods.meetgate_version())} has ABI {abi}, this assembly needs ABI {NativeMethods.AbiVersion}";
    }
}
