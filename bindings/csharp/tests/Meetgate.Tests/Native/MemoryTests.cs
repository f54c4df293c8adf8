using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// What calls and clients leave behind, in a process that does nothing else: see <see cref="OwnProcessTests"/>.
/// </summary>
public static class MemoryTests
{
    [Fact(Explicit = true)]
    public static void A_call_makes_little_garbage()
    {
        using var server = new Scripted("""{"ret":0,"msg":"success","data":{"topic":"周会","user_id":"16"}}""");
        using AvdClient avd = server.Avd();
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(20) };
        // What the issue allows, for the binding itself.
        Assert.InRange(Garbage(() => avd.Room.Read("12345123456")), 1, 1536);
        Assert.InRange(Garbage(() => avd.Room.Read("12345123456").Data!.Topic), 1, 3072);
        Assert.InRange(Garbage(() => avd.Call("avd.room.read", """{"room_id":"12345123456"}""")), 1, 1536);
        Assert.InRange(Garbage(() => avd.Room.Read("12345123456", options)), 1, 2048);

        static long Garbage(Func<object?> call)
        {
            const int Count = 500;
            for (int i = 0; i < 200; i++)
            {
                call();
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Count; i++)
            {
                call();
            }
            return (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        }
    }

    [Fact(Explicit = true)]
    public static void Twenty_thousand_calls_leave_nothing_behind()
    {
        // Long enough for a text that nobody frees to be seen.
        using var server = new Scripted($$"""{"ret":0,"rooms":[{"room_id":"1"}],"fill":"{{new string('x', 2000)}}"}""");
        using AvdClient avd = server.Avd();
        StaysFlat(5000, i =>
        {
            if (i % 10 == 0)
            {
                Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Room.Read("\ud83d"));
            }
            Assert.Equal("1", avd.Room.List().Rooms[0].RoomId);
            if (i % 1000 == 0)
            {
                server.Forget();
            }
        });
    }

    [Fact(Explicit = true)]
    public static async Task Awaited_calls_leave_nothing_behind()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        StaysFlat(100, _ =>
        {
            Task.WaitAll(Enumerable.Range(0, 16).Select(_ => avd.Room.ListAsync()).ToArray<Task>());
            server.Forget();
        });
        await avd.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public static void Calls_with_tokens_leave_nothing_behind()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        // One lives as long as the program, and one for each call.
        using var program = new CancellationTokenSource();
        AvdClient view = avd.With(new CallOptions { CancellationToken = program.Token });
        StaysFlat(2000, i =>
        {
            using var source = new CancellationTokenSource();
            Task call = view.Room.ListAsync(cancellationToken: source.Token);
            if (i % 4 == 0)
            {
                source.Cancel();
            }
            ((IAsyncResult)call).AsyncWaitHandle.WaitOne();
            server.Forget();
        });
    }

    [Fact(Explicit = true)]
    public static void Two_thousand_clients_leave_nothing_behind()
    {
        using var server = new Scripted(Scripted.Success);
        StaysFlat(500, i =>
        {
            using AvdClient avd = server.Avd();
            // A call that is refused goes through the library and back, and needs no socket.
            Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Call("avd.room.read"));
            if (i % 20 == 0)
            {
                Assert.Equal(0, avd.Room.List().Ret);
                server.Forget();
            }
        });
    }

    [Fact(Explicit = true)]
    public static void Sessions_of_events_leave_nothing_behind()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        StaysFlat(100, _ =>
        {
            using HstEventSession session = hst.CreateEventSession(EventTests.Quick());
            using var log = new EventLog(session);
            session.Start();
            log.Begin();
        });
    }

    [Fact(Explicit = true)]
    public static void Forgotten_clients_are_freed_by_the_collector()
    {
        using var server = new Scripted(Scripted.Success);
        // With a provider, too, which the library calls. A client has 2.6 KB in the library: 6,000 would be seen. The collector
        // is late on a busy machine, and what it has not come to yet is no leak.
        StaysFlat(
            6000,
            i => _ = i % 2 == 0 ? server.Avd() : new AvdClient(baseUrl: server.Url, tokenProvider: _ => "t"),
            most: 6 * 1024);
    }

    /// <summary>
    /// The collector enlarges its heap now and then, and never in every one of four quarters. A leak does.
    /// </summary>
    private static void StaysFlat(int quarter, Action<int> act, long most = 1024)
    {
        List<long> grown = [];
        Rounds();
        for (int i = 0; i < 4; i++)
        {
            long before = ResidentKilobytes();
            Rounds();
            grown.Add(ResidentKilobytes() - before);
        }
        Assert.True(grown.Min() < most, $"memory grew in each quarter: {string.Join(", ", grown)} KB");

        void Rounds()
        {
            for (int i = 0; i < quarter; i++)
            {
                act(i);
            }
        }
    }

    private static long ResidentKilobytes()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        if (!File.Exists("/proc/self/status"))
        {
            return Environment.WorkingSet / 1024;
        }
        string line = File.ReadLines("/proc/self/status").First(
            text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(string.Concat(line.Where(char.IsDigit)));
    }
}
