using System;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate.Tests;

/// <summary>Waits for what comes soon, or the test fails: it must not hang.</summary>
internal static class Soon
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task<T> Ends<T>(Task<T> task) => await task.WaitAsync(Patience).ConfigureAwait(true);

    internal static async Task Ends(Task task) => await task.WaitAsync(Patience).ConfigureAwait(true);

    internal static async Task Ends(ValueTask task) => await task.AsTask().WaitAsync(Patience).ConfigureAwait(true);

    internal static void Comes(ManualResetEventSlim signal)
    {
        if (!signal.Wait(Patience))
        {
            throw new TimeoutException("what a test waits for did not come");
        }
    }

    internal static void Comes(CountdownEvent signals)
    {
        if (!signals.Wait(Patience))
        {
            throw new TimeoutException($"{signals.CurrentCount} of {signals.InitialCount} did not come");
        }
    }
}
