using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What a client tells of its calls as they happen.</summary>
public static class LogTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task Each_attempt_and_call_is_told(bool isAsync)
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var events = new ConcurrentQueue<MeetgateEvent>();
        avd.SetLog(MeetgateLogLevel.Debug, events.Enqueue);
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        if (isAsync)
        {
            await Soon.Ends(avd.Room.ListAsync());
        }
        else
        {
            avd.Room.List();
        }
        Assert.Equal(["attempt", "call"], events.Select(one => one.Name));
        Assert.All(events, one =>
        {
            Assert.Equal(MeetgateLogLevel.Debug, one.Level);
            Assert.Equal("avd", one.Platform);
            Assert.Equal("avd.room.list", one.Operation);
            Assert.Equal("OK", one.StatusName);
            Assert.InRange(one.Time!.Value, before, DateTimeOffset.UtcNow.AddSeconds(1));
            Assert.Null(one.Code);
            Assert.Null(one.Message);
            Assert.Null(one.Insecure);
            Assert.Null(one.Lifetime);
            Assert.Null(one.Pause);
            Assert.Null(one.Ahead);
            // Its JSON, also for a serializer, and one line.
            Assert.Equal(one.RawText, JsonSerializer.Serialize(one));
            Assert.DoesNotContain("a-fixed-token", one.RawText, StringComparison.Ordinal);
        });
        MeetgateEvent attempt = events.First();
        Assert.Equal(1, attempt.Attempt);
        Assert.Equal(200, attempt.HttpStatus);
        Assert.Equal(false, attempt.ReusedConnection);
        Assert.True(attempt.SentBytes > 50 && attempt.ReceivedBytes > 50);
        Assert.True(attempt.Durations!.Wait > TimeSpan.Zero && attempt.Durations.Connect > TimeSpan.Zero);
        Assert.Null(attempt.Durations.Tls);
        MeetgateEvent call = events.Last();
        Assert.Equal(1, call.Attempts);
        Assert.True(call.Durations!.Total > attempt.Durations.Wait);
        Assert.Matches(@"^avd\.room\.list: attempt 1, OK, HTTP 200, \d+\.\d ms$", attempt.ToString());
        Assert.StartsWith("avd.room.list: call, OK", call.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public static void A_level_takes_what_matters_as_much_and_null_takes_the_log_away()
    {
        using var server = new Scripted(request =>
            request.Has("room/read") ? """{"ret":40004,"msg":"no"}""" : Scripted.Success);
        using AvdClient avd = server.Avd();
        List<MeetgateEvent> events = [];
        avd.SetLog(MeetgateLogLevel.Info, events.Add);
        avd.Room.List();
        Assert.Empty(events);
        Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1"));
        MeetgateEvent refused = Assert.Single(events);
        Assert.Equal("call", refused.Name);
        Assert.Equal(MeetgateLogLevel.Info, refused.Level);
        Assert.Equal("API", refused.StatusName);
        Assert.Equal(40004, refused.Code);
        Assert.Contains("40004", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains(refused.Message!, refused.ToString(), StringComparison.Ordinal);

        avd.SetLog(MeetgateLogLevel.Debug, null);
        Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1"));
        Assert.Single(events);
        var problem = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.SetLog((MeetgateLogLevel)9, events.Add));
        Assert.Contains("level", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static async Task A_log_that_throws_changes_no_call()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        int told = 0;
        avd.SetLog(MeetgateLogLevel.Debug, _ =>
        {
            Interlocked.Increment(ref told);
            throw new InvalidOperationException("the disk of the log is full");
        });
        avd.Room.List();
        await Soon.Ends(avd.Room.ListAsync());
        Assert.Equal(4, told);
    }

    [Fact]
    public static void A_log_may_call_and_cannot_set_a_log()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using AvdClient another = server.Avd();
        List<Exception?> problems = [];
        int told = 0;
        avd.SetLog(MeetgateLogLevel.Debug, one =>
        {
            told++;
            avd.Room.List();
            Assert.NotNull(avd.Stats());
            foreach (AvdClient client in new[] { avd, another })
            {
                problems.Add(Record.Exception(() => client.SetLog(MeetgateLogLevel.Debug, null)));
            }
        });
        avd.Room.List();
        // Of the calls that the log made, nothing was told.
        Assert.Equal(2, told);
        Assert.Equal(4, problems.Count);
        Assert.All(problems, problem => Assert.IsType<MeetgateInvalidArgumentException>(problem));
        Assert.Equal(3, server.Count());
    }

    [Fact]
    public static async Task Another_log_waits_for_the_one_before()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using var inLog = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        bool isOver = false;
        avd.SetLog(MeetgateLogLevel.Debug, _ =>
        {
            inLog.Set();
            Soon.Comes(goOn);
            Thread.Sleep(20);
            isOver = true;
        });
        Task call = avd.Room.ListAsync();
        Soon.Comes(inLog);
        Task<bool> set = Task.Run(() =>
        {
            avd.SetLog(MeetgateLogLevel.Debug, null);
            return isOver;
        });
        await Task.WhenAny(set, Task.Delay(50));
        Assert.False(set.IsCompleted);
        goOn.Set();
        Assert.True(await Soon.Ends(set));
        await Soon.Ends(call);
    }

    [Fact]
    public static async Task A_log_may_dispose_its_client()
    {
        using var server = new Scripted(Scripted.Success);
        foreach (bool isAsync in new[] { true, false })
        {
            AvdClient avd = server.Avd();
            avd.SetLog(MeetgateLogLevel.Debug, _ => avd.Dispose());
            Exception? problem = await Record.ExceptionAsync(async () =>
            {
                if (isAsync)
                {
                    await Soon.Ends(avd.Room.ListAsync());
                }
                else
                {
                    avd.Room.List();
                }
            });
            Assert.True(problem is null or ObjectDisposedException, problem?.ToString());
            await Soon.Ends(avd.DisposeAsync());
            Assert.Throws<ObjectDisposedException>(() => avd.SetLog(MeetgateLogLevel.Debug, null));
            Assert.Throws<ObjectDisposedException>(() => avd.Stats());
            Assert.Throws<ObjectDisposedException>(() => avd.CloseIdle());
        }
    }

    [Fact]
    public static void Logs_outlive_the_collector_and_their_clients_do_not()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        int told = 0;
        SetLog(avd, () => told++);
        for (int round = 0; round < 5; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            avd.Room.List();
        }
        Assert.Equal(10, told);
        WeakReference forgotten = Forgotten(server);
        for (int round = 0; round < 50 && forgotten.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Assert.False(forgotten.IsAlive);
    }

    [Fact]
    public static async Task Logs_may_change_while_calls_run()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        long told = 0;
        using var over = new CancellationTokenSource();
        Task[] setters = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                avd.SetLog(MeetgateLogLevel.Debug, _ => Interlocked.Increment(ref told));
                avd.SetLog(MeetgateLogLevel.Debug, null);
                avd.SetLog(MeetgateLogLevel.Debug, _ => Interlocked.Increment(ref told));
                GC.Collect(0);
            }
        }))];
        for (int round = 0; round < 20; round++)
        {
            await Soon.Ends(Task.WhenAll(Enumerable.Range(0, 16).Select(_ => avd.Room.ListAsync())));
        }
        over.Cancel();
        await Soon.Ends(Task.WhenAll(setters));
        Assert.True(told > 0);
    }

    [Fact]
    public static void Tokens_are_told_and_never_shown()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        List<MeetgateEvent> events = [];
        avd.SetLog(MeetgateLogLevel.Debug, events.Add);
        avd.Room.List();
        MeetgateEvent fetched = Assert.Single(events, one => one.Name == "token_fetched");
        Assert.Equal(1, fetched.TokenGeneration);
        Assert.Equal(MeetgateLogLevel.Info, fetched.Level);
        Assert.StartsWith("avd: token fetched, generation 1", fetched.ToString(), StringComparison.Ordinal);
        MeetgateEvent ahead = Assert.Single(events, one => one.Ahead == "token");
        Assert.Contains(" for the token, OK", ahead.ToString(), StringComparison.Ordinal);
        string secret = Sandbox.Key(sandbox.Avd, "secret_key");
        Assert.All(events, one => Assert.DoesNotContain(secret, one.RawText, StringComparison.Ordinal));
    }

    [Fact]
    public static void An_event_of_a_programs_own_has_a_line()
    {
        var retry = new MeetgateEvent(
            """{"level":"warning","event":"retry","operation":"avd.room.read","attempt":2,"status":"NETWORK","pause_ms":250,"message":"gone"}""");
        Assert.Equal("avd.room.read: retry 2, NETWORK, again after 250 ms: gone", retry.ToString());
        Assert.Equal(MeetgateLogLevel.Warning, retry.Level);
        Assert.Equal(TimeSpan.FromMilliseconds(250), retry.Pause);
        Assert.Equal("""{"event":[]}""", new MeetgateEvent("""{"event":[]}""").ToString());
    }

    private static void SetLog(AvdClient avd, Action told) => avd.SetLog(MeetgateLogLevel.Debug, _ => told());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forgotten(Scripted server)
    {
        AvdClient avd = server.Avd();
        // The log refers to its client.
        avd.SetLog(MeetgateLogLevel.Debug, _ => GC.KeepAlive(avd));
        avd.Room.List();
        return new WeakReference(avd);
    }
}
