using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Nothing else runs meanwhile: the event is the process's, and other tests leave failed tasks behind on purpose.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Calls that nobody waits for.</summary>
[Collection(nameof(Alone))]
public static class UnobservedTests
{
    [Fact]
    public static async Task A_cancelled_call_that_nobody_waits_for_is_no_unobserved_exception()
    {
        // What earlier tests left.
        RunFinalizers();
        using var server = new Scripted(Scripted.Silence);
        List<string> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, seen) =>
        {
            lock (unobserved)
            {
                unobserved.Add(seen.Exception.ToString());
            }
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            AvdClient avd = server.Avd();
            using (var source = new CancellationTokenSource())
            {
                _ = avd.Room.ListAsync(cancellationToken: source.Token);
                server.Await(1);
                source.Cancel();
            }
            await Soon.Ends(avd.DisposeAsync());
            RunFinalizers();
            lock (unobserved)
            {
                Assert.True(unobserved.Count == 0, string.Join("\n", unobserved));
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    private static void RunFinalizers()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
