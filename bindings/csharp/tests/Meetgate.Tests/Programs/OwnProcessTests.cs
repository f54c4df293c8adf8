using System;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Tests that want a process of their own: each runs some of the others, in other surroundings.</summary>
public static class OwnProcessTests
{
    [Fact]
    public static void Doubles_need_no_library()
    {
        OwnProcess.Ended run = OwnProcess.Tests(
            ["-class", "Meetgate.Tests.DoubleTests"], [("MEETGATE_LIBRARY", "/no/such/libmeetgate.so")]);
        Assert.True(run.Code == 0, run.Output);
        Assert.Contains("Failed: 0", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public static void Calls_and_clients_leave_nothing_behind()
    {
        OwnProcess.Ended run = OwnProcess.Tests(["-class", "Meetgate.Tests.MemoryTests", "-explicit", "only"], []);
        Assert.True(run.Code == 0, run.Output);
        Assert.Contains("Total: 7, Errors: 0, Failed: 0, Skipped: 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_panic_is_contained()
    {
        string? hooks = Environment.GetEnvironmentVariable("MEETGATE_LIBRARY_WITH_TEST_HOOKS");
        if (string.IsNullOrEmpty(hooks))
        {
            const string Reason = "panics in C#: MEETGATE_LIBRARY_WITH_TEST_HOOKS names no library with test-hooks";
            Console.WriteLine("SKIPPED: " + Reason);
            Assert.Skip(Reason);
        }
        OwnProcess.Ended run = OwnProcess.Tests(
            ["-class", "Meetgate.Tests.PanicTests", "-explicit", "only"], [("MEETGATE_LIBRARY", hooks)]);
        Assert.True(run.Code == 0, run.Output);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", run.Output, StringComparison.Ordinal);
    }
}
