using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Awaited calls, which the C library makes on threads of its own.</summary>
public static class AwaitedTests
{
    [Fact]
    public static async Task Ten_thousand_calls_with_random_cancels_all_end_once()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url),
            Token = "t",
            AsyncThreads = 8,
            AsyncQueue = 20_000,
        });
        var random = new Random(14);
        int succeeded = 0;
        int cancelled = 0;
        for (int round = 0; round < 20; round++)
        {
            Task[] calls = [.. Enumerable.Range(0, 500).Select(async _ =>
            {
                int after = random.Next(4);
                using var source = new CancellationTokenSource();
                Task<AvdRoomListReply> call = avd.Room.ListAsync(cancellationToken: after == 3 ? default : source.Token);
                if (after > 0)
                {
                    await Task.Delay(after);
                }
                if (after < 3)
                {
                    await Task.Run(source.Cancel);
                }
                try
                {
                    Assert.Equal(0, (await call).Ret);
                    Interlocked.Increment(ref succeeded);
                }
                catch (OperationCanceledException problem)
                {
                    Assert.Equal(source.Token, problem.CancellationToken);
                    Assert.True(call.IsCanceled);
                    Interlocked.Increment(ref cancelled);
                }
            })];
            await Soon.Ends(Task.WhenAll(calls));
        }
        Assert.Equal(10_000, succeeded + cancelled);
        Assert.True(succeeded >= 2000 && cancelled > 0, $"{succeeded} succeeded, {cancelled} were cancelled");
        // Nothing is left that would keep the client.
        await Soon.Ends(avd.DisposeAsync());
    }

    [Fact]
    public static async Task More_than_may_wait_is_refused_at_once()
    {
        using var server = new Scripted(Scripted.Silence);
        using var avd = new AvdClient(new AvdClientOptions
        {
            BaseUrl = new Uri(server.Url),
            Token = "t",
            AsyncThreads = 2,
            AsyncQueue = 3,
        });
        Task<AvdRoomListReply>[] calls = [.. Enumerable.Range(0, 6).Select(_ => avd.Room.ListAsync())];
        var problem = await Assert.ThrowsAsync<MeetgateLimitException>(() => Soon.Ends(calls[5]));
        Assert.Contains("async_queue", problem.Message, StringComparison.Ordinal);
        Assert.Equal("room.list", problem.Operation);
        // What waits for a thread is ended like the rest.
        avd.Dispose();
        foreach (Task call in calls[..5])
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
        }
    }

    [Fact]
    public static async Task A_call_that_waits_for_a_thread_is_cancelled_and_nothing_of_it_is_sent()
    {
        using var server = new Scripted(Scripted.Silence);
        using var avd = new AvdClient(
            new AvdClientOptions { BaseUrl = new Uri(server.Url), Token = "t", AsyncThreads = 1 });
        Task first = avd.Room.ListAsync();
        server.Await(1);
        using var source = new CancellationTokenSource();
        Task second = avd.Room.ListAsync(cancellationToken: source.Token);
        source.Cancel();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(second));
        Assert.Equal(0, Assert.IsType<MeetgateCancelledException>(problem.InnerException).Attempts);
        Task late = avd.Room.ListAsync(new CallOptions { Timeout = TimeSpan.FromMilliseconds(50) });
        await Assert.ThrowsAsync<MeetgateTimeoutException>(() => Soon.Ends(late));
        Assert.Equal(1, server.Count());
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public static async Task Continuations_do_not_run_on_the_librarys_threads()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var pooled = new List<bool>();
        Task<bool> Of(Task call) => call.ContinueWith(
            _ => Thread.CurrentThread.IsThreadPoolThread,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        for (int round = 0; round < 20; round++)
        {
            using var source = new CancellationTokenSource();
            Task call = avd.Room.ListAsync();
            Task other = avd.Room.ListAsync(cancellationToken: source.Token);
            if (!call.IsCompleted && !other.IsCompleted)
            {
                pooled.Add(await Soon.Ends(Of(call)));
                pooled.Add(await Soon.Ends(Of(other)));
            }
        }
        // One that was attached too late ran where it was attached, which is a thread of the pool as well.
        Assert.NotEmpty(pooled);
        Assert.All(pooled, Assert.True);
    }

    [Fact]
    public static async Task The_end_of_a_client_in_the_continuation_of_its_own_call()
    {
        using var server = new Scripted(Scripted.Success);
        for (int round = 0; round < 100; round++)
        {
            AvdClient avd = server.Avd();
            await Soon.Ends(avd.Room.ListAsync());
            if (round % 2 == 0)
            {
                avd.Dispose();
            }
            else
            {
                await Soon.Ends(avd.DisposeAsync());
            }
        }
    }

    [Fact]
    public static async Task Disposing_at_any_moment_ends_awaited_calls()
    {
        using var server = new Scripted(Scripted.Success);
        for (int round = 0; round < 100; round++)
        {
            AvdClient avd = server.Avd();
            Task<AvdRoomListReply>[] calls = [.. Enumerable.Range(0, 8).Select(_ => avd.Room.ListAsync())];
            Thread.SpinWait(round * 500);
            Task[] ends = [Task.Run(avd.Dispose), avd.DisposeAsync().AsTask(), Task.Run(avd.Dispose)];
            foreach (Task<AvdRoomListReply> call in calls)
            {
                try
                {
                    Assert.Equal(0, (await Soon.Ends(call)).Ret);
                }
                catch (ObjectDisposedException)
                {
                    // As it should be.
                }
            }
            await Soon.Ends(Task.WhenAll(ends));
        }
    }

    [Fact]
    public static async Task Calls_in_flight_outlive_the_collector_and_a_forgotten_client_does_not()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return Scripted.Success;
        });
        (Task<AvdRoomListReply> call, WeakReference client) = Forgotten(server);
        server.Await(1);
        for (int round = 0; round < 5; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        answer.Set();
        Assert.Equal(0, (await Soon.Ends(call)).Ret);
        for (int round = 0; round < 200 && client.IsAlive; round++)
        {
            await Task.Delay(10);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(client.IsAlive);
    }

    [Fact]
    public static async Task The_callers_own_values_flow_and_stay_untouched()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var local = new AsyncLocal<string> { Value = "mine" };
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Meetgate",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        string? atStop = null;
        Activity? seen = null;
        using var around = new Activity("around").Start();
        listener.ActivityStopped = stopped =>
        {
            if (stopped.TraceId == around.TraceId)
            {
                seen = stopped;
                atStop = local.Value;
            }
        };
        ActivitySource.AddActivityListener(listener);
        Task call = avd.Room.ListAsync();
        Assert.Same(around, Activity.Current);
        await Soon.Ends(call);
        Assert.Same(around, Activity.Current);
        Assert.Equal("mine", local.Value);
        // The listener, too, finds what belongs to the caller, though the call ended on a thread of the library.
        Assert.Equal("mine", atStop);
        Assert.Equal(around.SpanId, seen!.ParentSpanId);
        // And the library's threads keep nothing of it.
        Activity? inLog = around;
        string? valueInLog = "mine";
        avd.SetLog(MeetgateLogLevel.Debug, _ => (inLog, valueInLog) = (Activity.Current, local.Value));
        await Soon.Ends(avd.Room.ListAsync());
        Assert.Null(inLog);
        Assert.Null(valueInLog);
    }

    [Fact]
    public static async Task Calls_at_once_have_no_threads_of_their_own_beyond_the_bound()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("threads are counted on Linux only");
        }
        using var server = new Scripted(Scripted.Silence);
        using var avd = new AvdClient(
            new AvdClientOptions { BaseUrl = new Uri(server.Url), Token = "t", AsyncThreads = 3 });
        int Count() => Directory.GetDirectories("/proc/self/task").Count(
            task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("meetgate call", StringComparison.Ordinal));
        int before = Count();
        Task[] calls = [.. Enumerable.Range(0, 100).Select(_ => avd.Room.ListAsync())];
        server.Await(3);
        await Task.Delay(50);
        Assert.Equal(3, server.Count());
        Assert.InRange(Count(), 0, before);
        avd.Dispose();
        foreach (Task call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Task<AvdRoomListReply> Call, WeakReference Client) Forgotten(Scripted server)
    {
        AvdClient avd = server.Avd();
        return (avd.Room.ListAsync(), new WeakReference(avd));
    }
}
