using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace Meetgate.Tests;

/// <summary>Programs that a test starts.</summary>
internal static class OwnProcess
{
    private static readonly string Dotnet =
        Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";

    /// <summary>The program; null where it is not installed.</summary>
    internal static string? Mono { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(path => Path.Combine(path, "mono"))
        .FirstOrDefault(File.Exists);

    internal sealed record Ended(int Code, string Output);

    /// <summary>Some of these tests.</summary>
    internal static Ended Tests(IEnumerable<string> filter, IEnumerable<(string, string?)> environment) =>
        Run(Dotnet, ["exec", typeof(OwnProcess).Assembly.Location, "-noColor", .. filter], environment);

    internal static Ended OnDotnet(
        string assembly,
        IEnumerable<(string, string?)> environment,
        string folder = "",
        string input = "",
        IEnumerable<string>? arguments = null) =>
        Run(Dotnet, ["exec", assembly, .. arguments ?? []], environment, folder, input);

    internal static Ended Run(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<(string, string?)> environment,
        string folder = "",
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill();
            throw new TimeoutException(program + " does not end");
        }
        return new Ended(process.ExitCode, output.Result + errors.Result);
    }
}
