using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

// Two classes at a time, whatever the machine: some tests have many threads of their own.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(Meetgate.Tests.Fixtures))]

namespace Meetgate.Tests;

/// <summary>What the tests find around them: the repository, and what cargo built of it.</summary>
internal static class Surroundings
{
    private const string Library = "MEETGATE_LIBRARY";

    internal static string Root { get; } = Metadata("MeetgateRoot");

    /// <summary>Of the program <c>meetgate-sandbox</c>.</summary>
    internal static string SandboxProgram { get; } = Named("MEETGATE_SANDBOX", "meetgate-sandbox");

    internal static string LibraryPath { get; } = Named(Library, "libmeetgate.so");

    /// <summary>The driver's folder, as it was built for a target.</summary>
    internal static string DriverFolder(string target) =>
        Path.Combine(Metadata("MeetgateTarget"), "dotnet", "bin", "driver", "debug_" + target);

    /// <summary>A file of the sources of the C# library.</summary>
    internal static string Source(params string[] path) =>
        Path.Combine([Root, "bindings", "csharp", "src", "Meetgate", .. path]);

    [ModuleInitializer]
    internal static void Prepare()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Library)))
        {
            Environment.SetEnvironmentVariable(Library, LibraryPath);
        }
        // A proxy named in the environment must not be taken notice of.
        foreach (string name in new[] { "http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy" })
        {
            Environment.SetEnvironmentVariable(name, "http://127.0.0.1:1");
        }
    }

    private static string Named(string variable, string built) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(Metadata("MeetgateTarget"), "debug", built);

    private static string Metadata(string key) => typeof(Surroundings).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key)
        .Value!;
}

/// <summary>The current directory is where the catalog's examples find the files that they upload.</summary>
public sealed class Fixtures
{
    public Fixtures()
    {
        Directory.SetCurrentDirectory(Path.Combine(Surroundings.Root, "tests", "fixtures"));
    }
}
