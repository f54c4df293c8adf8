using System;
using System.IO;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Tokens and the end of a client, on each runtime: the driver ends its calls, and says how that was.</summary>
public static class EndingTests
{
    [Theory]
    [InlineData("net8.0")]
    [InlineData("net462")]
    public static void A_call_is_ended_on_each_runtime(string target)
    {
        if (target == "net462" && OwnProcess.Mono == null)
        {
            Assert.Skip("mono is not installed");
        }
        using var server = new Scripted(Scripted.Silence);
        string driver = Path.Combine(Surroundings.DriverFolder(target), target == "net462" ? "driver.exe" : "driver.dll");
        OwnProcess.Ended run = target == "net462"
            ? OwnProcess.Run(OwnProcess.Mono!, [driver, "end", server.Url], [])
            : OwnProcess.OnDotnet(driver, [], arguments: ["end", server.Url]);
        Assert.Equal(
            """
            awaited: soon, Canceled, True, CANCELLED 1
            blocking: soon, Faulted, True, CANCELLED 1
            late: soon, Canceled, True, none
            disposed: soon, disposed, CANCELLED 1

            """,
            run.Output.ReplaceLineEndings());
        Assert.Equal((0, 4), (run.Code, server.Count()));
    }
}
