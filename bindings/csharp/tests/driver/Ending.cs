using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate.Tests;

/// <summary>Calls that are ended before their time: prints a line for each, on whatever runtime this is.</summary>
internal static class Ending
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="url">Of a server that never answers.</param>
    internal static async Task Run(string url)
    {
        var avd = new AvdClient(baseUrl: url, token: "t", timeoutMs: 600_000);
        using (var source = new CancellationTokenSource())
        {
            Task call = avd.Room.ListAsync(cancellationToken: source.Token);
            await Print("awaited", call, source.Cancel, source.Token);
        }
        using (var source = new CancellationTokenSource())
        {
            var options = new CallOptions { CancellationToken = source.Token };
            await Print("blocking", Task.Run(() => avd.Room.List(options)), source.Cancel, source.Token);
            await Print("late", avd.Room.ListAsync(cancellationToken: source.Token), () => { }, source.Token);
        }
        using (var source = new CancellationTokenSource())
        {
            Task call = avd.Room.ListAsync(cancellationToken: source.Token);
            await Print("disposed", Task.WhenAll(call, avd.Room.ListAsync()), avd.Dispose, source.Token);
        }
    }

    private static async Task Print(string name, Task call, Action end, CancellationToken token)
    {
        // Long enough for the request to be sent.
        await Task.WhenAny(call, Task.Delay(500, CancellationToken.None)).ConfigureAwait(false);
        Stopwatch watch = Stopwatch.StartNew();
        end();
        await Task.WhenAny(call, Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false);
        // Much more than it takes: the machine may be busy.
        string soon = watch.Elapsed < TimeSpan.FromSeconds(2) ? "soon" : "late";
        try
        {
            await call.ConfigureAwait(false);
            Console.WriteLine(name + ": no end");
        }
        catch (OperationCanceledException problem)
        {
            Console.WriteLine($"{name}: {soon}, {call.Status}, {problem.CancellationToken == token}, {Cause(problem)}");
        }
        catch (ObjectDisposedException problem)
        {
            Console.WriteLine($"{name}: {soon}, disposed, {Cause(problem)}");
        }
    }

    private static string Cause(Exception problem) =>
        problem.InnerException is MeetgateCancelledException cause ? $"{cause.StatusName} {cause.Attempts}" : "none";
}
