using System;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Meetgate.Tests;

/// <summary>
/// Looks at every exception of the library that any test of this run meets: one that shows a secret of a sandbox ends the run.
/// </summary>
internal static class Secrecy
{
    private static readonly ConcurrentDictionary<string, bool> Secrets = new();

    internal static void Hide(string secret) => Secrets.TryAdd(secret, true);

    [ModuleInitializer]
    internal static void Watch() => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
    {
        // Not ToString: the runtime is at work on the stack trace, and ends the process.
        if (thrown.Exception is MeetgateException problem && Shown(problem.Message + problem.Document) is { } secret)
        {
            // An exception would be one of the test's, and could be caught there.
            Environment.FailFast($"the secret {secret} is in an exception: {problem.Document}");
        }
    };

    private static string? Shown(string text)
    {
        foreach (string secret in Secrets.Keys)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
            {
                return secret;
            }
        }
        return null;
    }
}
